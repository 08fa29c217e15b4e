"""Every test may ask for a real database, mail server or browser; nothing is started that nobody asks for."""

import gc
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

# A run keeps half a million objects alive, and walking them again and again is a fifth of its time.
gc.set_threshold(100_000, 20, 100)

# On a busy machine a slow example says nothing about the promise; and what is green here is green elsewhere.
settings.register_profile(
    "same everywhere", deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("same everywhere")

pytest_plugins = [
    "tests.servers.postgresql",  # before databases, which imports it
    "tests.servers.databases",
    "tests.servers.house",
    "tests.servers.running",
    "tests.servers.mail",
    "tests.servers.browser",
    "tests.shops",
    "tests.redeeming",
    "tests.servers.receiver",
    "tests.streams",
    "tests.vault",
]

# Where a shell names a proxy for the world outside: the servers of the tests are all on this machine.
_OUTSIDE = (os.environ.get("no_proxy") or os.environ.get("NO_PROXY"), "localhost,127.0.0.1")  # noqa: TID251
os.environ["no_proxy"] = ",".join(filter(None, _OUTSIDE))  # noqa: TID251

_HERE = Path(__file__).parent
_LONGEST = ("browser", "journeys", "guides", "jobs", "cli")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the folders whose tests take seconds each, so that no process is left with one of them at the end."""
    items.sort(key=lambda item: _place(item.path.relative_to(_HERE).parts[0]))


def _place(folder: str) -> int:
    return _LONGEST.index(folder) if folder in _LONGEST else len(_LONGEST)


class _OneTown(LoadScopeScheduling):
    """A file at a time for each process, and all stories in a browser for one, which starts one town for them."""

    def _split_scope(self, nodeid: str) -> str:
        browser = "tests/browser/"
        return browser if nodeid.startswith(browser) else str(super()._split_scope(nodeid))


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> LoadScopeScheduling | None:
    """Let processes share out the tests so, where they are to take files whole."""
    return _OneTown(config, log) if config.getoption("dist") == "loadscope" else None


def pytest_xdist_auto_num_workers() -> int:
    """One process more than there are processors: tests wait for servers and browsers as often as they compute."""
    return (os.cpu_count() or 1) + 1
