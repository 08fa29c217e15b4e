"""The loyalty numbers of a business, by keyed hash, and the subject each one stands for."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, func, select

from app.storage.tables.people import personas
from app.storage.tables.vault import loyalty_numbers as rows
from app.storage.upsert import insert_if_absent

_FIND = select(rows.c.sub).where(
    rows.c.business_id == bindparam("business_id"),
    rows.c.number_digest == bindparam("number_digest"),
    rows.c.sector == bindparam("sector"),
)


@dataclass(frozen=True)
class Registered:
    """A number as it is registered."""

    business_id: str
    number_digest: bytes
    persona_id: str
    sector: str
    sub: str
    registered_at: datetime


def find(db: Connection, business_id: str, sector: str, number_digest: bytes) -> str | None:
    """Whose number this is at the business, as a sub of this sector; None when nobody's."""
    where = {"business_id": business_id, "sector": sector, "number_digest": number_digest}
    found = db.execute(_FIND, where).scalar_one_or_none()
    return None if found is None else str(found)


def add(db: Connection, number: Registered) -> bool:
    """Register a number; False when the business has it already, for whomever."""
    return insert_if_absent(db, rows, vars(number))


def remove(db: Connection, business_id: str, sector: str, number_digest: bytes) -> bool:
    """Forget a number; False when there was none such."""
    this = (rows.c.business_id == business_id, rows.c.sector == sector, rows.c.number_digest == number_digest)
    return db.execute(delete(rows).where(*this)).rowcount > 0


def remove_of_person(db: Connection, person_id: str, business_id: str) -> int:
    """Forget every number by which a business knows this person; returns how many there were."""
    own = select(personas.c.id).where(personas.c.person_id == person_id)
    return db.execute(delete(rows).where(rows.c.business_id == business_id, rows.c.persona_id.in_(own))).rowcount


def of_person(db: Connection, person_id: str) -> dict[str, datetime]:
    """Since when each business knows this person by a number; the oldest one counts."""
    found = db.execute(
        select(rows.c.business_id, func.min(rows.c.registered_at, type_=rows.c.registered_at.type).label("since"))
        .join_from(rows, personas, rows.c.persona_id == personas.c.id)
        .where(personas.c.person_id == person_id)
        .group_by(rows.c.business_id)
    )
    return {row.business_id: row.since for row in found}
