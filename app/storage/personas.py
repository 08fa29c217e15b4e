"""Rows of personas: the first one of each person, and those they made later."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select, update

from app.storage.columns import columns_of
from app.storage.prepared import Prepared, insertion
from app.storage.tables.people import facts, profiles
from app.storage.tables.people import personas as rows


@dataclass(frozen=True)
class PersonaRow:
    """One persona with its name sealed."""

    id: str
    person_id: str
    label_sealed: bytes = field(repr=False)
    colour: str
    first: bool
    created_at: datetime


_COLUMNS = columns_of(rows, PersonaRow)
_OF_PERSON = Prepared(
    select(*_COLUMNS)
    .where(rows.c.person_id == bindparam("person_id"), rows.c.removed_at.is_(None))
    .order_by(rows.c.first.desc(), rows.c.created_at, rows.c.id)
)
_ADD = insertion(_COLUMNS)


def add(db: Connection, persona: PersonaRow) -> None:
    """A new persona; IntegrityError for a second first one."""
    _ADD.run(db, **vars(persona))


def of_person(db: Connection, person_id: str) -> Sequence[PersonaRow]:
    """The person's personas, the first one first, then by age."""
    return [PersonaRow(*row) for row in _OF_PERSON.all(db, person_id=person_id)]


def change(db: Connection, person_id: str, persona_id: str, label_sealed: bytes, colour: str) -> bool:
    """Rename and recolour; False when it is not this person's."""
    theirs = (rows.c.id == persona_id, rows.c.person_id == person_id, rows.c.removed_at.is_(None))
    return db.execute(update(rows).where(*theirs).values(label_sealed=label_sealed, colour=colour)).rowcount == 1


def remove(db: Connection, person_id: str, persona_id: str, now: datetime) -> bool:
    """Forget a persona's facts and profiles and hide it; False for the first one, and for others'.

    Its row stays: receipts and subjects of what it shared hang from it.
    """
    theirs = (rows.c.id == persona_id, rows.c.person_id == person_id, rows.c.first.is_(False))
    removed = update(rows).where(*theirs, rows.c.removed_at.is_(None)).values(removed_at=now)
    if db.execute(removed).rowcount != 1:
        return False
    for table in (facts, profiles):
        db.execute(delete(table).where(table.c.persona_id == persona_id))
    return True
