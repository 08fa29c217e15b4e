"""What each kind of transaction promises, and what an error of the database keeps to itself."""

import os
import resource
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import Connection, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from app.storage.database import Damaged, Database
from app.storage.tables.logins import denials
from tests.servers.databases import Databases, damage

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
CANARY = b"kanarie-8231"
THREADS, ROUNDS = 16, 10
LONGEST_S = 60


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.dispose()


def put(db: Connection, key: bytes) -> None:
    db.execute(insert(denials).values(key=key, denied_at=NOW, expires_at=NOW))


def rows(database: Database) -> int:
    with database.read() as db:
        return int(db.execute(select(func.count()).select_from(denials)).scalar_one())


def shown(db: Connection, name: str) -> str:
    ask = f"PRAGMA {name}" if db.dialect.name == "sqlite" else f"SHOW {name}"
    return str(db.execute(text(ask)).scalar_one())


def test_an_act_is_kept_whole(database: Database) -> None:
    with database.write() as db:
        put(db, b"one")
        put(db, b"two")
    with database.note() as db:
        put(db, b"three")
    with database.note_one() as db:
        put(db, b"four")
    assert rows(database) == 4


def test_a_new_file_and_what_lies_beside_it_are_readable_by_us_alone(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/new.db")
    with database.write() as db:
        db.execute(text("CREATE TABLE one (n INTEGER)"))
        modes = {file.name: file.stat().st_mode & 0o777 for file in tmp_path.iterdir()}
    database.dispose()
    assert modes == {"new.db": 0o600, "new.db-wal": 0o600, "new.db-shm": 0o600}


def test_a_damaged_file_is_found_when_it_is_looked_through(databases: Databases, database: Database) -> None:
    assert database.look_through()
    assert database.look_through(within_s=LONGEST_S)
    with databases.fresh("sqlite") as url:
        damage(url, "kept_receipts")
        damaged = Database(url)
        with pytest.raises(Damaged):
            damaged.look_through()
        damaged.dispose()


def test_a_look_through_a_file_ends_when_its_time_is_over(
    databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    class OverAtOnce:
        """Ends a statement when it begins."""

        def __init__(self, _within_s: float, interrupt: Callable[[], None]) -> None:
            self._file: sqlite3.Connection = interrupt.__self__  # type: ignore[attr-defined]

        def start(self) -> None:
            self._file.set_trace_callback(lambda _statement: self._file.interrupt())

        def cancel(self) -> None:
            self._file.set_trace_callback(None)

        def join(self) -> None:
            pass

    monkeypatch.setattr("app.storage.database.Timer", OverAtOnce)
    with databases.fresh("sqlite") as url:
        database = Database(url)
        assert not database.look_through(within_s=LONGEST_S)
        assert database.look_through()
        database.dispose()


def test_what_the_address_of_a_postgresql_asks_holds_for_every_kind_of_transaction(databases: Databases) -> None:
    with databases.fresh("postgresql") as url:
        database = Database(f"{url}?options=-c%20search_path%3Dshop&connect_timeout=3")
        with database.read() as read, database.write() as write, database.note() as note, database.note_one() as one:
            assert [shown(db, "search_path") for db in (read, write, note, one)] == ["shop"] * 4
            assert shown(note, "synchronous_commit") == shown(one, "synchronous_commit") == "off"
            said = note.connection.dbapi_connection.info.get_parameters()  # type: ignore[union-attr]
        database.dispose()
    assert said["connect_timeout"] == "3"
    assert said["tcp_user_timeout"] == "10000"


def test_a_process_with_thousands_of_visitors_asks_its_database_all_the_same(database: Database) -> None:
    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with ExitStack() as undone:
        undone.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (allowed, most))
        resource.setrlimit(resource.RLIMIT_NOFILE, (2048, most))
        for _ in range(1024):
            undone.callback(os.close, os.dup(0))
        assert rows(database) == 0
        database.dispose()


@pytest.mark.parametrize("kind", ["write", "note"])
def test_an_act_that_fails_leaves_nothing(database: Database, kind: str) -> None:
    def act() -> None:
        with getattr(database, kind)() as db:
            put(db, b"one")
            put(db, b"one")

    with pytest.raises(IntegrityError):
        act()
    assert rows(database) == 0


def test_an_error_names_no_value(database: Database) -> None:
    def act() -> None:
        with database.write() as db:
            put(db, CANARY)
            put(db, CANARY)

    with pytest.raises(IntegrityError) as failed:
        act()
    words = str(failed.value).split("DETAIL")[0]
    assert CANARY.decode() not in words
    assert "INSERT INTO denials" in str(failed.value), "the statement may be said, its values not"


def test_acts_that_read_before_they_write_wait_for_each_other(database: Database) -> None:
    with database.write() as db:
        put(db, b"counter")
        db.execute(update(denials).values(expires_at=datetime.fromtimestamp(0, UTC)))
    ready = Barrier(THREADS)

    def count(_: int) -> None:
        ready.wait(30)
        for _round in range(ROUNDS):
            with database.write() as db:
                # A writer takes its turn before it reads; PostgreSQL's is the row.
                value = db.execute(select(denials.c.expires_at).with_for_update()).scalar_one()
                later = datetime.fromtimestamp(value.timestamp() + 1, UTC)
                db.execute(update(denials).values(expires_at=later))

    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(count, range(THREADS)))
    with database.read() as db:
        assert db.execute(select(denials.c.expires_at)).scalar_one().timestamp() == THREADS * ROUNDS


def test_a_note_may_be_lost_at_a_power_failure_and_a_decision_may_not(database: Database) -> None:
    setting = "synchronous" if database.is_sqlite else "synchronous_commit"
    with database.note() as db:
        noted = shown(db, setting)
    with database.note_one() as db:
        assert shown(db, setting) == noted
    with database.write() as db:
        written = shown(db, setting)
    if database.is_sqlite:
        assert (written, noted) == ("2", "1"), "FULL and NORMAL"
    else:
        with database.read() as db:
            (configured,) = db.execute(text("SELECT reset_val FROM pg_settings WHERE name = :name"), {"name": setting})
        assert (written, noted) == (configured.reset_val, "off"), "as the server is set, and off"


def test_a_file_is_kept_as_decided(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'sluis.db'}")
    for kind in (database.write, database.note, database.note_one, database.read):
        with kind() as db:
            names = ("journal_mode", "foreign_keys", "secure_delete", "busy_timeout")
            assert [shown(db, name) for name in names] == ["wal", "1", "1", "5000"]
    database.dispose()
