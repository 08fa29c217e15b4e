"""Sluis as it runs for people: real server processes on free ports, one provider or the whole demo town."""

import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import pytest
import requests

from app.cli import demo, demo_data
from app.cli.launching import Process, Town
from app.composition import build_services
from app.services.wiring import Services
from app.settings import Settings, load_settings
from app.web.application import build_app
from tests.servers.house import Clock, House, lay_keys
from tests.servers.ports import free_port, ports_in_a_row

READY_S = 60
_LOOK_S = 0.05


@dataclass(frozen=True)
class RunningHouse:
    """Server processes of one Sluis over one database. ``house`` is the same one without a socket, in this process:
    what tests make there (tests.factories) the servers see. Its clock stands at the moment the servers started.
    """

    house: House
    nodes: tuple[str, ...]
    """The address of each server process group; every one answers to the issuer's host name as well."""
    log: Path
    """What all of them logged, at DEBUG."""
    _town: Town
    _processes: tuple[Process, ...]

    @property
    def issuer(self) -> str:
        """The issuer, which is the first node's address too."""
        return self.house.services.settings.issuer

    @property
    def services(self) -> Services:
        """The services on the servers' database."""
        return self.house.services

    @property
    def environ(self) -> Mapping[str, str]:
        """The variables of every process, for another one beside them."""
        return self._processes[0].environ

    def now(self) -> datetime:
        """The servers' time."""
        return datetime.now(UTC)

    def start_worker(self) -> None:
        """Start a worker beside the servers; it ends with them."""
        self._town.start(Process("worker", [*demo.SLUIS, "worker"], self.environ, None))

    def kill(self, node: int = 0) -> None:
        """End a node as a power failure would; ``restart`` brings it back."""
        self._town.signal(self._processes[node].name, signal.SIGKILL)

    def restart(self, node: int = 0) -> None:
        """Start a node that has ended, and wait until it answers."""
        process = self._processes[node]
        self._town.start(process)
        wait_for(f"{self.nodes[node]}/healthz")


@contextmanager
def run_house(
    database_url: str, secrets_path: Path, folder: Path, *, nodes: int = 1, environ: Mapping[str, str] | None = None
) -> Iterator[RunningHouse]:
    """Serve a migrated database by ``nodes`` servers of two processes each; ``environ`` are more SLUIS_* settings."""
    ports = [free_port() for _ in range(nodes)]
    issuer = f"http://localhost:{ports[0]}"
    told = _outside() | {
        "SLUIS_ENVIRONMENT": "testing",
        "SLUIS_ISSUER": issuer,
        "SLUIS_DATABASE_URL": database_url,
        "SLUIS_SECRETS_FILE": str(secrets_path),
        "SLUIS_DATA_FOLDER": str(folder),
        "SLUIS_SERVER__WORKERS": "2",
        "SLUIS_LOGGING__LEVEL": "DEBUG",
        **(environ or {}),
    }
    settings = load_settings(told)
    services = build_services(settings)
    lay_keys(services, datetime.now(UTC))
    services.database.dispose()
    processes = tuple(
        Process(f"node {port}", [*demo.SLUIS, "serve", "--port", str(port)], told, f"http://127.0.0.1:{port}/healthz")
        for port in ports
    )
    log = folder / "servers.log"
    with log.open("wb") as output, Town(processes, output) as town:
        town.wait_until_ready(READY_S)
        with _without_a_socket(settings) as house:
            yield RunningHouse(house, tuple(f"http://127.0.0.1:{port}" for port in ports), log, town, processes)


@contextmanager
def _without_a_socket(settings: Settings) -> Iterator[House]:
    services = build_services(settings)
    try:
        clock = Clock(datetime.now(UTC))
        yield House(build_app(services, clock=clock), services, clock)
    finally:
        services.database.dispose()


@pytest.fixture
def make_running_house(database_url: str, secrets_path: Path, tmp_path: Path) -> Iterator[Callable[..., RunningHouse]]:
    """Start servers on this test's database; keyword arguments are those of ``run_house``."""
    with ExitStack() as started:
        yield lambda **options: started.enter_context(run_house(database_url, secrets_path, tmp_path, **options))


@pytest.fixture
def running_house(make_running_house: Callable[..., RunningHouse]) -> RunningHouse:
    """A real server of two processes on this test's database, SQLite and PostgreSQL in turn."""
    return make_running_house()


@dataclass(frozen=True)
class DemoTown:
    """All that ``make run`` starts. The demo person belongs to every test of the session: make your own where it
    matters, with ``house`` (tests.factories) or by registering.
    """

    issuer: str
    shops: Mapping[str, str]
    """Address by name: trattoria-sole, blauw-en-zoon, marktplein."""
    email: str
    password: str
    house: House
    log: Path

    @property
    def trattoria(self) -> str:
        """The free wifi."""
        return self.shops["trattoria-sole"]

    @property
    def blauw(self) -> str:
        """The web shop."""
        return self.shops["blauw-en-zoon"]

    @property
    def marktplein(self) -> str:
        """The supermarket."""
        return self.shops["marktplein"]


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoTown]:
    """Provider, worker and the three demo businesses on free ports, with demo data, on SQLite."""
    folder = tmp_path_factory.mktemp("town")
    environ = demo.demo_environ(
        {
            **_outside(),
            "SLUIS_DATABASE_URL": f"sqlite:///{folder / 'sluis.db'}",
            "SLUIS_SECRETS_FILE": str(folder / "secrets.toml"),
            "SLUIS_DATA_FOLDER": str(folder),
            "SLUIS_LOGGING__LEVEL": "DEBUG",
        },
        ports_in_a_row(4),
    )
    settings = load_settings(environ)
    data = demo_data.gathered(settings, environ)
    provider, worker, *shops = demo.processes(environ, settings, data)
    log = folder / "town.log"
    with log.open("wb") as output, Town([provider, *shops], output) as running:
        running.wait_until_ready(READY_S)
        running.start(worker)
        addresses = {shop.name: shop.address for shop in data.shops.values()}
        with _without_a_socket(settings) as house:
            yield DemoTown(settings.issuer, addresses, data.email, data.password, house, log)


def _outside() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("SLUIS_")}  # noqa: TID251


def wait_for(address: str) -> None:
    """Return when somebody answers there."""
    wait_until(lambda: _answers(address))


def wait_until(true: Callable[[], bool], longest_s: float = READY_S) -> None:
    """Return when it is so: for what another process does. Fails the test when it stays otherwise."""
    end, pause = time.monotonic() + longest_s, Event()
    while not true():
        if time.monotonic() > end:
            pytest.fail(f"not so within {longest_s} seconds")
        pause.wait(_LOOK_S)


def _answers(address: str) -> bool:
    try:
        return requests.get(address, timeout=2).ok
    except requests.RequestException:
        return False
