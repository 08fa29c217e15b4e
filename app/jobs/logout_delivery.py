"""Tells clients that a session ended (Back-Channel Logout 1.0 §2.5): one logout token at a time, each client apart."""

import logging
from collections import Counter
from datetime import datetime, timedelta
from functools import partial
from urllib.parse import urlencode

from app.jobs.receivers import Receivers
from app.jobs.report import Report
from app.jobs.steady_clock import clock_from
from app.services import logouts
from app.services.logouts import Message
from app.services.outbound import Unfetchable
from app.services.wiring import Services

_log = logging.getLogger("sluis.jobs")

_CLIENTS = 100
_TURN_S = 5
_HEADERS = {"Content-Type": "application/x-www-form-urlencoded"}


class LogoutDelivery:
    """The job. Its threads go on while it rests; what they did is in the next report."""

    def __init__(self) -> None:
        self.receivers = Receivers()

    def run(self, services: Services, now: datetime) -> Report:
        """Have every client told that has something to hear. Waits for none of them."""
        for each in logouts.due(services, now, _CLIENTS):
            self.receivers.submit(
                each.client_id, partial(tell, services, each.client_id, now), failing=each.attempts > 0
            )
        return Report(self.receivers.finished())


def tell(services: Services, client_id: str, now: datetime) -> Counter[str]:
    """Tell one client what it is to hear, for a while; counts of what came of it. ``now`` is when it begins."""
    counts: Counter[str] = Counter()
    clock = clock_from(now)
    while (at := clock()) - now < timedelta(seconds=_TURN_S):
        message = logouts.next_message(services, client_id, at)
        if message is None:
            break
        reached, taken = _send(services, message)
        if taken:
            logouts.told(services, message)
            counts["told"] += 1
            continue
        counts["failed"] += 1
        if logouts.failed(services, message, clock(), reached=reached):
            _log.error("logout given up", extra={"logout_id": message.logout.id, "attempts": message.logout.attempts})
            counts["given_up"] += 1
        if not reached:
            break
    return counts


def _send(services: Services, message: Message) -> tuple[bool, bool]:
    """Whether the client was reached, and whether it took the token. A 400 is a logout that failed there (§2.8)."""
    try:
        body = urlencode({"logout_token": message.token}).encode("ascii")
        answered = services.outbound.post(message.url, body, _HEADERS)
    except Unfetchable as reason:
        _log.warning("client not reached for logout", extra={"client_id": message.logout.client_id, "why": str(reason)})
        return False, False
    return answered.accepted or answered.status == 400, answered.accepted
