from dataclasses import replace

import pytest

from app.domain.claims import CATALOGUE
from app.domain.intended_use import PLAIN_PURPOSES, Ground, IntendedUse, Need, named_levels, plain_intended_use
from app.domain.levels import Level
from tests.domain.agreements import DECLARED, POLICY

PLAIN = plain_intended_use(POLICY)


def test_registered_is_what_was_declared_capped_by_the_level_of_today() -> None:
    assert set(DECLARED.registered(POLICY, Level.MEDIUM)) == {"email", "name", "address", "phone_number"}
    rule = POLICY.rules[Level.MEDIUM]
    today = replace(POLICY, rules={**POLICY.rules, Level.MEDIUM: replace(rule, claims=rule.claims - {"address"})})
    assert set(DECLARED.registered(today, Level.MEDIUM)) == {"email", "name", "phone_number"}


def test_nothing_is_registered_where_no_level_is_declared() -> None:
    assert IntendedUse({}, declared=True).registered(POLICY, Level.HIGH) == {}


def test_what_was_given_at_a_level_taken_away_goes_on_at_the_highest_left_below_it() -> None:
    without_medium = replace(DECLARED, levels={each: DECLARED.levels[each] for each in (Level.LOW, Level.HIGH)})
    offered = {level: without_medium.offered(level) for level in Level}
    assert offered == {Level.LOW: Level.LOW, Level.MEDIUM: Level.LOW, Level.HIGH: Level.HIGH}
    assert without_medium.registered(POLICY, Level.MEDIUM) == DECLARED.registered(POLICY, Level.LOW)
    none_left = replace(DECLARED, levels={Level.HIGH: DECLARED.levels[Level.HIGH]})
    assert none_left.offered(Level.LOW) is Level.LOW


@pytest.mark.parametrize("level", Level)
def test_a_plain_client_may_get_the_standard_claims_of_a_level_and_requires_none(level: Level) -> None:
    use = PLAIN.levels[level]
    assert set(use.claims) == {name for name in POLICY.rules[level].claims if CATALOGUE[name].scope is not None}
    assert {claim.need for claim in use.claims.values()} == {Need.IF_HELD}
    assert {claim.ground for claim in use.claims.values()} == {Ground.CONSENT}
    assert (use.purposes, use.benefit, use.collection) == (PLAIN_PURPOSES, {}, None)
    assert not PLAIN.declared


def test_a_declaration_that_cannot_be_read_says_still_which_levels_it_names() -> None:
    named = named_levels({"low": "all you have", "high": {}, "sky": {}}, POLICY)
    assert named == IntendedUse({level: PLAIN.levels[level] for level in (Level.LOW, Level.HIGH)}, declared=True)
