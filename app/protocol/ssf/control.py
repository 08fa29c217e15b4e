"""A stream's status, its subjects, and the event that shows it works (§8.1.2 to §8.1.4)."""

from http import HTTPStatus
from typing import Any

from app.protocol.answers import Answer, answered
from app.protocol.business_access import Call, client_of_token, sent_object
from app.protocol.ssf.doors import MANAGERS, READERS
from app.protocol.ssf.streams import asked, named
from app.services import streams
from app.services.streams import Stream


def read_status(call: Call) -> Answer:
    """Whether events are sent on the stream named in the query."""
    client = client_of_token(call, READERS)
    return _status(streams.read(call.services, client.id, asked(call)))


def set_status(call: Call) -> Answer:
    """Enable, pause or disable it."""
    client = client_of_token(call, MANAGERS)
    document = sent_object(call)
    status, reason = document.get("status"), document.get("reason")
    return _status(streams.set_status(call.services, client.id, named(document), status, reason))


def add_subject(call: Call) -> Answer:
    """Tell about a subject again. 200 whether or not it is one of ours (§8.1.3.2)."""
    _choose(call, wanted=True)
    return Answer(HTTPStatus.OK)


def remove_subject(call: Call) -> Answer:
    """Tell nothing more about a subject. 204 whether or not it is one of ours (§8.1.3.3)."""
    _choose(call, wanted=False)
    return Answer(HTTPStatus.NO_CONTENT)


def verify(call: Call) -> Answer:
    """Send a verification event soon."""
    client = client_of_token(call, MANAGERS)
    document = sent_object(call)
    streams.verify(call.services, client.id, named(document), document.get("state"), call.now)
    return Answer(HTTPStatus.NO_CONTENT)


def _choose(call: Call, *, wanted: bool) -> None:
    client = client_of_token(call, MANAGERS)
    document = sent_object(call)
    streams.choose_subject(call.services, client.id, named(document), document.get("subject"), wanted=wanted)


def _status(stream: Stream) -> Answer:
    members: dict[str, Any] = {"stream_id": stream.id, "status": stream.status.value}
    return answered(members if stream.status_reason is None else members | {"reason": stream.status_reason})
