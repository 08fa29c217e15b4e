"""Counters of attempts, each in a window of time. One statement counts; no two callers get the same number."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import Connection, bindparam, case, delete, update

from app.storage.prepared import Prepared
from app.storage.tables.logins import throttles as rows
from app.storage.upsert import insert_into


@dataclass(frozen=True)
class Count:
    """How many so far, this one included, and when counting starts again."""

    number: int
    window_ends_at: datetime


def count(db: Connection, key: bytes, now: datetime, window_ends_at: datetime) -> Count:
    """Count one more under a key; a window that is over starts afresh and ends at ``window_ends_at``."""
    return Count(*_counted(db.dialect.name).first(db, key=key, now=now, window_ends_at=window_ends_at))


@cache
def _counted(dialect: str) -> Prepared:
    row = {"key": bindparam("key"), "window_ends_at": bindparam("window_ends_at"), "count": 1}
    fresh = insert_into(dialect, rows).values(row)
    over = rows.c.window_ends_at <= bindparam("now")
    counted = fresh.on_conflict_do_update(
        index_elements=[rows.c.key],
        set_={
            "count": case((over, 1), else_=rows.c.count + 1),
            "window_ends_at": case((over, fresh.excluded.window_ends_at), else_=rows.c.window_ends_at),
        },
    )
    return Prepared(counted.returning(rows.c.count, rows.c.window_ends_at))


def give_back(db: Connection, key: bytes) -> None:
    """Take back one count."""
    db.execute(update(rows).where(rows.c.key == key, rows.c.count > 0).values(count=rows.c.count - 1))


def forget(db: Connection, key: bytes) -> None:
    """Start counting afresh."""
    db.execute(delete(rows).where(rows.c.key == key))
