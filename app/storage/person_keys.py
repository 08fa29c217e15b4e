"""The wrapped key of each person. Destroying it makes every value of theirs unreadable."""

from sqlalchemy import Connection, delete, insert, select

from app.storage.tables.people import person_keys as rows


def wrapped(db: Connection, person_id: str) -> bytes:
    """The person's key as stored; NoResultFound when it was destroyed."""
    return bytes(db.execute(select(rows.c.wrapped_key).where(rows.c.person_id == person_id)).scalar_one())


def add(db: Connection, person_id: str, wrapped_key: bytes) -> None:
    """Store a new person's key."""
    db.execute(insert(rows).values(person_id=person_id, wrapped_key=wrapped_key))


def destroy(db: Connection, person_id: str) -> None:
    """Forget the key for good."""
    db.execute(delete(rows).where(rows.c.person_id == person_id))
