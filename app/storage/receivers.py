"""Whose turn it is: push receivers with something due, leased to one worker, left alone for a while after failures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, exists, or_, select, update

from app.domain.grants import Standing
from app.domain.streams import PUSH, Status
from app.storage import streams as stream_rows
from app.storage.deliveries import is_due
from app.storage.streams import Stream
from app.storage.tables.parties import businesses, clients
from app.storage.tables.streams import deliveries, streams

_LONGEST_LEASE = timedelta(minutes=1)


@dataclass(frozen=True)
class Due:
    """A stream with something to be sent now; ``failures`` in a row so far."""

    stream_id: str
    failures: int


def due(db: Connection, now: datetime, limit: int) -> Sequence[Due]:
    """Streams whose receiver may be tried now, those that answered last time first."""
    waiting = exists().where(deliveries.c.stream_id == streams.c.id, is_due(now))
    query = select(streams.c.id, streams.c.failures).where(
        streams.c.method == PUSH,
        streams.c.status == Status.ENABLED.value,
        or_(streams.c.retry_at.is_(None), streams.c.retry_at <= now),
        _free(now),
        _of_active_client(),
        waiting,
    )
    return [Due(*row) for row in db.execute(query.order_by(streams.c.failures, streams.c.id).limit(limit))]


def lease(db: Connection, stream_id: str, lease_id: str, now: datetime, until: datetime) -> Stream | None:
    """Take a stream until then; None when another worker has it, or it went or was paused meanwhile."""
    ready = (streams.c.id == stream_id, streams.c.method == PUSH, streams.c.status == Status.ENABLED.value)
    taken = update(streams).where(*ready, _free(now), _of_active_client()).values(lease=lease_id, leased_until_at=until)
    row = db.execute(taken.returning(*stream_rows.COLUMNS)).one_or_none()
    return None if row is None else stream_rows.read(row)


def extend(db: Connection, stream_id: str, lease_id: str, until: datetime) -> bool:
    """Keep a lease, its receiver having answered; False when it was lost, or the stream was paused or changed."""
    mine = (streams.c.id == stream_id, streams.c.lease == lease_id, streams.c.status == Status.ENABLED.value)
    kept = update(streams).where(*mine).values(leased_until_at=until, failures=0, retry_at=None)
    return db.execute(kept).rowcount == 1


def release(db: Connection, stream_id: str, lease_id: str) -> None:
    """Give a lease back."""
    mine = (streams.c.id == stream_id, streams.c.lease == lease_id)
    db.execute(update(streams).where(*mine).values(lease=None, leased_until_at=None))


def rest(db: Connection, stream_id: str, lease_id: str, failures: int, retry_at: datetime) -> None:
    """Give it back and leave the receiver alone until then."""
    mine = (streams.c.id == stream_id, streams.c.lease == lease_id)
    left = {"lease": None, "leased_until_at": None, "failures": failures, "retry_at": retry_at}
    db.execute(update(streams).where(*mine).values(**left))


def failures(db: Connection, stream_id: str) -> int:
    """How often in a row this receiver could not be reached."""
    return db.execute(select(streams.c.failures).where(streams.c.id == stream_id)).scalar_one_or_none() or 0


def _of_active_client() -> ColumnElement[bool]:
    """Whoever is suspended is told nothing; what happens waits until they are back, or is over its time."""
    active = Standing.ACTIVE.value
    return exists().where(
        clients.c.id == streams.c.client_id,
        clients.c.standing == active,
        businesses.c.id == clients.c.business_id,
        businesses.c.standing == active,
    )


def _free(now: datetime) -> ColumnElement[bool]:
    """Nobody's. A lease that ends later than any does was taken before the clock was set back."""
    until = streams.c.leased_until_at
    return or_(until.is_(None), until <= now, until > now + _LONGEST_LEASE)


def overdue(db: Connection, now: datetime, by: timedelta) -> int:
    """How many push receivers could have been tried long ago: nobody works."""
    long_ago = now - by
    return len(due(db, long_ago, 1000))
