from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from app.storage import expired, throttles
from app.storage.database import Database
from app.storage.tables import metadata
from tests.servers.databases import somebody_waits

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
WINDOW = timedelta(minutes=15)


@pytest.fixture
def database(empty_database_url: str) -> Iterator[Database]:
    database = Database(empty_database_url)
    metadata.create_all(database.engine)
    yield database
    database.dispose()


def _add(database: Database, now: datetime, key: bytes = b"key") -> throttles.Count:
    with database.write() as db:
        return throttles.count(db, key, now, now + WINDOW)


def test_counts_run_per_key_until_their_window_ends(database: Database) -> None:
    counts = [_add(database, NOW + timedelta(minutes=minute)) for minute in (0, 1, 14)]
    assert [count.number for count in counts] == [1, 2, 3]
    assert {count.window_ends_at for count in counts} == {NOW + WINDOW}
    assert _add(database, NOW, b"another").number == 1


def test_a_window_that_has_ended_begins_anew(database: Database) -> None:
    _add(database, NOW)
    assert _add(database, NOW + WINDOW) == throttles.Count(1, NOW + 2 * WINDOW)


def test_parallel_callers_all_count(database: Database) -> None:
    with ThreadPoolExecutor(8) as threads:
        counts = sorted(count.number for count in threads.map(lambda _: _add(database, NOW), range(40)))
    assert counts == list(range(1, 41))


def test_a_window_that_begins_anew_at_the_moment_of_a_clean_up_stays(database: Database) -> None:
    _add(database, NOW)
    later = NOW + 2 * WINDOW

    def clean_up() -> int:
        with database.write() as db:
            return expired.remove(db, "throttles", later, 10)

    with ThreadPoolExecutor(1) as threads, database.write() as db:
        throttles.count(db, b"key", later, later + WINDOW)
        gone = threads.submit(clean_up)
        while not (database.is_sqlite or somebody_waits(database)):
            pass
    assert gone.result() == 0
    assert _add(database, later).number == 2


def test_a_count_can_be_given_back(database: Database) -> None:
    _add(database, NOW)
    _add(database, NOW, b"another")
    with database.write() as db:
        for _ in range(2):  # never more than there were
            throttles.give_back(db, b"key")
    assert _add(database, NOW).number == 1
    with database.write() as db:
        throttles.forget(db, b"key")
    assert (_add(database, NOW).number, _add(database, NOW, b"another").number) == (1, 2)
