from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest

from app.storage import single_use
from app.storage.database import Database
from app.storage.tables import metadata

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def database(empty_database_url: str) -> Iterator[Database]:
    database = Database(empty_database_url)
    metadata.create_all(database.engine)
    yield database
    database.dispose()


def _claim(database: Database, digest: bytes) -> bool:
    with database.write() as db:
        return single_use.claim_once(db, digest, "code", NOW, LATER)


def test_a_value_is_claimed_once(database: Database) -> None:
    assert [_claim(database, b"one"), _claim(database, b"one"), _claim(database, b"two")] == [True, False, True]


def test_of_sixteen_threads_exactly_one_claims(database: Database) -> None:
    ready = Barrier(16)

    def claim(digest: bytes) -> bool:
        ready.wait(10)
        return _claim(database, digest)

    for round_number in range(10):
        with ThreadPoolExecutor(16) as threads:
            won = list(threads.map(claim, [b"round %d" % round_number] * 16))
        assert won.count(True) == 1


def test_a_claim_that_is_rolled_back_was_never_made(database: Database) -> None:
    class Stop(Exception):
        pass

    def claim_and_fail() -> None:
        with database.write() as db:
            single_use.claim_once(db, b"one", "code", NOW, LATER)
            raise Stop

    with pytest.raises(Stop):
        claim_and_fail()
    with database.read() as db:
        assert not single_use.was_used(db, b"one")
    assert _claim(database, b"one")
