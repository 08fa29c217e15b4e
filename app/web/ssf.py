"""The Shared Signals transmitter's doors: streams, and events for receivers that fetch them. No cookie is read."""

from collections.abc import Callable
from threading import BoundedSemaphore, Event

from flask import Blueprint, request
from werkzeug.wrappers import Response

from app.protocol.answers import Answer
from app.protocol.business_access import Call
from app.protocol.metadata import DISCOVERY_MAX_AGE_S
from app.protocol.ssf import control, doors, poll, streams
from app.web import answering, business_api, current
from app.web.discovery import sent
from app.web.forgery import open_to_others

blueprint = Blueprint("ssf", __name__)

_STREAMS, _STATUS, _ADD, _REMOVE, _VERIFY = doors.ENDPOINTS.values()
_STREAM_ACTS: dict[str, Callable[[Call], Answer]] = {
    "GET": streams.read,
    "POST": streams.create,
    "PATCH": lambda call: streams.change(call, whole=False),
    "PUT": lambda call: streams.change(call, whole=True),
    "DELETE": streams.remove,
}
_LOOK_S = 0.25
_held = BoundedSemaphore(1)
"""One poll at a time waits in a process: the threads are for people who log in."""
_quiet = Event()


@blueprint.get(doors.TRANSMITTER)
def transmitter() -> Response:
    """What this transmitter can do."""
    return sent(doors.transmitter(current.services().settings.issuer, DISCOVERY_MAX_AGE_S))


@blueprint.get(doors.RESOURCE)
def resource() -> Response:
    """Which tokens open these doors."""
    return sent(doors.resource(current.services().settings.issuer, DISCOVERY_MAX_AGE_S))


@blueprint.route(_STREAMS.path, methods=list(_STREAMS.methods), provide_automatic_options=False)
@open_to_others
def configuration() -> Response:
    """Make, read, change, replace, delete a stream."""
    return _answer(_STREAM_ACTS[request.method])


@blueprint.route(_STATUS.path, methods=list(_STATUS.methods), provide_automatic_options=False)
@open_to_others
def status() -> Response:
    """Read or set whether events are sent."""
    return _answer(control.set_status if request.method == "POST" else control.read_status)


@blueprint.route(_ADD.path, methods=list(_ADD.methods), provide_automatic_options=False)
@open_to_others
def add_subject() -> Response:
    """Tell about a subject again."""
    return _answer(control.add_subject)


@blueprint.route(_REMOVE.path, methods=list(_REMOVE.methods), provide_automatic_options=False)
@open_to_others
def remove_subject() -> Response:
    """Tell nothing more about a subject."""
    return _answer(control.remove_subject)


@blueprint.route(_VERIFY.path, methods=list(_VERIFY.methods), provide_automatic_options=False)
@open_to_others
def verify() -> Response:
    """Send a verification event."""
    return _answer(control.verify)


@blueprint.route(f"{doors.POLL_PATH}/<stream_id>", methods=["POST"], provide_automatic_options=False)
@open_to_others
def fetch(stream_id: str) -> Response:
    """Hand out what waits on a stream (RFC 8936)."""
    return _answer(lambda call: _offered(poll.receive(call, stream_id)))


def _offered(asked: poll.Poll) -> Answer:
    """What there is now or, for a receiver that would rather wait, within a few seconds (RFC 8936 §2.5)."""
    services = current.services()
    found = poll.offer(services, asked, current.now())
    if found is not None or not asked.waits or not _held.acquire(blocking=False):
        return found or poll.nothing()
    try:
        for _ in range(int(services.settings.events.poll_wait_s / _LOOK_S)):
            _quiet.wait(_LOOK_S)
            found = poll.offer(services, asked, current.moment())
            if found is not None:
                return found
    finally:
        _held.release()
    return poll.nothing()


def _answer(act: Callable[[Call], Answer]) -> Response:
    return answering.to_bearer(lambda: act(business_api.arrived()))
