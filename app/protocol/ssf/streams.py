"""The configuration endpoint: a receiver makes, reads, changes and deletes its streams (§8.1.1)."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from app.domain.errors import Faulty, Refusal
from app.domain.streams import POLL, PUSH, SHORTEST_VERIFICATION_S, delivered, supported
from app.protocol.answers import Answer, answered
from app.protocol.business_access import Call, client_of_token, sent_object
from app.protocol.ssf.doors import MANAGERS, READERS, poll_url
from app.services import streams
from app.services.streams import Stream

_OURS = ("iss", "aud", "events_supported", "events_delivered", "min_verification_interval")
"""What the transmitter supplies besides the id: a receiver may repeat it, and not change it."""


def create(call: Call) -> Answer:
    """POST: a new stream, 201."""
    client = client_of_token(call, MANAGERS)
    stream = streams.create(call.services, client.id, sent_object(call), call.now)
    return answered(_told(call, stream), HTTPStatus.CREATED)


def read(call: Call) -> Answer:
    """GET: the stream named in the query, or a list of all there are."""
    client = client_of_token(call, READERS)
    stream_id = _stream_id(call)
    if stream_id is not None:
        return answered(_told(call, streams.read(call.services, client.id, stream_id)))
    every = [_told(call, stream) for stream in streams.of_client(call.services, client.id)]
    return Answer(HTTPStatus.OK, json.dumps(every, separators=(",", ":")).encode("ascii"))


def change(call: Call, *, whole: bool) -> Answer:
    """PATCH, or with ``whole`` PUT: what the receiver wishes from now on."""
    client = client_of_token(call, MANAGERS)
    document = sent_object(call)
    stream_id = named(document)
    _check_ours(document, _told(call, streams.read(call.services, client.id, stream_id)))
    stream = streams.change(call.services, client.id, stream_id, document, whole=whole, now=call.now)
    return answered(_told(call, stream))


def remove(call: Call) -> Answer:
    """DELETE: the stream named in the query, 204."""
    client = client_of_token(call, MANAGERS)
    streams.remove(call.services, client.id, asked(call))
    return Answer(HTTPStatus.NO_CONTENT)


def named(document: Mapping[str, Any]) -> str:
    """The stream a document is about; Refusal invalid_request when it names none."""
    stream_id = document.get("stream_id")
    if not isinstance(stream_id, str):
        raise Refusal("invalid_request", "The stream_id is missing.")
    return stream_id


def asked(call: Call) -> str:
    """The stream named in the query; Refusal invalid_request when there is none."""
    stream_id = _stream_id(call)
    if stream_id is None:
        raise Refusal("invalid_request", "The stream_id belongs in the query.")
    return stream_id


def _stream_id(call: Call) -> str | None:
    values = [value for name, value in call.query if name == "stream_id"]
    if len(values) > 1:
        raise Refusal("invalid_request", "The stream_id is sent more than once.")
    return values[0] if values else None


def _told(call: Call, stream: Stream) -> dict[str, Any]:
    """The stream as its receiver is told it. The header for its pushes is never told: it is a secret of theirs."""
    issuer = call.services.settings.issuer
    url = stream.endpoint_url if stream.method == PUSH else poll_url(issuer, stream.id)
    members: dict[str, Any] = {
        "stream_id": stream.id,
        "iss": issuer,
        "aud": stream.client_id,
        "delivery": {"method": stream.method, "endpoint_url": url},
        "events_supported": list(supported(stream.events_requested)),
        "events_requested": list(stream.events_requested),
        "events_delivered": list(delivered(stream.events_requested)),
        "min_verification_interval": SHORTEST_VERIFICATION_S,
    }
    return members if stream.description is None else members | {"description": stream.description}


def _check_ours(document: Mapping[str, Any], told: Mapping[str, Any]) -> None:
    """What the transmitter supplies must be as it is before the change (§8.1.1.3)."""
    wrong = [name for name in _OURS if document.get(name) is not None and _plain(document[name]) != _plain(told[name])]
    delivery = document.get("delivery")
    if isinstance(delivery, Mapping) and delivery.get("method") == POLL == told["delivery"]["method"]:
        url = delivery.get("endpoint_url")
        wrong += ["delivery/endpoint_url"] if url not in (None, told["delivery"]["endpoint_url"]) else []
    if wrong:
        raise Faulty(tuple((name, "is the transmitter's, and cannot be changed") for name in wrong))


def _plain(value: Any) -> Any:
    """A list compares by what it holds: the order of event types means nothing."""
    return sorted(map(str, value)) if isinstance(value, list) else value
