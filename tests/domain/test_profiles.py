from dataclasses import replace

import pytest

from app.domain.levels import Level
from app.domain.profiles import Profile, default_profile, narrowed_by, with_changes, within_policy, without
from app.domain.retention import Period
from tests.domain.agreements import POLICY, profile


@pytest.mark.parametrize("level", Level)
def test_the_default_gives_what_the_operator_allows_at_the_level(level: Level) -> None:
    rule = POLICY.rules[level]
    assert default_profile(POLICY, level) == Profile(level, rule.claims, rule.purposes, rule.longest)


def test_a_posted_profile_never_goes_beyond_its_level() -> None:
    wide = Profile(
        Level.LOW, frozenset({"email", "birthdate", "sub"}), frozenset({"account", "marketing"}), Period(9999)
    )
    assert within_policy(wide, POLICY) == Profile(Level.LOW, frozenset({"email"}), frozenset({"account"}), Period(24))


def test_a_profile_within_its_level_stays_as_it_is() -> None:
    narrow = profile(Level.MEDIUM, claims=frozenset({"email"}), purposes=frozenset(), longest=Period(0, 7))
    assert within_policy(narrow, POLICY) == narrow


def test_a_profile_stays_as_it_is_when_the_operator_adds_to_the_level() -> None:
    before = default_profile(POLICY, Level.LOW)
    rule = POLICY.rules[Level.LOW]
    richer = {**POLICY.rules, Level.LOW: replace(rule, claims=rule.claims | {"nickname"})}
    assert within_policy(before, replace(POLICY, rules=richer)) == before


def test_an_objection_takes_purposes_from_a_profile_and_nothing_else() -> None:
    whole = profile(Level.HIGH)
    less = without(whole, frozenset({"marketing", "unknown"}))
    assert less == profile(Level.HIGH, purposes=whole.purposes - {"marketing"})
    assert without(whole, frozenset()) == whole


def test_a_profile_is_narrowed_by_what_another_level_leaves_out_and_by_nothing_else() -> None:
    low = profile(Level.LOW)
    assert narrowed_by(low, profile(Level.MEDIUM, longest=Period(1))) == low
    less = profile(Level.MEDIUM, claims=frozenset({"email", "address"}), purposes=frozenset({"account", "delivery"}))
    left = replace(low, claims=frozenset({"email"}), purposes=frozenset({"account"}))
    assert narrowed_by(low, less) == left


def test_two_changes_of_one_profile_both_stand_and_the_later_word_on_the_term_counts() -> None:
    shown = Profile(Level.LOW, frozenset({"nickname", "name", "email"}), frozenset({"account"}), Period(12))
    kept = Profile(Level.LOW, frozenset({"nickname", "email", "phone"}), frozenset({"account", "service"}), Period(6))
    chosen = Profile(Level.LOW, frozenset({"nickname", "name", "address"}), frozenset(), Period(12))
    both = Profile(Level.LOW, frozenset({"nickname", "phone", "address"}), frozenset({"service"}), Period(6))
    assert with_changes(kept, shown, chosen) == both
    assert with_changes(kept, shown, replace(chosen, longest=Period(3))).longest == Period(3)
