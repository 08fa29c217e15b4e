"""A whole Sluis for tests: real database, real secrets and keys, a clock that stands still until it is moved."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, select

from app.composition import build_services
from app.crypto import secrets as secrets_file
from app.services.keys import create_missing
from app.services.wiring import Services
from app.settings import load_settings
from app.storage import keys as signing_keys
from app.storage.database import Database
from app.storage.tables.upkeep import signing_keys as key_rows
from app.web.application import build_app
from tests.servers.databases import BACKENDS, Databases
from tests.servers.templates import CompiledTemplates

START = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)


class Clock:
    """Stands still; ``move`` it."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> datetime:
        """Move on by days=, hours=, seconds= and so on."""
        self.now += timedelta(**by)
        return self.now


@dataclass(frozen=True)
class House:
    """One running system without a socket."""

    app: Flask
    services: Services
    clock: Clock

    def browser(self) -> FlaskClient:
        """A new browser without cookies."""
        return self.app.test_client()


@pytest.fixture(scope="session")
def secrets_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One secrets file for the whole run."""
    path = tmp_path_factory.mktemp("secrets") / "secrets.toml"
    secrets_file.create(path, development=True)
    return path


_keys_made: dict[tuple[object, ...], list[dict[str, Any]]] = {}


def lay_keys(services: Services, now: datetime) -> None:
    """Give a new house its keys: made once for the whole run, since an RSA key takes a seventh of a second.

    And once more for those that live in the real time, in which the others may not be valid yet.
    """
    same = (services.settings.secrets_file, services.settings.keys, now == START)
    if same in _keys_made:
        with services.database.write() as db:
            if not signing_keys.usable(db):
                db.execute(insert(key_rows), _keys_made[same])
                return
    create_missing(services, now)
    with services.database.read() as db:
        _keys_made.setdefault(same, [dict(row) for row in db.execute(select(key_rows)).mappings()])


def build_house(
    database_url: str,
    secrets_path: Path,
    folder: Path,
    *,
    app: Flask | None = None,
    database: Database | None = None,
    **overrides: Any,
) -> House:
    """Build a house on a migrated database; keyword arguments are settings overrides. Its caller disposes of it.

    ``app`` is that of an earlier house with the same settings, which gets another database and clock behind it;
    ``database`` that of an earlier house at the same address.
    """
    settings = load_settings(
        {"SLUIS_ENVIRONMENT": "testing"},
        {"database_url": database_url, "secrets_file": str(secrets_path), "data_folder": str(folder), **overrides},
    )
    services = build_services(settings, database=database)
    clock = Clock()
    lay_keys(services, clock.now)
    if app is None:
        app = build_app(services, clock=clock)
        app.jinja_env.bytecode_cache = CompiledTemplates()
    else:
        app.extensions |= {"sluis": services, "sluis-clock": clock}
    issuer = urlsplit(settings.issuer)
    # What a test browser asks for when it names no host: ours, or the house turns it away.
    app.config.update(SERVER_NAME=issuer.netloc, PREFERRED_URL_SCHEME=issuer.scheme)
    return House(app, services, clock)


class Applications:
    """Applications whose tests are over, by their settings: one with its 132 rules takes a sixth of a second.

    And databases by their address, since each compiles its statements for itself.
    """

    def __init__(self) -> None:
        self._idle: dict[str, list[Flask]] = {}
        self._databases: dict[str, Database] = {}

    @contextmanager
    def house(self, database_url: str, secrets_path: Path, folder: Path, **overrides: Any) -> Iterator[House]:
        """A house as ``build_house`` makes it, for a while; its application is used again."""
        idle = self._idle.setdefault(repr(sorted(overrides.items())), [])
        app, database = idle.pop() if idle else None, self._databases.pop(database_url, None)
        house = build_house(database_url, secrets_path, folder, app=app, database=database, **overrides)
        yield house
        idle.append(house.app)
        self._keep(database_url, house.services.database)

    def _keep(self, url: str, database: Database) -> None:
        """With its connections to PostgreSQL, for a new one would have to learn every table again."""
        if database.is_sqlite:  # another file will stand there
            database.dispose()
        if other := self._databases.pop(url, None):
            other.dispose()
        self._databases[url] = database

    def close(self) -> None:
        """Let go of every database."""
        for database in self._databases.values():
            database.dispose()


@pytest.fixture(scope="session")
def applications() -> Iterator[Applications]:
    """Those of this run."""
    made = Applications()
    yield made
    made.close()


@pytest.fixture
def make_house(
    database_url: str, secrets_path: Path, tmp_path: Path, applications: Applications
) -> Iterator[Callable[..., House]]:
    """Build a house on this test's database; keyword arguments are settings overrides."""
    with ExitStack() as lent:
        yield lambda **overrides: lent.enter_context(
            applications.house(database_url, secrets_path, tmp_path, **overrides)
        )


@pytest.fixture
def house(make_house: Callable[..., House]) -> House:
    """A whole Sluis on this test's database, SQLite and PostgreSQL in turn."""
    return make_house()


@pytest.fixture(scope="module", params=BACKENDS)
def shared_house(
    request: pytest.FixtureRequest,
    databases: Databases,
    secrets_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    applications: Applications,
) -> Iterator[House]:
    """One house for all tests of a module: each brings its own shops and people, and leaves the settings alone.

    For tables of cases. A database of one's own costs a second on PostgreSQL.
    """
    folder = tmp_path_factory.mktemp("house")
    with databases.fresh(request.param) as url, applications.house(url, secrets_path, folder) as house:
        yield house
