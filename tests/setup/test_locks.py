"""The lock files hold what pyproject.toml asks for, and the same versions both times."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
ASKED = {
    "requirements.lock": PROJECT["dependencies"],
    "requirements-dev.lock": PROJECT["dependencies"] + PROJECT["optional-dependencies"]["dev"],
}


def _locked(lock: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9-]+)==([^ ]+)", (ROOT / lock).read_text(), flags=re.MULTILINE))


def _name(requirement: Requirement) -> str:
    return re.sub(r"[-_.]+", "-", requirement.name).lower()


@pytest.mark.parametrize("lock", ASKED)
def test_a_lock_holds_all_that_the_project_asks_for(lock: str) -> None:
    versions = _locked(lock)
    asked = [Requirement(line) for line in ASKED[lock]]
    missing = [str(one) for one in asked if _name(one) not in versions or versions[_name(one)] not in one.specifier]
    assert missing == [], "run: make lock"


def test_tests_run_on_the_versions_that_are_served() -> None:
    assert _locked("requirements.lock").items() <= _locked("requirements-dev.lock").items()
