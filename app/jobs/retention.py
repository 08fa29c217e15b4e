"""Keeps agreed terms: asks fourteen days before an end whether to extend, and at the end expires the grant.

One transaction a grant: a worker that is killed leaves every grant either as it was or done, and the next run goes on.
"""

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from app.jobs.report import Report
from app.services import expiry
from app.services.wiring import Services
from app.storage.ending_grants import Ending

_log = logging.getLogger("sluis.jobs")

_PAGE = 50
_MOST = 200
"""Grants changed in one run; other jobs come in between."""
_SKEW = timedelta(seconds=60)
"""Clocks of two machines may differ by this much without one of them having been set back."""

_Find = Callable[[Services, datetime, Ending | None, int], Sequence[Ending]]
_Act = Callable[[Services, str, datetime], bool]


def run(services: Services, now: datetime) -> Report:
    """Expire what is past its end, then ask about what is near it. Counts, and ids in the log where one failed."""
    return _keep(services, now, expiry.see(services, now))


def _keep(services: Services, now: datetime, seen_at: datetime) -> Report:
    expired, unexpired, more = _each(services, seen_at, expiry.past_end, _expire)
    if seen_at - now > _SKEW:
        _clock_was_set_back(services, seen_at, now, settled=not more and not unexpired)
    asked, unasked, more_to_ask = _each(services, now, expiry.to_ask, _ask)
    counts = {"expired": expired, "asked": asked, "failed": unexpired + unasked}
    return Report(counts, more=more or more_to_ask)


def run_through(services: Services, clock: Callable[[], datetime]) -> Mapping[str, int]:
    """By hand, until nothing more is due; the counts of all runs together, and of the last for what failed."""
    total: Counter[str] = Counter()
    while True:
        now = clock()
        report = _keep(services, now, expiry.latest_seen(services, now))
        total.update(expired=report.counts["expired"], asked=report.counts["asked"])
        if not report.more:
            return {**total, "failed": report.counts["failed"]}


def _expire(services: Services, grant_id: str, now: datetime) -> bool:
    if done := expiry.expire_one(services, grant_id, now):
        _log.info("grant expired", extra={"grant_id": grant_id})
    return done


def _ask(services: Services, grant_id: str, now: datetime) -> bool:
    if done := expiry.ask_one(services, grant_id, now):
        _log.info("giver asked", extra={"grant_id": grant_id})
    return done


def _each(services: Services, now: datetime, find: _Find, act: _Act) -> tuple[int, int, bool]:
    """How many were done, how many failed, and whether more are left. One that fails holds up no other."""
    done, failed, last = 0, 0, None
    while page := find(services, now, last, _PAGE):
        for ending in page:
            try:
                done += act(services, ending.id, now)
            except Exception as fault:  # noqa: BLE001 - one person's trouble is no other's
                failed += 1
                _log.error("retention failed", extra={"grant_id": ending.id, "error": type(fault).__name__})
        if done >= _MOST:
            return done, failed, True
        last = page[-1]
    return done, failed, False


def _clock_was_set_back(services: Services, seen_at: datetime, now: datetime, *, settled: bool) -> None:
    """Sound the alarm; once everything that had passed its end is ended for good, go on by the clock as it is."""
    behind = {"seconds": int((seen_at - now).total_seconds())}
    _log.warning("the clock was set back: nothing that has ended comes back", extra={"counts": behind})
    if settled:
        expiry.settle(services, now)
