"""Running grants that are past their end, or near it: what the retention job goes through, in the order they end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, ColumnElement, Connection, select, tuple_, type_coerce, update

from app.domain.retention import ASK_AHEAD
from app.storage.columns import microseconds
from app.storage.tables.grants import grants as rows


@dataclass(frozen=True)
class Ending:
    """One grant by its id, and its place in the order."""

    id: str
    ends_at: datetime


def past_end(db: Connection, now: datetime, after: Ending | None, limit: int) -> Sequence[Ending]:
    """Grants whose term is over and that nobody has ended."""
    return _page(db, after, limit, rows.c.ends_at <= now)


def to_ask(db: Connection, now: datetime, after: Ending | None, limit: int) -> Sequence[Ending]:
    """Grants whose giver is due the question whether to extend (``retention.ask_at``), and was not asked."""
    left = type_coerce(rows.c.ends_at, BigInteger) - microseconds(now)
    term = type_coerce(rows.c.ends_at, BigInteger) - type_coerce(rows.c.given_at, BigInteger)
    return _page(
        db,
        after,
        limit,
        rows.c.ends_at > now,
        rows.c.ends_at <= now + ASK_AHEAD,
        left * 2 <= term,
        rows.c.asked_at.is_(None),
    )


def mark_asked(db: Connection, grant_id: str, now: datetime) -> bool:
    """Remember that the giver was asked; False when somebody else did, or it ended meanwhile."""
    due = (rows.c.id == grant_id, rows.c.asked_at.is_(None), rows.c.ended_at.is_(None))
    return db.execute(update(rows).where(*due).values(asked_at=now)).rowcount == 1


def _page(db: Connection, after: Ending | None, limit: int, *which: ColumnElement[bool]) -> Sequence[Ending]:
    query = select(rows.c.id, rows.c.ends_at).where(rows.c.ended_at.is_(None), *which)
    if after is not None:
        query = query.where(tuple_(rows.c.ends_at, rows.c.id) > (after.ends_at, after.id))
    found = db.execute(query.order_by(rows.c.ends_at, rows.c.id).limit(limit))
    return [Ending(row.id, row.ends_at) for row in found]
