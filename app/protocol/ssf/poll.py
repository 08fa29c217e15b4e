"""Events fetched by their receiver (RFC 8936): what it has, what it will never take, what there is for it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.domain.errors import Refusal
from app.domain.streams import POLL
from app.protocol.answers import Answer, answered
from app.protocol.business_access import Call, client_of_token, sent_object
from app.protocol.ssf.doors import READERS
from app.services import event_delivery, streams
from app.services.streams import Stream
from app.services.wiring import Services

_MOST = 100
"""Of one answer; ``moreAvailable`` says when to come back at once."""
_ERROR = re.compile(r"[A-Za-z0-9_.:/-]{1,64}")


@dataclass(frozen=True)
class Poll:
    """One poll whose acknowledgements were taken. ``most`` is 0 for one that only acknowledges (§2.4.2)."""

    stream: Stream
    most: int
    waits: bool
    """Whether its receiver would rather wait than hear that there is nothing (§2.5)."""


def receive(call: Call, stream_id: str) -> Poll:
    """Take what the receiver says it has, or refuses; Refusal 400, 401, 403 or 404.

    What it names and is not on its stream is passed over: it may be of long ago.
    """
    client = client_of_token(call, READERS)
    stream = streams.read(call.services, client.id, stream_id)
    if stream.method != POLL:
        raise Refusal("not_found", "The events of this stream are pushed.")
    # null and absent mean the same, as everywhere in a client's documents.
    document = {name: value for name, value in sent_object(call).items() if value is not None}
    most, immediately = document.get("maxEvents", _MOST), document.get("returnImmediately", False)
    if type(most) is not int or most < 0:
        raise Refusal("invalid_request", "maxEvents is a whole number, 0 or more.")
    if not isinstance(immediately, bool):
        raise Refusal("invalid_request", "returnImmediately is true or false.")
    had, refused = _had(document.get("ack")), _refused(document.get("setErrs"))
    event_delivery.acknowledge(call.services, stream, had, refused, call.now)
    return Poll(stream, min(most, _MOST), waits=most > 0 and not immediately)


def offer(services: Services, poll: Poll, now: datetime) -> Answer | None:
    """The events there are, or None when there is none yet."""
    if poll.most == 0:
        return nothing()
    tokens, more = event_delivery.collect(services, poll.stream, poll.most, now)
    return answered({"sets": dict(tokens), "moreAvailable": more}) if tokens else None


def nothing() -> Answer:
    """There is none."""
    return answered({"sets": {}, "moreAvailable": False})


def _had(raw: Any) -> list[str]:
    if raw is None:
        return []
    if not isinstance(raw, list) or not all(isinstance(jti, str) for jti in raw):
        raise Refusal("invalid_request", "ack is a list of jti.")
    return raw


def _refused(raw: Any) -> dict[str, str]:
    """The error per jti (§2.4.4); its description is for people and is not kept."""
    if raw is None:
        return {}
    if not isinstance(raw, Mapping) or not all(isinstance(said, Mapping) for said in raw.values()):
        raise Refusal("invalid_request", "setErrs holds an object with err per jti.")
    return {jti: _word(said.get("err")) for jti, said in raw.items()}


def _word(err: Any) -> str:
    return err if isinstance(err, str) and _ERROR.fullmatch(err) else "refused"
