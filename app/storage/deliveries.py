"""Deliveries: one row per stream and event, waiting until its receiver has it, or dead when it never took it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, func, or_, select, update

from app.domain.events import Event, EventType
from app.storage import outbox
from app.storage.tables.events import events
from app.storage.tables.grants import grants
from app.storage.tables.streams import deliveries as rows
from app.storage.tables.streams import streams
from app.storage.upsert import insert_if_absent

_WAITING = (rows.c.delivered_at.is_(None), rows.c.dead_at.is_(None))


def is_due(now: datetime) -> ColumnElement[bool]:
    """What may be sent now. What was never tried may be, whatever a clock that was set back has made of its time."""
    return or_(rows.c.next_attempt_at <= now, rows.c.attempts == 0) & and_(*_WAITING)


@dataclass(frozen=True)
class Waiting:
    """One message to be delivered: an event, or without one a verification that echoes ``state``."""

    id: str
    jti: str
    event: Event | None
    state: str | None
    attempts: int


@dataclass(frozen=True)
class Listed:
    """One delivery of an event, as its business and the operator see it; no stream when nobody asked for it."""

    stream_id: str | None
    client_id: str
    jti: str
    type: str
    txn: str
    occurred_at: datetime
    attempts: int | None
    delivered_at: datetime | None
    dead_at: datetime | None
    problem: str | None
    queued: bool
    """Whether the worker has looked which streams want it; until then none has it."""


@dataclass(frozen=True)
class Which:
    """Events to be sent again: the dead letters, those of these jti, or everything since a moment."""

    dead: bool = False
    jtis: Collection[str] = ()
    since: datetime | None = None


def told_of_person(
    db: Connection, person_id: str, kind: EventType | None = None, business_id: str | None = None
) -> Sequence[tuple[Event, datetime | None]]:
    """Every event still kept about a person's grants, latest first, and when its receiver took it, if one did.

    Of one kind and one business, where these are given.
    """
    narrowed = [] if kind is None else [events.c.type == kind.value]
    narrowed += [] if business_id is None else [events.c.business_id == business_id]
    taken_at = func.min(rows.c.delivered_at, type_=rows.c.delivered_at.type)
    query = (
        select(*outbox.COLUMNS, taken_at.label("taken_at"))
        .join_from(events, grants, events.c.grant_id == grants.c.id)
        .outerjoin(rows, rows.c.event_id == events.c.id)
        .where(grants.c.person_id == person_id, *narrowed)
        .group_by(events.c.id)
        .order_by(events.c.occurred_at.desc(), events.c.id)
    )
    return [(outbox.read(row), row.taken_at) for row in db.execute(query)]


def queue(db: Connection, stream_id: str, event: Event, now: datetime) -> None:
    """Queue an event on a stream, unless it was queued there before."""
    _add(db, stream_id, event.id, event.id, None, event.occurred_at, now)


def queue_verification(db: Connection, stream_id: str, jti: str, state: str | None, now: datetime) -> None:
    """Queue a verification."""
    _add(db, stream_id, jti, None, state, now, now)


def waiting(db: Connection, stream_id: str, now: datetime, limit: int) -> Sequence[Waiting]:
    """What is due on a stream, in the order in which it happened."""
    query = (
        select(rows.c.id, rows.c.jti, rows.c.state, rows.c.attempts, *outbox.COLUMNS)
        .join_from(rows, events, rows.c.event_id == events.c.id, isouter=True)
        .where(rows.c.stream_id == stream_id, is_due(now))
        .order_by(rows.c.queued_at, rows.c.id)
        .limit(limit)
    )
    return [_read(row) for row in db.execute(query)]


def delivered(db: Connection, stream_id: str, jtis: Collection[str], now: datetime) -> None:
    """The receiver has these; ones it had, or that are not of this stream, change nothing."""
    theirs = (rows.c.stream_id == stream_id, rows.c.jti.in_(jtis), rows.c.delivered_at.is_(None))
    taken = {"delivered_at": now, "dead_at": None, "problem": None}
    db.execute(update(rows).where(*theirs).values(**taken))


def postpone(db: Connection, delivery_id: str, until: datetime, problem: str) -> None:
    """The receiver answered and did not take this one; try it again then, and the others meanwhile."""
    failed = {"attempts": rows.c.attempts + 1, "next_attempt_at": until, "problem": problem}
    db.execute(update(rows).where(rows.c.id == delivery_id, *_WAITING).values(**failed))


def count_failure(db: Connection, stream_id: str, now: datetime, problem: str) -> None:
    """The receiver was not reached: everything due was tried in vain."""
    db.execute(
        update(rows)
        .where(rows.c.stream_id == stream_id, is_due(now))
        .values(attempts=rows.c.attempts + 1, problem=problem)
    )


def bury(db: Connection, stream_id: str, most_attempts: int, now: datetime) -> int:
    """Give up what was tried this often; returns how many became dead letters."""
    tried = (rows.c.stream_id == stream_id, rows.c.attempts >= most_attempts, *_WAITING)
    return db.execute(update(rows).where(*tried).values(dead_at=now)).rowcount


def refuse(db: Connection, stream_id: str, problems: Mapping[str, str], now: datetime) -> None:
    """The receiver says it will never take these, and why in a word each (RFC 8936 §2.6)."""
    for jti, problem in problems.items():
        theirs = (rows.c.stream_id == stream_id, rows.c.jti == jti, *_WAITING)
        db.execute(update(rows).where(*theirs).values(dead_at=now, problem=problem, attempts=rows.c.attempts + 1))


def again(db: Connection, client_id: str, which: Which, now: datetime) -> int:
    """Queue events of one client again, as if never tried; the jti stays. Returns how many."""
    of_client = events.c.client_id == client_id
    anew = {"attempts": 0, "next_attempt_at": now, "delivered_at": None, "dead_at": None, "problem": None}
    if which.dead:
        letters = (rows.c.event_id.in_(select(events.c.id).where(of_client)), rows.c.dead_at.is_not(None))
        return db.execute(update(rows).where(*letters).values(**anew)).rowcount
    meant = of_client & (events.c.id.in_(which.jtis) if which.since is None else events.c.occurred_at >= which.since)
    db.execute(update(rows).where(rows.c.event_id.in_(select(events.c.id).where(meant))).values(**anew))
    # A stream made since has no delivery of these yet.
    return db.execute(update(events).where(meant).values(fanned_out_at=None)).rowcount


def forget_waiting(
    db: Connection, stream_id: str, *, kept: Collection[str] | None = None, sub: str | None = None
) -> None:
    """Drop what waits on a stream: all of it, the events of no ``kept`` type, or those about one subject."""
    unwanted = () if kept is None else (events.c.type.not_in(kept),)
    about = () if sub is None else (events.c.sub == sub,)
    # Asked of each row that waits: they are few, and the events many.
    these = (exists().where(events.c.id == rows.c.event_id, *unwanted, *about),) if unwanted or about else ()
    db.execute(delete(rows).where(rows.c.stream_id == stream_id, *_WAITING, *these))


def listed(db: Connection, client_id: str | None, limit: int, *, dead_only: bool) -> Sequence[Listed]:
    """Deliveries of events to one client or to all, newest first."""
    query = select(
        rows.c.stream_id,
        events.c.client_id,
        events.c.id,
        events.c.type,
        events.c.txn,
        events.c.occurred_at,
        rows.c.attempts,
        rows.c.delivered_at,
        rows.c.dead_at,
        rows.c.problem,
        events.c.fanned_out_at.is_not(None),
    ).join_from(events, rows, rows.c.event_id == events.c.id, isouter=True)
    if client_id is not None:
        query = query.where(events.c.client_id == client_id)
    if dead_only:
        query = query.where(rows.c.dead_at.is_not(None))
    return [Listed(*row) for row in db.execute(query.order_by(events.c.occurred_at.desc(), rows.c.id).limit(limit))]


def count_dead(db: Connection) -> Mapping[str, int]:
    """How many dead letters each client has."""
    counted = (
        select(streams.c.client_id, func.count().label("dead"))
        .join_from(rows, streams, rows.c.stream_id == streams.c.id)
        .where(rows.c.dead_at.is_not(None), rows.c.event_id.is_not(None))
        .group_by(streams.c.client_id)
        .order_by(streams.c.client_id)
    )
    return {row.client_id: row.dead for row in db.execute(counted)}


def _add(
    db: Connection, stream_id: str, jti: str, event_id: str | None, state: str | None, since: datetime, now: datetime
) -> None:
    row = {
        "id": uuid4().hex,
        "stream_id": stream_id,
        "jti": jti,
        "event_id": event_id,
        "state": state,
        "queued_at": since,
        "next_attempt_at": now,
        "attempts": 0,
    }
    insert_if_absent(db, rows, row)


def _read(row: Any) -> Waiting:
    event = None if row.event_id is None else outbox.read(row)
    return Waiting(row.id, row.jti, event, row.state, row.attempts)
