"""A whole Sluis for tests: real database, real secrets and keys, a clock that stands still until it is moved."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, select

from app.composition import build_app, build_services
from app.crypto import secrets as secrets_file
from app.services.keys import create_missing
from app.services.wiring import Services
from app.settings import Settings, load_settings
from app.storage import keys as signing_keys
from app.storage.tables.upkeep import signing_keys as key_rows
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


def _lay_keys(settings: Settings, services: Services, now: datetime) -> None:
    """Give a new house its keys: made once for the whole run, since an RSA key takes a seventh of a second."""
    same = (settings.secrets_file, settings.keys)
    with services.database.write() as db:
        if same in _keys_made and not signing_keys.usable(db):
            db.execute(insert(key_rows), _keys_made[same])
    create_missing(settings, services.database, services.secrets, now)
    with services.database.read() as db:
        _keys_made.setdefault(same, [dict(row) for row in db.execute(select(key_rows)).mappings()])


def build_house(
    database_url: str, secrets_path: Path, folder: Path, *, app: Flask | None = None, **overrides: Any
) -> House:
    """Build a house on a migrated database; keyword arguments are settings overrides. Its caller disposes of it.

    ``app`` is that of an earlier house with the same settings, which gets another database and clock behind it.
    """
    settings = load_settings(
        {"SLUIS_ENVIRONMENT": "testing"},
        {"database_url": database_url, "secrets_file": str(secrets_path), "data_folder": str(folder), **overrides},
    )
    services = build_services(settings)
    clock = Clock()
    _lay_keys(settings, services, clock.now)
    if app is None:
        app = build_app(services, clock=clock)
        app.jinja_env.bytecode_cache = CompiledTemplates()
    else:
        app.extensions |= {"sluis": services, "sluis-clock": clock}
    issuer = urlsplit(settings.issuer)
    # What a test browser asks for when it names no host: ours, or the house turns it away.
    app.config.update(SERVER_NAME=issuer.netloc, PREFERRED_URL_SCHEME=issuer.scheme)
    return House(app, services, clock)


@pytest.fixture
def make_house(database_url: str, secrets_path: Path, tmp_path: Path) -> Iterator[Callable[..., House]]:
    """Build a house, from the ground up, on this test's database; keyword arguments are settings overrides."""
    built: list[House] = []

    def build(**overrides: Any) -> House:
        house = build_house(database_url, secrets_path, tmp_path, **overrides)
        built.append(house)
        return house

    yield build
    for house in built:
        house.services.database.dispose()


@pytest.fixture(scope="session")
def ordinary_app() -> list[Flask]:
    """The application without settings of its own, once there is one: its 132 rules take a sixth of a second."""
    return []


@pytest.fixture
def house(database_url: str, secrets_path: Path, tmp_path: Path, ordinary_app: list[Flask]) -> Iterator[House]:
    """A whole Sluis on this test's database, SQLite and PostgreSQL in turn; its application is used again."""
    house = build_house(database_url, secrets_path, tmp_path, app=ordinary_app.pop() if ordinary_app else None)
    yield house
    ordinary_app.append(house.app)
    house.services.database.dispose()


@pytest.fixture(scope="module", params=BACKENDS)
def shared_house(
    request: pytest.FixtureRequest,
    databases: Databases,
    secrets_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    ordinary_app: list[Flask],
) -> Iterator[House]:
    """One house for all tests of a module: each brings its own shops and people, and leaves the settings alone.

    For tables of cases. A database of one's own costs a second on PostgreSQL.
    """
    with databases.fresh(request.param) as url:
        app = ordinary_app.pop() if ordinary_app else None
        house = build_house(url, secrets_path, tmp_path_factory.mktemp("house"), app=app)
        yield house
        ordinary_app.append(house.app)
        house.services.database.dispose()
