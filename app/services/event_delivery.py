"""Events on their way to the streams that want them: queued, handed to a worker or a poll, taken or given up.

Sends nothing itself. A stream's row is written or held before those of its deliveries, as by whoever deletes or
disables it: the other way round each would wait for the other.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import Connection

from app.domain.events import Event
from app.domain.identifiers import is_id
from app.domain.redelivery import wait
from app.domain.streams import Status, delivered
from app.services.event_tokens import event_token
from app.services.streams import push_header
from app.services.wiring import Services
from app.storage import deliveries, outbox, receivers
from app.storage import streams as streams_rows
from app.storage.deliveries import Waiting
from app.storage.receivers import Due
from app.storage.streams import Stream

__all__ = ["Due", "Waiting"]

_LEASE = timedelta(seconds=20)
"""Longer than one attempt, with time to spare; a worker that dies holds a receiver up no longer than this."""
_LONGEST_PROBLEM = 64


@dataclass(frozen=True)
class Turn:
    """One receiver, leased to one worker: where to push, and the header it wants to see."""

    stream: Stream
    lease_id: str
    authorization_header: str | None = field(repr=False)


def fan_out(services: Services, now: datetime, limit: int) -> int:
    """Queue new events on every stream that wants them, once each whoever else does; returns how many events."""
    with services.database.read() as db:
        if not outbox.not_fanned_out(db, 1):
            return 0
    with services.database.write() as db:
        fresh = outbox.not_fanned_out(db, limit)
        for event in fresh:
            for stream in _interested(db, event):
                deliveries.queue(db, stream.id, event, now)
        outbox.fanned_out(db, [event.id for event in fresh], now)
    return len(fresh)


def due(services: Services, now: datetime, limit: int) -> tuple[Due, ...]:
    """Push receivers whose turn it is."""
    with services.database.read() as db:
        return tuple(receivers.due(db, now, limit))


def take(services: Services, stream_id: str, now: datetime) -> Turn | None:
    """Lease a receiver; None when somebody else has it."""
    lease_id = uuid4().hex
    with services.database.write() as db:
        stream = receivers.lease(db, stream_id, lease_id, now, now + _LEASE)
    return None if stream is None else Turn(stream, lease_id, push_header(services, stream))


def waiting(services: Services, turn: Turn, now: datetime) -> Waiting | None:
    """What is to be pushed next, or None; then the lease is given back."""
    with services.database.read() as db:
        found = deliveries.waiting(db, turn.stream.id, now, 1)
    if found:
        return found[0]
    give_back(services, turn)
    return None


def give_back(services: Services, turn: Turn) -> None:
    """Leave the rest for another turn."""
    with services.database.write() as db:
        receivers.release(db, turn.stream.id, turn.lease_id)


def taken(services: Services, turn: Turn, message: Waiting, now: datetime) -> bool:
    """The receiver has it. False when the turn is over: the lease was lost, or the stream paused or changed."""
    with services.database.write() as db:
        kept = receivers.extend(db, turn.stream.id, turn.lease_id, now + _LEASE)
        deliveries.delivered(db, turn.stream.id, [message.jti], now)
    return kept


def turned_down(services: Services, turn: Turn, message: Waiting, problem: str, now: datetime) -> bool:
    """The receiver answered and does not take this one: later again, and the others meanwhile. As ``taken``."""
    settings = services.settings.events
    with services.database.write() as db:
        kept = receivers.extend(db, turn.stream.id, turn.lease_id, now + _LEASE)
        later = now + wait(message.attempts + 1, settings.first_wait_s, settings.longest_wait_s)
        deliveries.postpone(db, message.id, later, problem[:_LONGEST_PROBLEM])
        deliveries.bury(db, turn.stream.id, settings.attempts, now)
    return kept


def not_reached(services: Services, turn: Turn, problem: str, now: datetime) -> int:
    """The receiver is not there, or takes nothing: it is left alone for a while. Returns how many were given up."""
    settings, stream_id = services.settings.events, turn.stream.id
    with services.database.write() as db:
        failures = receivers.failures(db, stream_id) + 1
        retry_at = now + wait(failures, settings.first_wait_s, settings.longest_wait_s)
        receivers.rest(db, stream_id, turn.lease_id, failures, retry_at)
        deliveries.count_failure(db, stream_id, now, problem[:_LONGEST_PROBLEM])
        return deliveries.bury(db, stream_id, settings.attempts, now)


def collect(services: Services, stream: Stream, most: int, now: datetime) -> tuple[Mapping[str, str], bool]:
    """For a receiver that fetches: at most so many tokens by jti, oldest first, and whether there are more."""
    if stream.status is not Status.ENABLED:
        return {}, False
    with services.database.read() as db:
        found = deliveries.waiting(db, stream.id, now, most + 1)
    return {each.jti: event_token(services, stream, each, now) for each in found[:most]}, len(found) > most


def acknowledge(
    services: Services, stream: Stream, jtis: Collection[str], problems: Mapping[str, str], now: datetime
) -> None:
    """The receiver has these, and will never take those (RFC 8936 §2.4); what is not on its stream is passed over."""
    had = [jti for jti in jtis if is_id(jti)]
    refused = {jti: problem[:_LONGEST_PROBLEM] for jti, problem in problems.items() if is_id(jti)}
    if not had and not refused:
        return
    with services.database.write() as db:
        streams_rows.hold(db, stream.id, stream.client_id)
        deliveries.delivered(db, stream.id, had, now)
        deliveries.refuse(db, stream.id, refused, now)


def _interested(db: Connection, event: Event) -> list[Stream]:
    wanting = [
        stream
        for stream in streams_rows.held(db, event.client_id)
        if stream.status is not Status.DISABLED and event.type in delivered(stream.events_requested)
    ]
    if not wanting:
        return []
    without = streams_rows.excluded(db, [stream.id for stream in wanting], event.sub)
    return [stream for stream in wanting if stream.id not in without]
