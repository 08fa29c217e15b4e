"""The wrapped key of each person. Destroying it makes every value of theirs unreadable."""

from sqlalchemy import Connection, bindparam, delete, insert, select
from sqlalchemy.exc import NoResultFound

from app.storage.prepared import Prepared
from app.storage.tables.people import person_keys as rows

_WRAPPED = Prepared(select(rows.c.wrapped_key).where(rows.c.person_id == bindparam("person_id")))
_ADD = Prepared(insert(rows))


def wrapped(db: Connection, person_id: str) -> bytes:
    """The person's key as stored; NoResultFound when it was destroyed."""
    row = _WRAPPED.first(db, person_id=person_id)
    if row is None:
        raise NoResultFound("The person's key was destroyed.")
    return bytes(row.wrapped_key)


def add(db: Connection, person_id: str, wrapped_key: bytes) -> None:
    """Store a new person's key."""
    _ADD.run(db, person_id=person_id, wrapped_key=wrapped_key)


def destroy(db: Connection, person_id: str) -> None:
    """Forget the key for good."""
    db.execute(delete(rows).where(rows.c.person_id == person_id))
