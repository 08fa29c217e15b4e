"""Rows of people: standing, password hash, language. What they know about themselves is in other rooms' tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, func, literal_column, select, tuple_, update

from app.domain.grants import Standing
from app.storage.columns import columns_of
from app.storage.prepared import Prepared, insertion
from app.storage.tables.people import people as rows


@dataclass(frozen=True)
class Person:
    """An account without anything personal in it."""

    id: str
    standing: Standing
    password_hash: str | None = field(repr=False)
    password_changed_at: datetime | None
    language: str
    created_at: datetime
    confirmed_at: datetime | None


_COLUMNS = columns_of(rows, Person)
_FIND = Prepared(select(*_COLUMNS).where(rows.c.id == bindparam("person_id")))
_LOCK = Prepared(select(rows.c.id).where(rows.c.id == bindparam("person_id")).with_for_update())
_ADD = insertion(_COLUMNS)


def add(db: Connection, person: Person) -> None:
    """A new account."""
    _ADD.run(db, **{**vars(person), "standing": person.standing.value})


def find(db: Connection, person_id: str) -> Person | None:
    """One account, whatever its standing."""
    row = _FIND.first(db, person_id=person_id)
    return None if row is None else replace(Person(*row), standing=Standing(row.standing))


def lock(db: Connection, person_id: str) -> bool:
    """Let no other transaction change this person's things until this one ends; False when there is no such person."""
    return _LOCK.first(db, person_id=person_id) is not None


def confirm(db: Connection, person_id: str, now: datetime) -> None:
    """The account is real from now on; one confirmed before stays as it was."""
    db.execute(update(rows).where(rows.c.id == person_id, rows.c.confirmed_at.is_(None)).values(confirmed_at=now))


def has_password(db: Connection, person_id: str, password_hash: str | None) -> bool:
    """Whether this is the person's password still; when it is, it stays so until this transaction ends."""
    same = (rows.c.id == person_id, rows.c.password_hash == password_hash)
    held = select(rows.c.id).where(*same).with_for_update(key_share=True)  # a row that names the person may be added
    return db.execute(held).first() is not None


def set_password(db: Connection, person_id: str, password_hash: str, now: datetime) -> None:
    """The old password is worth nothing from this commit on."""
    changed = {"password_hash": password_hash, "password_changed_at": now}
    db.execute(update(rows).where(rows.c.id == person_id).values(**changed))


def rehash(db: Connection, person_id: str, old_hash: str, new_hash: str) -> None:
    """Store the same password under today's parameters."""
    same = (rows.c.id == person_id, rows.c.password_hash == old_hash)
    db.execute(update(rows).where(*same).values(password_hash=new_hash))


def void_password(db: Connection, person_id: str) -> None:
    """Let no password open this account until its person sets a new one by mail."""
    db.execute(update(rows).where(rows.c.id == person_id).values(password_hash=None))


def passwords_changed(db: Connection, after: tuple[datetime, str], limit: int) -> Sequence[tuple[str, datetime]]:
    """Whose password was changed, and when: the next after this moment and id, in that order."""
    at = (rows.c.password_changed_at, rows.c.id)
    query = select(rows.c.id, rows.c.password_changed_at).where(
        tuple_(*at) > tuple_(*after, types=[column.type for column in at])
    )
    return [(row.id, row.password_changed_at) for row in db.execute(query.order_by(*at).limit(limit))]


def password_ages(db: Connection, after: str, limit: int) -> Sequence[tuple[str, datetime | None]]:
    """When the passwords of the next accounts were changed, by id."""
    query = select(rows.c.id, rows.c.password_changed_at).where(rows.c.id > after).order_by(rows.c.id).limit(limit)
    return [(row.id, row.password_changed_at) for row in db.execute(query)]


def speak(db: Connection, person_id: str, language: str) -> None:
    """The language mail to this person is written in."""
    db.execute(update(rows).where(rows.c.id == person_id).values(language=language))


def begin_erasing(db: Connection, person_id: str, notice: Mapping[str, str]) -> None:
    """From this commit on the person is nobody: no sign-in, no token, no mail; the password is gone.

    The words it was decided on are kept for whoever finishes it; those of the first decision stay.
    """
    gone = {"standing": Standing.ERASING.value, "password_hash": None}
    db.execute(update(rows).where(rows.c.id == person_id).values(**gone))
    unsaid = (rows.c.id == person_id, rows.c.erasing_notice.is_(None))
    db.execute(update(rows).where(*unsaid).values(erasing_notice=dict(notice)))


def erasing_notice(db: Connection, person_id: str) -> Mapping[str, str] | None:
    """The words the erasure of a person was decided on, once it was begun."""
    found: Mapping[str, str] | None = db.execute(
        select(rows.c.erasing_notice).where(rows.c.id == person_id)
    ).scalar_one_or_none()
    return found


def count_erasing(db: Connection) -> int:
    """How many erasures were begun and are not finished."""
    unfinished = rows.c.standing == literal_column("'erasing'")
    return int(db.execute(select(func.count()).select_from(rows).where(unfinished)).scalar_one())


def erasing(db: Connection, after: str, limit: int) -> Sequence[str]:
    """The next ids of people whose erasure was begun and is not finished."""
    # The word itself, not a parameter: only then is the partial index used.
    unfinished = rows.c.standing == literal_column("'erasing'")
    query = select(rows.c.id).where(unfinished, rows.c.id > after).order_by(rows.c.id).limit(limit)
    return list(db.execute(query).scalars())


def ids(db: Connection, after: str, limit: int) -> Sequence[str]:
    """The next ids of all accounts."""
    return list(db.execute(select(rows.c.id).where(rows.c.id > after).order_by(rows.c.id).limit(limit)).scalars())


def remove(db: Connection, person_id: str) -> None:
    """Delete the account and with it every row that is about this person."""
    db.execute(delete(rows).where(rows.c.id == person_id))
