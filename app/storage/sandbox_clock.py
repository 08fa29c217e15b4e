"""How far the clock of a demonstration has been moved on: one row, the same for every process."""

from datetime import timedelta

from sqlalchemy import Connection, delete, select, update

from app.storage.tables.time import sandbox_clock as rows
from app.storage.upsert import insert_if_absent

_ROW = 1


def offset(db: Connection) -> timedelta:
    """How far ahead it is; nothing when it was never moved."""
    seconds = db.execute(select(rows.c.offset_s).where(rows.c.id == _ROW)).scalar_one_or_none()
    return timedelta(seconds=seconds or 0)


def add(db: Connection, by: timedelta) -> None:
    """Move it on by whole seconds."""
    seconds = int(by.total_seconds())
    if not insert_if_absent(db, rows, {"id": _ROW, "offset_s": seconds}):
        db.execute(update(rows).where(rows.c.id == _ROW).values(offset_s=rows.c.offset_s + seconds))


def forget(db: Connection) -> None:
    """Back to the real time."""
    db.execute(delete(rows))
