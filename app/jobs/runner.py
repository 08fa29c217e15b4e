"""The worker's loop: calls each job when it is due, logs what it did, and outlives every failure of one."""

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Thread

from app.jobs import (
    account_erasure,
    backups,
    case_reminders,
    cleanup,
    exports,
    mail_delivery,
    retention,
    vault_deletion,
)
from app.jobs.event_delivery import EventDelivery
from app.jobs.logout_delivery import LogoutDelivery
from app.jobs.report import Report
from app.logs import kind_of, place_of
from app.services.wiring import Services

_log = logging.getLogger("sluis.jobs")

_PAUSE_S = 0.5
_AFTER_FAILURE = timedelta(seconds=5)


@dataclass(frozen=True)
class Job:
    """A job and how often it runs."""

    name: str
    run: Callable[[Services, datetime], Report]
    every: timedelta
    apart: bool = False
    """Whether it has a thread of its own: what others wait for in seconds must not wait for what takes minutes."""


JOBS = (
    Job("backups", backups.look, timedelta(seconds=5), apart=True),
    Job("decisions", backups.DecisionLog().run, timedelta(seconds=1), apart=True),
    Job("mail", mail_delivery.run, timedelta(seconds=0.5), apart=True),
    Job("events", EventDelivery().run, timedelta(seconds=0.5), apart=True),
    Job("logouts", LogoutDelivery().run, timedelta(seconds=0.5), apart=True),
    Job("retention", retention.run, timedelta(seconds=5)),
    Job("erasures", account_erasure.run, timedelta(seconds=10)),
    Job("exports", exports.run, timedelta(seconds=1)),
    Job("cleanup", cleanup.run, timedelta(minutes=1)),
    Job("vault", vault_deletion.run, timedelta(minutes=1)),
    Job("cases", case_reminders.run, timedelta(minutes=1)),
)


def run_until(
    services: Services,
    clock: Callable[[], datetime],
    wait: Callable[[float], object],
    jobs: tuple[Job, ...] = JOBS,
) -> None:
    """Run jobs as they fall due, until ``wait`` (seconds to pause) answers something true."""
    clock = _kept(clock)
    apart = [Thread(target=_run, args=(services, clock, wait, (job,)), name=job.name) for job in jobs if job.apart]
    for thread in apart:
        thread.start()
    _run(services, clock, wait, tuple(job for job in jobs if not job.apart))
    for thread in apart:
        thread.join()


def _kept(clock: Callable[[], datetime]) -> Callable[[], datetime]:
    """The same clock, standing still while it cannot be read: one that can be moved is a row of the database."""
    latest = clock()

    def read() -> datetime:
        nonlocal latest
        with suppress(Exception):  # no job falls due meanwhile; the loop goes on
            latest = clock()
        return latest

    return read


def _run(
    services: Services, clock: Callable[[], datetime], wait: Callable[[float], object], jobs: tuple[Job, ...]
) -> None:
    latest = clock()
    due = {job.name: latest for job in jobs}
    while True:
        earlier, latest = latest, clock()
        if latest < earlier:  # the clock was set back: no job waits for a time that is far again
            due = {job.name: latest for job in jobs}
        for job in jobs:
            if clock() >= due[job.name]:
                due[job.name] = run_once(services, job, clock)
        if wait(_PAUSE_S):
            return


def run_once(services: Services, job: Job, clock: Callable[[], datetime]) -> datetime:
    """Run one job; returns when it is due again. A job that fails is tried again, whatever went wrong."""
    started_at = clock()
    try:
        report = job.run(services, started_at)
    except Exception as fault:  # noqa: BLE001 - one job must not stop the others
        _log.error("job failed", extra={"job": job.name, "error": kind_of(fault), "at": place_of(fault)})
        return started_at + max(job.every, _AFTER_FAILURE)
    if any(report.counts.values()):
        _log.info("job", extra={"job": job.name, "counts": dict(report.counts)})
    return started_at if report.more else started_at + job.every
