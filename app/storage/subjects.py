"""The pairwise subject of a persona in a sector: random, made once, never used again."""

from dataclasses import dataclass
from secrets import token_urlsafe

from sqlalchemy import Connection, bindparam, select

from app.storage.prepared import Prepared
from app.storage.tables.parties import subjects
from app.storage.tables.people import personas
from app.storage.upsert import insert_if_absent

_FIND = Prepared(
    select(subjects.c.sub).where(
        subjects.c.persona_id == bindparam("persona_id"), subjects.c.sector == bindparam("sector")
    )
)


@dataclass(frozen=True)
class Subject:
    """Whose a sub is."""

    person_id: str
    persona_id: str
    removed: bool
    """Whether they took this persona away: then nobody can log in as it any more."""


def of(db: Connection, persona_id: str, sector: str) -> str:
    """The sub, made now when there is none (OpenID Connect Core §8.1). Needs a writing transaction."""
    row = {"persona_id": persona_id, "sector": sector, "sub": token_urlsafe(24)}
    insert_if_absent(db, subjects, row)
    return str(_FIND.first(db, persona_id=persona_id, sector=sector).sub)


def find(db: Connection, sector: str, sub: str) -> Subject | None:
    """Whose subject this is in the sector, or None when nobody's."""
    found = (
        select(personas.c.person_id, personas.c.id, personas.c.removed_at)
        .join_from(subjects, personas, subjects.c.persona_id == personas.c.id)
        .where(subjects.c.sector == sector, subjects.c.sub == sub)
    )
    row = db.execute(found).one_or_none()
    return None if row is None else Subject(row.person_id, row.id, removed=row.removed_at is not None)
