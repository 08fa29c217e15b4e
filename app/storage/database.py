"""Owns the engines and the kinds of transaction: reading, writing durably, and noting.

SQLite runs in WAL with synchronous=FULL; writers begin IMMEDIATE, because a transaction that reads first and then
writes fails at once when another commit came between. A note (a disclosure) may be lost at power failure, nothing else.
"""

import os
import select
import sqlite3
from contextlib import AbstractContextManager, suppress
from datetime import UTC, datetime
from threading import Timer
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from app.storage import prepared

_BUSY_TIMEOUT_MS = 5000
_POOL: dict[str, Any] = {"pool_size": 8, "max_overflow": 8, "pool_timeout": 5, "hide_parameters": True}
_PATIENCE = {
    "connect_timeout": 5,
    "tcp_user_timeout": 10_000,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
}
"""A server whose machine or network is gone says nothing any more; left to the system, that is a quarter of an hour."""


class Damaged(Exception):
    """The file is not as SQLite leaves one: a disk, or another program, has changed it."""


class Database:
    """One database, reached through a durable engine and a relaxed one."""

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        if self.is_sqlite:
            _make_for_us_alone(parsed.database)
            self.engine = _writing(_sqlite(parsed, "FULL"))
            self._relaxed = _writing(_sqlite(parsed, "NORMAL"))
            self._reading = self._noting = _sqlite(parsed, "NORMAL")
        else:
            self.engine = _postgresql(parsed)
            self._relaxed = _postgresql(parsed, "-c synchronous_commit=off")
            # Autocommit saves the BEGIN and ROLLBACK round trips, each as dear as a select.
            self._reading = self.engine.execution_options(isolation_level="AUTOCOMMIT")
            self._noting = self._relaxed.execution_options(isolation_level="AUTOCOMMIT")

    def read(self) -> AbstractContextManager[Connection]:
        """A connection for selects. On PostgreSQL each statement sees its own snapshot."""
        return self._reading.connect()

    def write(self) -> AbstractContextManager[Connection]:
        """One durable transaction: committed when the block ends, rolled back when it raises."""
        return self.engine.begin()

    def note(self) -> AbstractContextManager[Connection]:
        """A writing transaction whose commit need not reach the disk at once."""
        return self._relaxed.begin()

    def note_one(self) -> AbstractContextManager[Connection]:
        """A connection for a note of one statement, which is a transaction by itself: kept as soon as it has run."""
        return self._noting.connect()

    def encoding(self) -> str:
        """What the database keeps text in, by PostgreSQL's name for it."""
        if self.is_sqlite:
            return "UTF8"
        with self.read() as db:
            return str(db.execute(text("SHOW server_encoding")).scalar_one())

    def clock(self) -> datetime | None:
        """The time of the database's machine; None for a file, which has no clock of its own."""
        if self.is_sqlite:
            return None
        with self.read() as db:
            return datetime.fromtimestamp(float(db.execute(text("SELECT extract(epoch FROM now())")).scalar_one()), UTC)

    def look_through(self, within_s: float | None = None) -> bool:
        """Read all of a file, and see that its pages hang together; raises Damaged. False when time ran out first.

        A server looks after its own pages.
        """
        if not self.is_sqlite:
            return True
        with self.read() as db:
            file = db.connection.driver_connection
            # It is one long step, in which nothing else of ours has its turn.
            timer = Timer(within_s, file.interrupt) if within_s is not None and file is not None else None
            if timer:
                timer.start()
            try:
                found = db.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
            except DBAPIError as fault:
                name = getattr(fault.orig, "sqlite_errorname", "")
                if name == "SQLITE_INTERRUPT":
                    return False
                if name in {"SQLITE_CORRUPT", "SQLITE_NOTADB"}:
                    raise Damaged from fault
                raise
            finally:
                if timer:
                    timer.cancel()
                    timer.join()
        if found != "ok":
            raise Damaged
        return True

    def forget_journal(self) -> None:
        """Empty SQLite's write-ahead log, in which deleted pages would live on until it is next reused."""
        if self.is_sqlite:
            with self._reading.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def dispose(self) -> None:
        """Close every pooled connection."""
        for engine in (self.engine, self._relaxed, self._reading):
            engine.dispose()


def _postgresql(url: URL, options: str = "") -> Engine:
    """What the address itself says goes first; options of the server's are added to its own."""
    told = url.query.get("options", ())
    told = (told,) if isinstance(told, str) else told
    patience = {name: value for name, value in _PATIENCE.items() if name not in url.query}
    # Of a server that keeps text in SQL_ASCII, psycopg would not even understand its version.
    connecting = {**patience, "client_encoding": "utf8", "options": " ".join(filter(None, (*told, options)))}
    engine = create_engine(url, **_POOL, connect_args=connecting)
    driver = engine.dialect.loaded_dbapi

    @event.listens_for(engine, "checkout")
    def _refuse_dead(dbapi: DBAPIConnection, _record: ConnectionPoolEntry, _proxy: PoolProxiedConnection) -> None:
        """Have the pool replace a connection its server has ended, before anything is said on it.

        A server that ends a connection writes to it. So what is idle and has nothing to read is alive, which one look
        at the socket tells: no round trip, as a ping would be.
        """
        look = select.poll()  # select() knows the first 1024 files of a process alone
        try:
            look.register(dbapi.fileno(), select.POLLIN)
            while look.poll(0):
                dbapi.pgconn.consume_input()  # a notice is read and forgotten; at the end of the stream it raises
        except (OSError, ValueError, driver.Error) as error:
            raise DisconnectionError from error

    return engine


def _make_for_us_alone(file: str | None) -> None:
    """Make a database file nobody else can read; SQLite gives its -wal and -shm the same mode.

    One that exists is not opened here: to close it would drop the locks this process holds on it.
    """
    if file and file != ":memory:" and not file.startswith("file:"):
        with suppress(OSError):  # it exists; or it cannot be made, and SQLite says so when it is used
            os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))


def _sqlite(url: URL, synchronous: str) -> Engine:
    engine = create_engine(url, **_POOL, connect_args={"timeout": _BUSY_TIMEOUT_MS / 1000})

    @event.listens_for(engine, "connect")
    def _prepare(dbapi: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
        dbapi.isolation_level = None  # we say BEGIN ourselves
        for pragma in (
            "journal_mode=WAL",
            f"synchronous={synchronous}",
            "foreign_keys=ON",
            "secure_delete=ON",
            f"busy_timeout={_BUSY_TIMEOUT_MS}",
        ):
            dbapi.execute(f"PRAGMA {pragma}")

    return engine


def _writing(engine: Engine) -> Engine:
    # Reading goes without: an engine nobody listens to spares every statement a round of callbacks.
    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        prepared.execute(connection, "BEGIN IMMEDIATE", {})

    return engine
