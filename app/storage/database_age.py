"""The age of this database: a number that only grows. One that is younger than it was is an older one put back."""

from sqlalchemy import Connection, select, update

from app.storage.tables.time import database_age as rows
from app.storage.upsert import insert_if_absent

_ROW = 1


def read(db: Connection) -> int:
    """The age; 0 before the first worker ran."""
    return db.execute(select(rows.c.age).where(rows.c.id == _ROW)).scalar_one_or_none() or 0


def grow(db: Connection, beyond: int = 0) -> int:
    """Grow by one, beyond a number that was seen elsewhere; returns the age from now on."""
    if not insert_if_absent(db, rows, {"id": _ROW, "age": beyond + 1}):
        ours = rows.c.id == _ROW
        db.execute(update(rows).where(ours, rows.c.age < beyond).values(age=beyond))
        db.execute(update(rows).where(ours).values(age=rows.c.age + 1))
    return read(db)
