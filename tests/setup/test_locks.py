"""The lock files hold what pyproject.toml asks for on every kind of machine, and the same versions both times."""

import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
ASKED = {
    "requirements.lock": PROJECT["dependencies"],
    "requirements-dev.lock": PROJECT["dependencies"] + PROJECT["optional-dependencies"]["dev"],
}
MACHINES = {
    "Debian": {"sys_platform": "linux", "platform_machine": "x86_64"},
    "Debian on ARM": {"sys_platform": "linux", "platform_machine": "aarch64"},
    "macOS": {"sys_platform": "darwin", "platform_machine": "arm64"},
    "macOS on Intel": {"sys_platform": "darwin", "platform_machine": "x86_64"},
}


def _meant_for(machine: dict[str, str], lines: list[str]) -> list[Requirement]:
    requirements = [Requirement(line) for line in lines]
    return [one for one in requirements if one.marker is None or one.marker.evaluate(machine)]


def _locked(lock: str, machine: dict[str, str]) -> list[tuple[str, str]]:
    lines = [line.removesuffix("\\") for line in (ROOT / lock).read_text().splitlines() if line[:1].isalnum()]
    return [(one.name, str(one.specifier).removeprefix("==")) for one in _meant_for(machine, lines)]


@pytest.mark.parametrize("lock", ASKED)
@pytest.mark.parametrize("machine", MACHINES)
def test_a_lock_holds_all_that_the_project_asks_for(lock: str, machine: str) -> None:
    locked = _locked(lock, MACHINES[machine])
    versions = dict(locked)
    assert len(versions) == len(locked), "one version of everything"
    asked = {str(one): one for one in _meant_for(MACHINES[machine], ASKED[lock])}
    missing = [s for s, one in asked.items() if versions.get(canonicalize_name(one.name), "none") not in one.specifier]
    assert missing == [], "run: make lock"


@pytest.mark.parametrize("machine", MACHINES)
def test_tests_run_on_the_versions_that_are_served(machine: str) -> None:
    served, tested = (set(_locked(lock, MACHINES[machine])) for lock in ASKED)
    assert served <= tested
