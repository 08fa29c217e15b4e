"""The latest moment this installation has seen: a clock that is set back brings nothing to life again."""

from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from app.storage.prepared import Prepared
from app.storage.tables.time import time_marks as rows
from app.storage.upsert import insert_if_absent

_ROW = 1
HIGHEST = select(rows.c.highest_at).where(rows.c.id == _ROW).scalar_subquery()
"""For a select that has to know it anyway; NULL before the first worker ran."""
_HIGHEST = Prepared(select(rows.c.highest_at).where(rows.c.id == _ROW))


def highest(db: Connection) -> datetime | None:
    """The latest moment seen, if any was."""
    row = _HIGHEST.first(db)
    return None if row is None else row.highest_at


def seen(db: Connection, now: datetime) -> datetime:
    """The later of now and the latest moment seen: by this, and not by the clock alone, a grant is past its end."""
    return later(highest(db), now)


def later(mark: datetime | None, now: datetime) -> datetime:
    """The later of now and a mark that was read already, if there was one."""
    return now if mark is None else max(now, mark)


def raise_to(db: Connection, now: datetime) -> None:
    """Remember ``now`` when nothing later was seen."""
    if not insert_if_absent(db, rows, {"id": _ROW, "highest_at": now}):
        db.execute(update(rows).where(rows.c.id == _ROW, rows.c.highest_at < now).values(highest_at=now))


def forget(db: Connection) -> None:
    """As before the first worker ran: for a clock of a demonstration, which may go back."""
    db.execute(delete(rows))


def lower_to(db: Connection, now: datetime) -> None:
    """Take ``now`` for the latest moment: what was past its end has been ended, so nothing can come back."""
    if not insert_if_absent(db, rows, {"id": _ROW, "highest_at": now}):
        db.execute(update(rows).where(rows.c.id == _ROW).values(highest_at=now))
