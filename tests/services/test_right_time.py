"""A clock that is ahead ends nothing while the database's says otherwise."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from app.composition import assembly
from app.services.right_time import CheckedClock, ClockAhead
from app.storage.database import Database
from tests.cli.conftest import Installation, installation_at
from tests.servers.databases import Databases

HOUR = 3600


class Machine:
    """A machine whose clock can be set, and which counts its own seconds."""

    def __init__(self, database: Database) -> None:
        self.offset, self.tick = 0, 0.0
        self.clock = CheckedClock(database, self.now, lambda: self.tick)

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.offset)

    def tells(self) -> bool:
        try:
            return abs(self.clock() - self.now()) < timedelta(seconds=30)
        except ClockAhead:
            return False


@pytest.fixture
def machine(databases: Databases) -> Iterator[Machine]:
    with databases.fresh("postgresql") as url:
        database = Database(url)
        yield Machine(database)
        database.dispose()


def test_a_clock_that_jumps_ahead_is_not_believed_until_it_is_right_again(
    machine: Machine, caplog: pytest.LogCaptureFixture
) -> None:
    assert machine.tells()
    machine.offset = 2 * 60
    with caplog.at_level(logging.ERROR):
        assert [machine.tells(), machine.tells()] == [False, False]
    assert len(caplog.records) == 1
    machine.offset = 0
    assert machine.tells()


def test_a_clock_that_is_ahead_from_the_start_is_not_believed(machine: Machine) -> None:
    machine.offset = HOUR
    assert not machine.tells()


def test_a_machine_that_slept_and_one_whose_clock_was_set_back_go_on(machine: Machine) -> None:
    machine.offset = -HOUR
    assert machine.tells()
    machine.offset = 0
    assert machine.tells()
    machine.offset = -HOUR
    assert machine.tells()


def test_a_file_has_no_clock_of_its_own_and_believes_the_machines(databases: Databases) -> None:
    with databases.fresh("sqlite") as url:
        machine = Machine(database := Database(url))
        machine.offset = HOUR
        assert machine.tells()
        database.dispose()


@pytest.fixture
def behind(databases: Databases, secrets_path: Path, tmp_path: Path) -> Iterator[Installation]:
    """An installation whose database is a day behind."""
    with databases.fresh("postgresql") as url:
        database = Database(url)
        with database.write() as db:
            db.execute(text("CREATE SCHEMA wrong"))
            yesterday = "SELECT pg_catalog.now() - interval '1 day'"
            db.execute(text(f"CREATE FUNCTION wrong.now() RETURNS timestamptz LANGUAGE sql AS $${yesterday}$$"))
        made = installation_at(tmp_path, f"{url}?options=-c%20search_path%3Dwrong,pg_catalog,public", secrets_path)
        yield made
        with database.write() as db:
            db.execute(text("DROP SCHEMA wrong CASCADE"))
        database.dispose()


def test_nothing_starts_on_a_machine_that_is_ahead_of_its_database(behind: Installation) -> None:
    for command in ("serve", "worker"):
        said = behind.within(command)
        assert (said.status, len(said.err)) == (1, 1)
        assert said.err[0].endswith(" ahead of the database's: set both right, and keep them with NTP.")
    with behind.services() as services, pytest.raises(ClockAhead):
        assembly().work(services, lambda _pause: True)
