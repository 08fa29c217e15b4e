"""A PostgreSQL server of our own for the length of the test run, on a free port, without durability."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from setup.servers import find_postgresql
from tests.servers.ports import free_port

_ROLE = "sluis"
_SETTINGS = {
    # What only a power cut would show is off; what a test could see is as in production.
    "autovacuum": "off",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_wal_senders": "0",
    "wal_level": "minimal",
    "listen_addresses": "127.0.0.1",
    "max_connections": "200",
    "timezone": "UTC",
}


@dataclass(frozen=True)
class PostgresServer:
    """Where the server listens; one per worker process of the test run."""

    port: int
    _programs: Path
    _home: Path
    _account: str | None
    _settings: Mapping[str, str]

    def url(self, database: str) -> str:
        """Return the SQLAlchemy address of one of its databases."""
        return f"postgresql+psycopg://{_ROLE}@127.0.0.1:{self.port}/{database}"

    @contextmanager
    def administer(self, database: str = "postgres") -> Iterator[psycopg.Connection[Any]]:
        """Connect as the superuser, by default where databases are made and dropped."""
        with psycopg.connect(
            host="127.0.0.1", port=self.port, user=_ROLE, dbname=database, autocommit=True
        ) as connection:
            yield connection

    def create(self) -> None:
        """Make an empty cluster."""
        trusting = ["--no-sync", "--auth=trust", f"--username={_ROLE}", "--encoding=UTF8", "--no-locale"]
        self._run("initdb", *trusting, "-D", self._data)

    def start(self) -> None:
        """Return when it answers."""
        settings = " ".join(f"-c {name}={value}" for name, value in self._settings.items())
        options = f"-p {self.port} -k {self._home} {settings}"
        self._run("pg_ctl", "start", "-w", "-D", self._data, "-l", self._home / "log", "-o", options)

    def stop(self) -> None:
        """Stop at once, connections or not; it keeps what was committed."""
        if (self._data / "postmaster.pid").exists():
            self._run("pg_ctl", "stop", "-w", "-m", "immediate", "-D", self._data)

    @property
    def _data(self) -> Path:
        return self._home / "data"

    def _run(self, program: str, *arguments: str | Path) -> None:
        subprocess.run(
            [self._programs / program, *arguments],
            cwd=self._home,
            user=self._account,
            group=self._account,
            extra_groups=[] if self._account else None,
            # Without a locale, a postmaster of macOS finds itself with threads and does not start.
            env={"LC_ALL": "C"},
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )


@contextmanager
def serve_postgresql(**settings: str) -> Iterator[PostgresServer]:
    """Serve a cluster of its own, with other settings where they are given.

    A missing PostgreSQL fails the tests; it never skips them.
    """
    programs = find_postgresql()
    if programs is None:
        pytest.fail("PostgreSQL is not installed; make test installs it or says how to.")
    # Not tmp_path: the socket's path must stay under a hundred characters.
    home = Path(tempfile.mkdtemp(prefix="sluis-pg-"))
    account = _account_that_may_serve()
    if account:
        shutil.chown(home, account, account)
    server = PostgresServer(free_port(), programs, home, account, {**_SETTINGS, **settings})
    try:
        server.create()
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(home)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """Serve PostgreSQL until the run ends."""
    with serve_postgresql() as server:
        yield server


def _account_that_may_serve() -> str | None:
    """Return the account to run as: initdb refuses root."""
    if os.geteuid() != 0:
        return None
    known = {account.pw_name for account in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"
