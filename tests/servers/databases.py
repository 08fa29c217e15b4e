"""Fresh databases for tests, on SQLite and on PostgreSQL, copied from one migrated template each."""

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from psycopg import Connection
from psycopg.errors import UndefinedTable
from psycopg.sql import SQL, Composed, Identifier, Literal
from sqlalchemy import text

from app.storage import migrations
from app.storage.database import Database
from app.storage.tables import metadata
from tests.servers.postgresql import PostgresServer

BACKENDS = ["sqlite", "postgresql"]
_LENDINGS = 10
"""What so many tests deleted is swept away at once: after each it would take longer than the deleting."""


def migrate(url: str) -> None:
    """Bring an empty database to the newest schema."""
    database = Database(url)
    migrations.upgrade(database.engine)
    database.dispose()


def somebody_waits(database: Database) -> bool:
    """Whether a transaction on this PostgreSQL database waits for another one."""
    waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with database.read() as db:
        return db.execute(text(waiting)).first() is not None


def damage(url: str, table: str) -> None:
    """Overwrite the first page of a table in a SQLite file that nothing works on, as a failing disk does."""
    database = Database(url)
    with database.read() as db:
        size = db.execute(text("PRAGMA page_size")).scalar_one()
        named = text("SELECT rootpage FROM sqlite_master WHERE name = :name")
        page = db.execute(named, {"name": table}).scalar_one()
    database.dispose()
    with Path(url.removeprefix("sqlite:///")).open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)


class Databases:
    """Makes databases that belong to one test, or to one module, and are gone after it.

    A copy of a migrated template takes milliseconds where a migration takes a second; on PostgreSQL, where it takes
    more, one that was lent before is emptied and lent again.
    """

    def __init__(self, folder: Path, postgres: Callable[[], PostgresServer]) -> None:
        self._folder = folder
        self._start_postgres = postgres
        self._numbers = count(1)
        self._emptied: list[str] = []  # names of PostgreSQL databases to lend again
        self._removed: list[str] = []  # names of folders in which there was one of SQLite
        self._emptying: dict[str, Connection[Any]] = {}  # by the name of the PostgreSQL database
        self._lent = Counter[str]()  # how often, by the name of the PostgreSQL database
        self._open = ExitStack()

    def close(self) -> None:
        """Let go of PostgreSQL, before it stops."""
        self._open.close()

    @contextmanager
    def fresh(self, backend: str, *, migrated: bool = True) -> Iterator[str]:
        """Lend the address of a database of your own: with all tables and no rows, or wholly empty."""
        name = f"test_{next(self._numbers)}"
        lend = self._on_sqlite if backend == "sqlite" else self._on_postgres
        with lend(name, migrated=migrated) as url:
            yield url

    @contextmanager
    def _on_sqlite(self, name: str, *, migrated: bool) -> Iterator[str]:
        file = self._folder / (self._removed.pop() if self._removed else name) / "sluis.sqlite3"
        file.parent.mkdir()
        if migrated:
            shutil.copyfile(self._sqlite_template, file)
        yield f"sqlite:///{file}"
        shutil.rmtree(file.parent)
        self._removed.append(file.parent.name)

    @contextmanager
    def _on_postgres(self, name: str, *, migrated: bool) -> Iterator[str]:
        if migrated and self._emptied:
            name = self._emptied.pop()
        else:
            template = self._postgres_template if migrated else "template0"
            with self._postgres.administer() as connection:
                connection.execute(SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(name), Identifier(template)))
        yield self._postgres.url(name)
        if migrated and self._empty(name):
            self._emptied.append(name)
        else:
            with self._postgres.administer() as connection:
                connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))

    def _empty(self, name: str) -> bool:
        """Take every row out for the next test, unless the tables themselves are no longer what a migration made.

        Making and dropping a database takes ten times as long. And one connection stays open for it: a new one
        would have to learn every table again.
        """
        if name not in self._emptying:
            self._emptying[name] = self._open.enter_context(self._postgres.administer(name))
        connection = self._emptying[name]
        # A test's server may have died amid a transaction, which would hold its locks.
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"
        )
        if _shape(connection) != self._shape_of_a_migrated_one:
            return False
        connection.execute("SET session_replication_role = replica")  # no foreign key is asked
        filled = [Identifier(table) for (table,) in connection.execute(self._what_is_filled).fetchall()]
        if filled:
            deleting = SQL("; ").join(SQL("DELETE FROM {}").format(table) for table in filled)
            connection.execute(deleting, prepare=False)  # several at once cannot be
            self._lent[name] += 1
            if not self._lent[name] % _LENDINGS:
                connection.execute(SQL("VACUUM"))
        connection.execute("UPDATE database_age SET issuer = NULL WHERE issuer IS NOT NULL")
        return True

    @cached_property
    def _shape_of_a_migrated_one(self) -> object:
        with self._postgres.administer(self._postgres_template) as connection:
            return _shape(connection)

    @cached_property
    def _what_is_filled(self) -> Composed:
        """One query for the names of the tables that have rows."""
        one = SQL("SELECT {} WHERE EXISTS (SELECT FROM {})")
        names = metadata.tables.keys() - {"database_age"}  # its row is a migration's
        return SQL(" UNION ALL ").join(one.format(Literal(name), Identifier(name)) for name in names)

    @cached_property
    def _sqlite_template(self) -> Path:
        file = self._folder / "template.sqlite3"
        file.touch()
        migrate(f"sqlite:///{file}")
        return file

    @cached_property
    def _postgres(self) -> PostgresServer:
        return self._start_postgres()

    @cached_property
    def _postgres_template(self) -> str:
        with self._postgres.administer() as connection:
            connection.execute("CREATE DATABASE migrated TEMPLATE template0")
        migrate(self._postgres.url("migrated"))
        return "migrated"


def _shape(connection: Connection[Any]) -> object:
    """The columns of every table, and the revision they are of; None when there is no such thing."""
    try:
        return connection.execute(
            "SELECT string_agg(concat_ws(' ', attrelid::regclass, attname, atttypid), ',' ORDER BY attrelid, attnum),"
            " (SELECT string_agg(version_num, ',') FROM alembic_version)"
            " FROM pg_attribute JOIN pg_class ON oid = attrelid"
            " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        ).fetchone()
    except UndefinedTable:
        return None


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Databases]:
    """Hand out the maker of databases; PostgreSQL starts at the first database asked of it."""
    made = Databases(tmp_path_factory.mktemp("databases"), lambda: request.getfixturevalue("postgres_server"))
    yield made
    made.close()


@pytest.fixture(params=BACKENDS)
def database_url(request: pytest.FixtureRequest, databases: Databases) -> Iterator[str]:
    """Run the test once on each kind of database, with all tables and no rows."""
    with databases.fresh(request.param) as url:
        yield url


@pytest.fixture(params=BACKENDS)
def empty_database_url(request: pytest.FixtureRequest, databases: Databases) -> Iterator[str]:
    """Run the test once on each kind of database, without any table: for tests of migrations."""
    with databases.fresh(request.param, migrated=False) as url:
        yield url
