import tomllib
from pathlib import Path
from typing import Any

import pytest

from app.domain.errors import Problems
from app.domain.levels import Level
from app.domain.policy_file import read_policy
from app.domain.retention import Period
from tests.domain.agreements import GONE, LEVELS, PURPOSES, changed

CONFIG = Path(__file__).parents[2] / "config"


def test_a_level_includes_what_lies_below_it() -> None:
    policy = read_policy(LEVELS, PURPOSES)
    low, medium, high = (policy.rules[level] for level in Level)
    assert low.claims < medium.claims < high.claims
    assert low.purposes < medium.purposes < high.purposes
    assert (low.collection, medium.collection, high.collection) == (False, False, True)
    assert high.longest == Period(6)


def test_a_purpose_has_a_text_in_both_languages_a_category_and_a_version() -> None:
    purpose = read_policy(LEVELS, {**PURPOSES, "account": {**PURPOSES["account"], "version": 3}}).purposes["account"]
    assert (purpose.id, purpose.version, purpose.reference) == ("account", 3, "account@3")
    assert purpose.text == {"nl": "account (nl)", "en": "account"}
    assert purpose.dpv == "https://w3id.org/dpv#account"


def test_a_purpose_without_a_version_is_the_first() -> None:
    raw = {name: value for name, value in PURPOSES["account"].items() if name != "version"}
    assert read_policy(LEVELS, {**PURPOSES, "account": raw}).purposes["account"].version == 1


FAULTS_OF_LEVELS: list[tuple[str, Any, str]] = [
    ("medium", GONE, "levels.medium: is missing"),
    ("low", [], "levels.low: is missing"),
    ("top", {}, "levels.top: is not a level: low, medium and high are the levels"),
    ("low.shape", "round", "levels.low.shape: is not a known key"),
    ("low.claims", "name", "levels.low.claims: must be a list of names"),
    ("low.claims", [1], "levels.low.claims: must be a list of names"),
    ("low.claims", ["shoe_size"], "levels.low.claims: 'shoe_size' is not a claim of the catalogue"),
    ("low.purposes", ["espionage"], "levels.low.purposes: 'espionage' is not in purposes.toml"),
    ("high.permissions", ["everything"], "levels.high.permissions: 'everything' is not a permission"),
    ("low.permissions", ["omnichannel_collection"], "levels.low.permissions: belong to level high only"),
    ("high.retention", "P7M", "levels.high.retention: may be at most P6M"),
    ("low.retention", GONE, "levels.low.retention: not an ISO 8601 period such as P6M, P1Y or P14D"),
]
FAULTS_OF_PURPOSES: list[tuple[str, Any, str]] = [
    ("account", "why not", "purposes.account: must be a table"),
    ("account.fr", "Compte", "purposes.account.fr: is not a known key"),
    ("account.nl", GONE, "purposes.account.nl: text is missing"),
    ("account.en", "   ", "purposes.account.en: text is missing"),
    ("account.version", True, "purposes.account.version: must be a whole number from 1"),
    ("account.version", 0, "purposes.account.version: must be a whole number from 1"),
    ("account.dpv", "account", "purposes.account.dpv: must be a W3C DPV IRI"),
    ("account.dpv", 7, "purposes.account.dpv: must be a W3C DPV IRI"),
    ("account.dpv", GONE, "purposes.account.dpv: must be a W3C DPV IRI"),
]


def faults(levels: dict[str, Any], purposes: dict[str, Any]) -> list[str]:
    """What is wrong with the two files, a line each; it is an assertion that something is."""
    with pytest.raises(Problems) as raised:
        read_policy(levels, purposes)
    return raised.value.lines()


@pytest.mark.parametrize(
    ("path", "value", "line"), FAULTS_OF_LEVELS, ids=[f"{path} is {value!r}" for path, value, _ in FAULTS_OF_LEVELS]
)
def test_a_fault_of_the_levels_is_told_with_its_place(path: str, value: Any, line: str) -> None:
    assert line in faults(changed(LEVELS, path, value), PURPOSES)


@pytest.mark.parametrize(
    ("path", "value", "line"), FAULTS_OF_PURPOSES, ids=[f"{path} is {value!r}" for path, value, _ in FAULTS_OF_PURPOSES]
)
def test_a_fault_of_the_purposes_is_told_with_its_place(path: str, value: Any, line: str) -> None:
    assert line in faults(LEVELS, changed(PURPOSES, path, value))


def test_all_faults_of_both_files_are_told_at_once() -> None:
    assert len(faults({"low": {"claims": 1}}, {"account": 2})) == 8


def test_the_files_that_come_with_the_product_are_what_the_design_says() -> None:
    policy = read_policy(
        tomllib.loads((CONFIG / "levels.toml").read_text("utf-8")),
        tomllib.loads((CONFIG / "purposes.toml").read_text("utf-8")),
    )
    low, medium, high = (policy.rules[level] for level in Level)
    assert low.claims == {"name", "given_name", "family_name", "email", "email_verified"}
    assert low.purposes == {"account", "service"}
    assert medium.claims - low.claims == {"address", "phone_number", "phone_number_verified", "payment_account"}
    assert medium.purposes - low.purposes == {"delivery", "payment", "invoicing"}
    assert high.purposes - medium.purposes == {"personalisation", "loyalty", "analytics", "marketing"}
    assert (high.collection, high.longest) == (True, Period.parse("P6M"))
