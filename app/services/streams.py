"""What a receiver does with its event streams: make, read, change, pause, choose subjects, have one verified.

A stream belongs to one client. To everybody else it does not exist.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from sqlalchemy import Connection

from app.crypto.encryption_keys import unwrap, wrap
from app.domain.errors import Faulty, Problems, Refusal, TooMany
from app.domain.identifiers import is_id
from app.domain.streams import (
    MOST_STREAMS,
    SHORTEST_VERIFICATION_S,
    Delivery,
    Rules,
    Status,
    Wishes,
    delivered,
    read_wishes,
)
from app.services import throttles
from app.services.throttles import Limit
from app.services.wiring import Services
from app.storage import deliveries, parties
from app.storage import streams as rows
from app.storage.streams import Stream

__all__ = ["Stream"]

_LABEL = "push authorization"
_CREATIONS = Limit("streams", 100, 3600)
_LONGEST_STATE = 1000
_LONGEST_REASON = 200


def create(services: Services, client_id: str, document: Mapping[str, Any], now: datetime) -> Stream:
    """A new stream; Refusal invalid_request with every fault, or 409 when the client has as many as there may be.

    TooMany for a client that makes and deletes them all the time.
    """
    throttles.admit(services, _CREATIONS, client_id, now, "Too many streams were made.", logged="stream flood")
    wishes = _wishes(services, document)
    stream = _stream(services, uuid4().hex, client_id, wishes, now)
    with services.database.write() as db:
        parties.hold_client(db, client_id)
        if len(rows.of_client(db, client_id)) >= MOST_STREAMS:
            told = f"A client has at most {MOST_STREAMS} streams."
            raise Refusal("invalid_request", told, status=HTTPStatus.CONFLICT)
        rows.add(db, stream)
    return stream


def read(services: Services, client_id: str, stream_id: str) -> Stream:
    """One stream; Refusal not_found when this client has none such."""
    with services.database.read() as db:
        return _own(db, client_id, stream_id)


def of_client(services: Services, client_id: str) -> tuple[Stream, ...]:
    """All streams of the client."""
    with services.database.read() as db:
        return tuple(rows.of_client(db, client_id))


def change(
    services: Services, client_id: str, stream_id: str, document: Mapping[str, Any], *, whole: bool, now: datetime
) -> Stream:
    """Change what the document names (PATCH), or with ``whole`` replace everything by it (PUT). Refusal as ``create``.

    What waits and is no longer asked for is not sent any more.
    """
    with services.database.write() as db:
        before = _held(db, client_id, stream_id)
        wishes = _wishes(services, document, None if whole else _wishes_of(services, before))
        after = replace(
            _stream(services, before.id, client_id, wishes, now),
            status=before.status,
            status_reason=before.status_reason,
            created_at=before.created_at,
        )
        rows.write(db, after)
        deliveries.forget_waiting(db, stream_id, kept=delivered(after.events_requested))
    return after


def remove(services: Services, client_id: str, stream_id: str) -> None:
    """Delete a stream with all that waits on it."""
    with services.database.write() as db:
        rows.remove(db, _own(db, client_id, stream_id).id)


def set_status(services: Services, client_id: str, stream_id: str, status: Any, reason: Any) -> Stream:
    """Enable, pause or disable (§8.1.2). Paused holds what happens until it is enabled; disabled drops it."""
    if not isinstance(status, str) or status not in set(Status):
        raise Refusal("invalid_request", f"The status is one of {', '.join(Status)}.")
    if reason is not None and not (isinstance(reason, str) and len(reason) <= _LONGEST_REASON and reason.isprintable()):
        raise Refusal("invalid_request", f"The reason is a text of at most {_LONGEST_REASON} characters in one line.")
    with services.database.write() as db:
        stream = replace(_held(db, client_id, stream_id), status=Status(status), status_reason=reason)
        rows.write(db, stream)
        if stream.status is Status.DISABLED:
            deliveries.forget_waiting(db, stream_id)
    return stream


def verify(services: Services, client_id: str, stream_id: str, state: Any, now: datetime) -> None:
    """Send a verification event soon (§8.1.4.2); TooMany when the last was asked a moment ago."""
    if state is not None and not (isinstance(state, str) and len(state) <= _LONGEST_STATE and "\0" not in state):
        raise Refusal("invalid_request", f"The state is a text of at most {_LONGEST_STATE} characters.")
    with services.database.write() as db:
        stream = _held(db, client_id, stream_id)
        if not rows.claim_verification(db, stream_id, now, timedelta(seconds=SHORTEST_VERIFICATION_S)):
            raise TooMany("A verification was asked a moment ago.", wait_s=SHORTEST_VERIFICATION_S)
        if stream.status is not Status.DISABLED:
            deliveries.queue_verification(db, stream_id, uuid4().hex, state, now)


def choose_subject(services: Services, client_id: str, stream_id: str, subject: Any, *, wanted: bool) -> None:
    """Take one subject off the stream, or back on it (§8.1.3). All are on it from the start.

    Only subjects as our events name them mean anything here; others are taken in silence, as the framework allows:
    nobody learns from us who has an account, and no e-mail address is kept.
    """
    if not isinstance(subject, Mapping) or not isinstance(subject.get("format"), str):
        raise Refusal("invalid_request", "The subject is an object with a format (RFC 9493).")
    sub = subject.get("sub")
    with services.database.write() as db:
        stream = _held(db, client_id, stream_id)
        if subject["format"] != "iss_sub" or subject.get("iss") != services.settings.issuer or not _is_sub(sub):
            return
        if wanted:
            rows.include(db, stream.id, str(sub))
        elif rows.exclude(db, stream, str(sub)):
            deliveries.forget_waiting(db, stream.id, sub=str(sub))


def push_header(services: Services, stream: Stream) -> str | None:
    """The header the receiver wants to see in every push, in clear for the moment it is sent."""
    if stream.authorization_sealed is None:
        return None
    return unwrap(services.secrets, stream.authorization_sealed, _LABEL, stream.id).decode("ascii")


def _own(db: Connection, client_id: str, stream_id: str) -> Stream:
    return _there(rows.find(db, stream_id, client_id) if is_id(stream_id) else None)


def _held(db: Connection, client_id: str, stream_id: str) -> Stream:
    """The same, before changing it or what waits on it: nobody else does until this transaction ends."""
    return _there(rows.hold(db, stream_id, client_id) if is_id(stream_id) else None)


def _there(stream: Stream | None) -> Stream:
    if stream is None:
        raise Refusal("not_found", "There is no such stream.")
    return stream


def _wishes(services: Services, document: Mapping[str, Any], before: Wishes | None = None) -> Wishes:
    settings = services.settings
    rules = Rules(settings.outbound.private_hosts, urlsplit(settings.issuer).hostname)
    try:
        return read_wishes(document, rules, before)
    except Problems as problems:
        raise Faulty(problems.found) from None


def _wishes_of(services: Services, stream: Stream) -> Wishes:
    delivery = Delivery(stream.method, stream.endpoint_url, push_header(services, stream))
    return Wishes(delivery, stream.events_requested, stream.description)


def _stream(services: Services, stream_id: str, client_id: str, wishes: Wishes, now: datetime) -> Stream:
    header = wishes.delivery.authorization_header
    sealed = None if header is None else wrap(services.secrets, header.encode("ascii"), _LABEL, stream_id)
    return Stream(
        id=stream_id,
        client_id=client_id,
        method=wishes.delivery.method,
        endpoint_url=wishes.delivery.endpoint_url,
        authorization_sealed=sealed,
        events_requested=wishes.events_requested,
        description=wishes.description,
        status=Status.ENABLED,
        status_reason=None,
        created_at=now,
    )


def _is_sub(sub: Any) -> bool:
    return isinstance(sub, str) and 0 < len(sub) <= 64 and sub.isascii() and sub.isprintable()
