"""Sends events to businesses: queues them for the streams that want them, and pushes them (RFC 8935).

One receiver at a time is one worker's, its events in order. A worker that dies between sending and noting it sends
once more, with the same jti. A receiver that hangs, fails or lies costs nobody else anything.
"""

import json
import logging
import re
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from http import HTTPStatus

from app.jobs.receivers import Receivers
from app.jobs.report import Report
from app.jobs.steady_clock import clock_from
from app.services import event_delivery
from app.services.event_delivery import Turn, Waiting
from app.services.event_tokens import event_token
from app.services.outbound import Answered, Unfetchable
from app.services.wiring import Services

_log = logging.getLogger("sluis.jobs")

_BATCH = 500
_RECEIVERS = 100
_TURN_S = 5
"""How long one receiver is served before it has to queue again."""
_CONTENT_TYPE = "application/secevent+jwt"
_ABOUT_THE_EVENT = frozenset(
    {HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNPROCESSABLE_ENTITY}
)
"""What says that this one is not taken (RFC 8935 §2.3), and nothing about the next."""
_ERROR = re.compile(r"[a-z_]{1,32}")


class EventDelivery:
    """The job. Its threads go on while it rests; what they did is in the next report."""

    def __init__(self) -> None:
        self.receivers = Receivers()

    def run(self, services: Services, now: datetime) -> Report:
        """Queue what is new, and have every receiver served whose turn it is. Waits for none of them."""
        queued = event_delivery.fan_out(services, now, _BATCH)
        for each in event_delivery.due(services, now, _RECEIVERS):
            self.receivers.submit(
                each.stream_id, partial(serve, services, each.stream_id, now), failing=each.failures > 0
            )
        return Report({"queued": queued} | self.receivers.finished(), more=queued == _BATCH)


def serve(services: Services, stream_id: str, now: datetime) -> Counter[str]:
    """Push to one receiver what waits for it, for a while; counts of what came of it. ``now`` is when it begins."""
    counts: Counter[str] = Counter()
    clock = clock_from(now)
    turn = event_delivery.take(services, stream_id, now)
    if turn is None:
        return counts
    while (message := event_delivery.waiting(services, turn, clock())) is not None:
        if clock() - now >= timedelta(seconds=_TURN_S):
            event_delivery.give_back(services, turn)
            break
        if not _send(services, turn, message, clock, counts):
            break
    return counts


def _send(
    services: Services, turn: Turn, message: Waiting, clock: Callable[[], datetime], counts: Counter[str]
) -> bool:
    """One push; whether to go on with this receiver."""
    try:
        answered = _push(services, turn, message, clock())
    except Unfetchable as reason:
        # Why is for our log alone: what our network can reach is not told.
        _log.warning("receiver not reached", extra={"stream_id": turn.stream.id, "why": str(reason)})
        return _give_up_for_now(services, turn, "unreachable", clock(), counts)
    if answered.accepted:
        counts["delivered"] += 1
        return event_delivery.taken(services, turn, message, clock())
    if answered.status in _ABOUT_THE_EVENT:
        counts["turned_down"] += 1
        return event_delivery.turned_down(services, turn, message, problem(answered), clock())
    return _give_up_for_now(services, turn, problem(answered), clock(), counts)


def _push(services: Services, turn: Turn, message: Waiting, now: datetime) -> Answered:
    headers = {"Content-Type": _CONTENT_TYPE}
    if turn.authorization_header is not None:
        headers["Authorization"] = turn.authorization_header
    body = event_token(services, turn.stream, message, now).encode("ascii")
    return services.outbound.post(turn.stream.endpoint_url or "", body, headers)


def _give_up_for_now(services: Services, turn: Turn, said: str, now: datetime, counts: Counter[str]) -> bool:
    counts["failed"] += 1
    counts["dead"] += event_delivery.not_reached(services, turn, said, now)
    return False


def problem(answered: Answered) -> str:
    """The receiver's refusal in one word: its own, if it gave one as RFC 8935 §2.3 says, or its status."""
    try:
        said = json.loads(answered.body)
    except (ValueError, RecursionError):
        said = None
    err = said.get("err") if isinstance(said, dict) else None
    return err if isinstance(err, str) and _ERROR.fullmatch(err) else f"http_{answered.status}"
