"""What a person gave one business, found by the subject the business knows them by: the till's question."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, bindparam, select

from app.domain.collection_check import Given
from app.domain.grants import Standing
from app.domain.levels import Policy
from app.storage import clients, grants, profiles
from app.storage.tables.grants import grants as grant_rows
from app.storage.tables.parties import businesses, subjects
from app.storage.tables.parties import clients as client_rows
from app.storage.tables.people import people, person_keys, personas
from app.storage.tables.people import profiles as profile_rows

_MOST = 20
"""The newest grants are enough: one of them runs, or none does."""

_SUBJECT = (
    select(personas.c.person_id, personas.c.id.label("persona_id"), person_keys.c.wrapped_key)
    .join_from(subjects, personas, subjects.c.persona_id == personas.c.id)
    .join(person_keys, person_keys.c.person_id == personas.c.person_id)
    .where(subjects.c.sector == bindparam("sector"), subjects.c.sub == bindparam("sub"))
)
_GIVEN = (
    select(
        *grants.COLUMNS,
        *clients.COLUMNS,
        *profiles.COLUMNS,
        people.c.standing.label("person_standing"),
    )
    .join_from(grant_rows, people, grant_rows.c.person_id == people.c.id)
    .join(client_rows, client_rows.c.id == grant_rows.c.client_id)
    .join(businesses, businesses.c.id == client_rows.c.business_id)
    .join(
        profile_rows,
        (profile_rows.c.persona_id == grant_rows.c.persona_id) & (profile_rows.c.level == grant_rows.c.level),
    )
    .where(grant_rows.c.business_id == bindparam("business_id"), grant_rows.c.sub == bindparam("sub"))
    .order_by(grant_rows.c.ended_at.is_not(None), grant_rows.c.given_at.desc())
    .limit(_MOST)
)


@dataclass(frozen=True)
class Subject:
    """Who is behind a sub."""

    person_id: str
    persona_id: str
    wrapped_key: bytes = field(repr=False)


def subject(db: Connection, sector: str, sub: str) -> Subject | None:
    """The person a sub stands for in this sector; None when nobody, or an erased one."""
    row = db.execute(_SUBJECT, {"sector": sector, "sub": sub}).one_or_none()
    return None if row is None else Subject(row.person_id, row.persona_id, row.wrapped_key)


def of_subject(db: Connection, policy: Policy, business_id: str, sub: str) -> Sequence[Given]:
    """What this subject gave the business, running grants and the newest decision first; ended ones after them."""
    return [
        Given(
            grant=grants.read(row),
            person=Standing(row.person_standing),
            client=(client := clients.read(row, policy)).standing,
            use=client.business.intended_use,
            profile=profiles.read(row),
        )
        for row in db.execute(_GIVEN, {"business_id": business_id, "sub": sub})
    ]
