from dataclasses import replace
from datetime import timedelta

from app.domain.grant_changes import changed
from app.domain.holding import Holding
from app.domain.levels import Level
from tests.domain.agreements import NOW, grant

MEDIUM = grant(Level.MEDIUM, "name")


def test_a_new_grant_is_told_whole() -> None:
    assert changed(None, MEDIUM) == {
        "level": "medium",
        "level_before": None,
        "claims_added": ["address", "email", "name"],
        "purposes_added": ["account", "delivery", "invoicing"],
        "until": int(MEDIUM.ends_at.timestamp()),
    }


def test_a_step_down_names_the_levels_and_what_went() -> None:
    assert changed(MEDIUM, replace(grant(Level.LOW), ends_at=MEDIUM.ends_at)) == {
        "level": "low",
        "level_before": "medium",
        "claims_removed": ["address", "name"],
        "purposes_removed": ["delivery", "invoicing"],
    }


def test_a_pause_and_its_end_say_only_that() -> None:
    paused = replace(MEDIUM, paused_at=NOW)
    assert changed(MEDIUM, paused) == {"level": "medium", "paused": True}
    assert changed(paused, MEDIUM) == {"level": "medium", "paused": False}
    assert changed(paused, replace(paused, paused_at=NOW + timedelta(1))) == {"level": "medium"}


def test_an_objection_takes_a_purpose_away_and_its_end_brings_it_back() -> None:
    without = replace(MEDIUM, objected=frozenset({"delivery"}))
    assert changed(MEDIUM, without) == {"level": "medium", "purposes_removed": ["delivery"]}
    assert changed(without, MEDIUM) == {"level": "medium", "purposes_added": ["delivery"]}


def test_an_extension_says_until_when() -> None:
    longer = replace(MEDIUM, ends_at=MEDIUM.ends_at + timedelta(days=1))
    assert changed(MEDIUM, longer) == {"level": "medium", "until": int(longer.ends_at.timestamp())}


def test_what_comes_into_force_or_out_of_it_is_told_though_both_versions_name_it() -> None:
    had = Holding(frozenset({"name", "email"}), frozenset({"invoicing", "account"}), None)
    has = Holding(frozenset({"name", "address"}), frozenset({"invoicing", "delivery"}), None)
    assert changed(MEDIUM, MEDIUM, had, has) == {
        "level": "medium",
        "claims_added": ["address"],
        "claims_removed": ["email"],
        "purposes_added": ["delivery"],
        "purposes_removed": ["account"],
    }
