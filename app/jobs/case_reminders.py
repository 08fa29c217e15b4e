"""Reminds businesses of erasure cases they have not answered, and tells people of those that are overdue."""

import logging
from collections.abc import Callable, Iterator
from datetime import datetime

from app.domain.cases import Case
from app.jobs.report import Report
from app.services import case_reminders
from app.services.wiring import Services

_log = logging.getLogger("sluis.jobs")
_BATCH = 50


def run(services: Services, now: datetime) -> Report:
    """One batch of each; a case that fails waits for the next run, and stops no other."""
    reminded = _each(services, case_reminders.to_remind(services, now), case_reminders.remind, now)
    told = _each(services, case_reminders.overdue(services, now), case_reminders.tell_overdue, now)
    return Report({"reminded": reminded, "overdue": told}, more=_BATCH in {reminded, told})


def _each(
    services: Services, cases: Iterator[Case], act: Callable[[Services, Case, datetime], bool], now: datetime
) -> int:
    done = 0
    for case in cases:
        if done == _BATCH:
            break
        try:
            done += act(services, case, now)
        except Exception as fault:  # noqa: BLE001 - one case must not stop the others
            _log.error("case not told", extra={"case_id": case.id, "error": type(fault).__name__})
    return done
