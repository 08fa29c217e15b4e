"""The outbox: an event is a row in the transaction of the act it tells of; telling it is a job's."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select, update

from app.domain.events import Event, EventType
from app.storage.columns import columns_of
from app.storage.prepared import insertion
from app.storage.tables.events import events

COLUMNS = tuple(column.label(f"event_{column.name}") for column in columns_of(events, Event))
"""Every column that is part of the domain value, prefixed so that joins can carry it."""
_ADD = insertion(columns_of(events, Event))


def add(db: Connection, event: Event) -> None:
    """Write one event; it exists exactly when the act does."""
    _ADD.run(db, **{**vars(event), "type": event.type.value, "content": dict(event.content)})


def read(row: Any) -> Event:
    """The event in a row that holds ``COLUMNS``."""
    event = Event(*(getattr(row, column.name) for column in COLUMNS))
    return replace(event, type=EventType(event.type))


def not_fanned_out(db: Connection, limit: int) -> Sequence[Event]:
    """Events nobody has queued for streams yet, oldest first."""
    query = select(*COLUMNS).where(events.c.fanned_out_at.is_(None)).order_by(events.c.occurred_at, events.c.id)
    return [read(row) for row in db.execute(query.limit(limit))]


def fanned_out(db: Connection, event_ids: Collection[str], now: datetime) -> None:
    """They are queued on every stream that wants them."""
    db.execute(update(events).where(events.c.id.in_(event_ids)).values(fanned_out_at=now))


def late(db: Connection, happened_before: datetime) -> int:
    """How many events older than this nobody has queued."""
    waiting = select(func.count()).select_from(events).where(events.c.fanned_out_at.is_(None))
    return int(db.execute(waiting.where(events.c.occurred_at < happened_before)).scalar_one())
