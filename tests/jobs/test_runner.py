"""The worker goes on: each job in its turn, whatever happens to another."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Event

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from app.jobs.report import Report
from app.jobs.runner import JOBS, Job, run_once, run_until
from app.services.wiring import Services
from tests.servers.house import House

PATIENCE_S = 30


def _for(house: House, seconds: int) -> Callable[[float], bool]:
    """A pause that moves the clock and stops after so many seconds."""
    end = house.clock.now + timedelta(seconds=seconds)

    def wait(pause_s: float) -> bool:
        return house.clock.move(seconds=pause_s) >= end

    return wait


def test_each_job_runs_at_its_own_pace(house: House) -> None:
    ran: list[str] = []

    def job(name: str) -> Callable[[Services, datetime], Report]:
        def run(_services: Services, _now: datetime) -> Report:
            ran.append(name)
            return Report()

        return run

    jobs = (
        Job("often", job("often"), timedelta(seconds=1)),
        Job("seldom", job("seldom"), timedelta(seconds=5)),
    )
    run_until(house.services, house.clock, _for(house, 10), jobs)
    assert (ran.count("often"), ran.count("seldom")) == (10, 2)


def test_what_is_awaited_in_seconds_goes_on_while_an_export_takes_minutes(house: House) -> None:
    ran = {job.name: Event() for job in JOBS if job.name in {"backups", "decisions", "mail", "events", "logouts"}}

    def there(name: str) -> Callable[[Services, datetime], Report]:
        def run(_services: Services, _now: datetime) -> Report:
            ran[name].set()
            return Report()

        return run

    def export(_services: Services, _now: datetime) -> Report:
        assert all(other.wait(PATIENCE_S) for other in ran.values())
        through.set()
        return Report()

    through = Event()
    runs = {"exports": export, **{name: there(name) for name in ran}}
    jobs = tuple(replace(job, run=runs[job.name]) for job in reversed(JOBS) if job.name in runs)
    run_until(house.services, house.clock, _for(house, 2), jobs)
    assert through.is_set()


def test_a_job_that_is_not_through_runs_again_at_once(house: House) -> None:
    left = [True, True, False]
    job = Job("long", lambda _services, _now: Report({"done": 1}, more=left.pop(0)), timedelta(hours=1))
    run_until(house.services, house.clock, _for(house, 10), (job,))
    assert left == []


def test_a_job_that_fails_is_tried_again_and_stops_no_other(house: House, caplog: pytest.LogCaptureFixture) -> None:
    ran: list[int] = []

    def fail(_services: Services, _now: datetime) -> Report:
        raise ValueError("zilverreiger-canary")

    def count(_services: Services, _now: datetime) -> Report:
        ran.append(1)
        return Report()

    jobs = (Job("bad", fail, timedelta(seconds=1)), Job("good", count, timedelta(seconds=1)))
    with caplog.at_level(logging.DEBUG):
        run_until(house.services, house.clock, _for(house, 12), jobs)
    failures = [record for record in caplog.records if getattr(record, "job", "") == "bad"]
    assert len(failures) == 3
    assert "test_runner.py:" in failures[0].__dict__["at"]
    assert len(ran) == 12
    assert "canary" not in caplog.text


def test_a_job_that_the_database_fails_is_logged_with_its_own_place_and_the_databases_word(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    with house.services.database.write() as db:
        db.execute(text("ALTER TABLE exports RENAME TO elsewhere"))
    run_once(house.services, next(job for job in JOBS if job.name == "exports"), house.clock)
    (line,) = (record.__dict__ for record in caplog.records)
    assert line["error"] == ("OperationalError SQLITE_ERROR" if house.services.database.is_sqlite else "UndefinedTable")
    assert " < storage/exports.py:" in line["at"]
    assert " < jobs/exports.py:" in line["at"]
    assert "site-packages" not in line["at"]


def test_a_clock_that_cannot_be_read_for_a_while_ends_nothing(house: House) -> None:
    ran: list[datetime] = []
    asked = iter(range(100))

    def away_for_a_while() -> datetime:
        if 1 < next(asked) < 20:
            raise OperationalError("SELECT", {}, Exception("the database is away"))
        return house.clock.now

    def run(_services: Services, now: datetime) -> Report:
        ran.append(now)
        return Report()

    run_until(house.services, away_for_a_while, _for(house, 20), (Job("each", run, timedelta(seconds=1)),))
    assert len(ran) > 5
    assert ran[-1] >= house.clock.now - timedelta(seconds=2)


def test_a_clock_set_back_keeps_no_job_waiting_for_a_time_that_is_far_again(house: House) -> None:
    ran: list[datetime] = []

    def run(_services: Services, now: datetime) -> Report:
        ran.append(now)
        return Report()

    rounds = iter(range(4))

    def wait(_pause_s: float) -> bool:
        house.clock.move(days=-30)
        return next(rounds) == 3

    run_until(house.services, house.clock, wait, (Job("seldom", run, timedelta(hours=1)),))
    assert len(ran) == 4
