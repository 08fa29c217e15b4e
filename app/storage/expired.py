"""Deletes rows whose time is over, a bounded number a transaction, so that nobody waits for a clean-up."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from sqlalchemy import Column, ColumnElement, Connection, Table, delete, exists, or_, select

from app.domain.events import EventType
from app.storage.tables.events import events
from app.storage.tables.grants import refused_requests
from app.storage.tables.leaving import exports, kept_receipts
from app.storage.tables.logins import (
    authorization_requests,
    denials,
    refresh_tokens,
    sessions,
    single_use,
    throttles,
)
from app.storage.tables.people import email_links, people
from app.storage.tables.streams import deliveries, logouts
from app.storage.tables.upkeep import mail

_DAY = timedelta(days=1)
_TIMELINE = 335 * _DAY
"""What a person reads in the timeline of a business is kept for a year, as look-ups are; what a business has not
fetched or taken is too."""
_UNDELIVERED = exists().where(deliveries.c.event_id == events.c.id, deliveries.c.delivered_at.is_(None))
_LINKED = exists().where(email_links.c.person_id == people.c.id)
_PERIODS = {
    authorization_requests: _DAY,  # a page may still say that a login has expired
    deliveries: _DAY,  # of verifications; those of events go with their event
    denials: timedelta(0),
    email_links: _DAY,
    exports: timedelta(0),
    events: 30 * _DAY,  # until then they may be asked for again
    kept_receipts: timedelta(0),
    logouts: _DAY,
    mail: 7 * _DAY,
    people: 2 * _DAY,
    refresh_tokens: _DAY,
    refused_requests: timedelta(0),
    sessions: 35 * _DAY,  # tokens issued in a session ask whether it ended
    single_use: timedelta(minutes=5),  # the clock of a machine that takes them may be behind
    throttles: timedelta(0),
}
KINDS: Mapping[str, Table] = MappingProxyType({table.name: table for table in _PERIODS})
"""What can expire, by name."""


def remove(db: Connection, kind: str, now: datetime, limit: int) -> int:
    """Delete at most ``limit`` rows of one kind that nothing needs any more; returns how many."""
    table = KINDS[kind]
    before = now - _PERIODS[table]
    key: Column[object] = next(iter(table.primary_key.columns))
    over = _is_over(table, before)
    some = select(key).where(over).limit(limit)
    # Asked again of each row as it is by then: who came by meanwhile may have begun it anew.
    return db.execute(delete(table).where(key.in_(some), over)).rowcount


def _is_over(table: Table, before: datetime) -> ColumnElement[bool]:
    if table is people:  # registered, and never confirmed; not while a link that may do so is kept
        return table.c.confirmed_at.is_(None) & (table.c.created_at < before) & ~_LINKED
    if table is events:
        kept = or_(table.c.type == EventType.DATA_CHANGED.value, _UNDELIVERED)
        return (table.c.occurred_at < before) & (~kept | (table.c.occurred_at < before - _TIMELINE))
    if table is deliveries:
        return table.c.event_id.is_(None) & (table.c.queued_at < before)
    if table in (mail, logouts):
        return table.c.created_at < before
    if table is kept_receipts:
        return table.c.keep_until < before
    if table is throttles:
        return table.c.window_ends_at < before
    if table is sessions:
        return or_(table.c.ended_at < before, table.c.expires_at < before)
    return table.c.expires_at < before
