from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.claims import CATALOGUE
from app.domain.consent import (
    Difference,
    agreed_profile,
    collection_now,
    covers,
    difference,
    kept_off,
    levels_within,
    purposes_now,
    still_given,
)
from app.domain.grant_versions import narrowed, next_version
from app.domain.intended_use import IntendedUse, plain_intended_use
from app.domain.intended_use_file import read_intended_use
from app.domain.levels import Level
from app.domain.retention import Period
from tests.domain.agreements import COLLECTION, DECLARED, HELD, POLICY, USE, changed, grant, profile, proposal

LOW, MEDIUM, HIGH = Level.LOW, Level.MEDIUM, Level.HIGH
ASKED = frozenset(CATALOGUE)


# --- beside a request ---------------------------------------------------------------------------------------------


def test_the_same_card_again_is_no_difference() -> None:
    for level in Level:
        assert not difference(grant(level), proposal(level).terms, proposal(level), ASKED)
        assert covers(grant(level), proposal(level).terms, proposal(level), ASKED)
    assert covers(grant(LOW, offline=True), proposal(LOW).terms, proposal(LOW, offline=True), ASKED)


@pytest.mark.parametrize("ticked", [(), ("name",)])
def test_who_ticks_an_extra_on_a_card_that_gives_nothing_else_has_answered_the_request(ticked: tuple[str, ...]) -> None:
    only_extras = changed(changed(USE, "low.required", []), "low.purposes", ["account", "service"])
    own = read_intended_use(changed(only_extras, "low.claims", {"name": {"purposes": ["service"]}}), POLICY)
    given, again = grant(LOW, *ticked, use=own), proposal(LOW, use=own)
    assert (given.claims, again.claims) == (set(ticked), frozenset())
    assert covers(given, proposal(LOW, *ticked, use=own).terms, again, ASKED)


def test_who_gives_the_permission_alone_is_not_asked_at_a_level_that_would_give_nothing() -> None:
    own = read_intended_use({"low": {**USE["low"], "required": []}, "high": USE["high"]}, POLICY)
    given, again = grant(HIGH, use=own), proposal(LOW, use=own)
    assert (given.claims, given.collection, again.claims) == (frozenset(), COLLECTION, frozenset())
    assert covers(given, {}, again, ASKED)


def test_who_gives_nothing_is_asked_again_for_another_purpose() -> None:
    bare = changed(USE, "low.required", [])
    wider = read_intended_use(changed(bare, "low.purposes", ["account", "service"]), POLICY)
    given = grant(LOW, use=read_intended_use(bare, POLICY))
    assert difference(given, {}, proposal(LOW, use=wider), ASKED) == Difference(purposes=frozenset({"service@1"}))
    assert not covers(given, {}, proposal(LOW, use=wider), ASKED)


@pytest.mark.parametrize(("name", "level"), [("account", LOW), ("marketing", HIGH)])
def test_a_purpose_whose_meaning_was_changed_is_asked_again_though_no_claim_is_new(name: str, level: Level) -> None:
    given, agreed = grant(level), proposal(level).terms
    raised = replace(POLICY, purposes={**POLICY.purposes, name: replace(POLICY.purposes[name], version=2)})
    card = proposal(level, policy=raised)
    assert difference(given, agreed, card, ASKED) == Difference(purposes=frozenset({f"{name}@2"}))
    assert not covers(given, agreed, card, ASKED)


def test_a_new_meaning_of_what_the_permission_is_for_is_asked_where_the_permission_is_all_there_is() -> None:
    own = read_intended_use({"low": {**USE["low"], "required": []}, "high": USE["high"]}, POLICY)
    changed_word = replace(POLICY.purposes["marketing"], version=2)
    card = proposal(HIGH, use=own, policy=replace(POLICY, purposes={**POLICY.purposes, "marketing": changed_word}))
    assert difference(grant(HIGH, use=own), {}, card, ASKED) == Difference(purposes=frozenset({"marketing@2"}))


def test_a_higher_level_that_gives_nothing_more_is_asked_for_its_own_sake() -> None:
    plain: dict[str, Any] = {"use": plain_intended_use(POLICY), "held": frozenset({"email"})}
    assert difference(
        grant(LOW, **plain), proposal(LOW, **plain).terms, proposal(MEDIUM, **plain), ASKED
    ) == Difference(level=True)
    assert not covers(grant(LOW, **plain), proposal(LOW, **plain).terms, proposal(MEDIUM, **plain), ASKED)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"ticked": frozenset({"name"})}, "claims"),
        ({"profile": profile(MEDIUM, longest=Period(3))}, None),
        ({"offline": True}, "offline"),
        ({"held": HELD - {"address"}}, None),
    ],
)
def test_only_what_goes_beyond_a_grant_differs_from_it(change: dict[str, Any], what: str | None) -> None:
    new = difference(grant(MEDIUM), proposal(MEDIUM).terms, proposal(MEDIUM, **change), ASKED)
    assert bool(new) == (what is not None)
    assert what is None or getattr(new, what)


def test_a_step_up_differs_by_its_claims_its_purposes_its_level_and_its_permission() -> None:
    new = difference(grant(MEDIUM), proposal(MEDIUM).terms, proposal(HIGH, "birthdate"), ASKED)
    assert (new.claims, new.purposes) == ({"birthdate"}, {"loyalty@1", "marketing@1"})
    assert (new.level, new.collection, new.longer) == (True, True, False)
    assert not covers(grant(MEDIUM), proposal(MEDIUM).terms, proposal(HIGH), ASKED)


def test_a_claim_that_would_serve_another_purpose_is_new_though_the_grant_knows_both() -> None:
    before, agreed = grant(MEDIUM), proposal(MEDIUM).terms
    moved = read_intended_use(changed(USE, "low.claims", {"email": {"purposes": ["account", "service"]}}), POLICY)
    known = replace(before, purposes=before.purposes | {"service@1"})
    card = proposal(MEDIUM, use=moved)
    assert card.purposes <= known.purposes
    assert difference(known, agreed, card, ASKED) == Difference(claims=frozenset({"email"}))
    assert not covers(known, agreed, card, ASKED)
    assert covers(known, card.terms, proposal(MEDIUM), ASKED)


@pytest.mark.parametrize(
    ("ticked", "asked_before", "new"),
    [
        ((), {"email"}, {"phone_number", "name"}),
        ((), {"email", "phone_number"}, {"name"}),
        (("name",), {"email"}, {"phone_number"}),
        ((), {"email", "phone_number", "name"}, set()),
    ],
)
def test_an_extra_asked_for_the_first_time_asks_again_and_one_that_was_left_unticked_does_not(
    ticked: tuple[str, ...], asked_before: set[str], new: set[str]
) -> None:
    before, agreed = grant(MEDIUM, *ticked), proposal(MEDIUM, *ticked).terms
    found = difference(before, agreed, proposal(MEDIUM), frozenset(asked_before))
    assert found == Difference(extras=frozenset(new))
    assert covers(before, agreed, proposal(MEDIUM), frozenset(asked_before)) is not bool(new)


def test_an_extra_asks_again_whether_the_person_holds_it_or_not_so_that_no_silent_login_tells() -> None:
    bare = proposal(MEDIUM, held=frozenset({"email", "address"}))
    assert difference(grant(MEDIUM), bare.terms, bare, frozenset()) == Difference(
        extras=frozenset({"name", "phone_number"})
    )
    assert covers(grant(MEDIUM), bare.terms, bare, ASKED)


def test_an_extra_that_is_ticked_is_given_and_no_longer_left_to_the_person() -> None:
    found = difference(grant(MEDIUM), proposal(MEDIUM).terms, proposal(MEDIUM, "name"), frozenset())
    assert found == Difference(claims=frozenset({"name"}), extras=frozenset({"phone_number"}))


def test_an_extra_that_ones_own_profile_leaves_out_does_not_ask_again() -> None:
    own = profile(MEDIUM, claims=frozenset({"email", "address"}))
    assert covers(grant(MEDIUM), proposal(MEDIUM).terms, proposal(MEDIUM, profile=own), frozenset())


def test_a_claim_without_agreed_terms_is_new() -> None:
    assert difference(grant(LOW), {}, proposal(LOW), ASKED).claims == {"email"}


def test_a_wider_permission_differs_and_a_narrower_one_does_not() -> None:
    narrow = replace(COLLECTION, channels=frozenset({"web"}))
    less = grant(HIGH, wanted_collection=narrow)
    assert difference(less, proposal(HIGH).terms, proposal(HIGH), ASKED) == Difference(collection=True)
    assert not covers(less, proposal(HIGH).terms, proposal(HIGH), ASKED)
    assert not difference(grant(HIGH), proposal(HIGH).terms, proposal(HIGH, wanted_collection=narrow), ASKED)


def test_a_longer_term_asks_again_at_the_same_level_and_not_below_it() -> None:
    short = profile(MEDIUM, longest=Period(3))
    assert difference(grant(MEDIUM, profile=short), proposal(MEDIUM).terms, proposal(MEDIUM), ASKED).longer
    assert not covers(grant(MEDIUM, profile=short), proposal(MEDIUM).terms, proposal(MEDIUM), ASKED)
    assert difference(grant(HIGH), proposal(HIGH).terms, proposal(LOW), ASKED).longer
    assert covers(grant(HIGH), proposal(HIGH).terms, proposal(LOW), ASKED)


@pytest.mark.parametrize("stronger", ["contract", "legal_duty"])
def test_a_claim_wanted_on_a_stronger_ground_is_new_and_on_a_weaker_one_is_not(stronger: str) -> None:
    on_consent = read_intended_use(changed(USE, "low.ground", "consent"), POLICY)
    wanted = read_intended_use(changed(USE, "low.ground", stronger), POLICY)
    given, agreed = grant(LOW, use=on_consent), proposal(LOW, use=on_consent).terms
    assert difference(given, agreed, proposal(LOW, use=wanted), ASKED) == Difference(firmer=frozenset({"email"}))
    assert not covers(given, agreed, proposal(LOW, use=wanted), ASKED)
    assert covers(given, proposal(LOW, use=wanted).terms, proposal(LOW, use=on_consent), ASKED)


@pytest.mark.parametrize(
    ("agreed_for", "wanted", "longer"),
    [("P14D", "P3M", True), ("P14D", "P14D", False), ("P3M", "P14D", False), ("P1Y", "P2Y", False)],
)
def test_a_claim_kept_longer_than_was_agreed_of_it_is_a_longer_term_as_far_as_the_grant_goes(
    agreed_for: str, wanted: str, longer: bool
) -> None:
    def declared(retention: str) -> IntendedUse:
        return read_intended_use(changed(USE, "low.claims", {"email": {"retention": retention}}), POLICY)

    before, today = declared(agreed_for), declared(wanted)
    new = difference(grant(LOW, use=before), proposal(LOW, use=before).terms, proposal(LOW, use=today), ASKED)
    assert new == Difference(longer=longer)


def test_what_the_law_keeps_longer_than_was_agreed_is_a_longer_term_though_the_grant_is_not() -> None:
    by_law = {**USE["medium"]["claims"]["address"], "retention": "P10Y"}
    wanted = read_intended_use(changed(USE, "medium.claims", {"address": by_law}), POLICY)
    card, agreed = proposal(MEDIUM, use=wanted), proposal(MEDIUM).terms
    assert difference(grant(MEDIUM), agreed, card, ASKED) == Difference(longer=True)
    assert not difference(grant(MEDIUM, use=wanted), card.terms, proposal(MEDIUM), ASKED)
    not_given = replace(grant(MEDIUM), claims=frozenset({"email"}))
    assert not difference(not_given, agreed, card, ASKED).longer


def test_who_came_down_from_a_shorter_level_is_not_asked_for_the_longer_term_of_the_lower_one() -> None:
    whole = grant(HIGH)
    lowered = next_version(whole, narrowed(whole, proposal(HIGH).terms, proposal(LOW)), whole.given_at)
    assert lowered.retention < proposal(LOW).retention
    assert covers(lowered, proposal(LOW).terms, proposal(LOW), ASKED, came_down=True)
    assert not covers(lowered, proposal(LOW).terms, proposal(LOW), ASKED)
    assert not covers(lowered, proposal(HIGH).terms, proposal(HIGH), ASKED, came_down=True)


@pytest.mark.parametrize(
    ("accepted", "reached"),
    [((LOW, MEDIUM, HIGH), [MEDIUM, LOW]), ((LOW,), [LOW]), ((LOW, HIGH), [LOW]), ((HIGH,), []), ((), [])],
)
def test_the_levels_reached_are_those_accepted_within_the_grant_highest_first(
    accepted: tuple[Level, ...], reached: list[Level]
) -> None:
    assert levels_within(grant(MEDIUM), accepted) == reached


def test_what_a_business_declares_no_more_for_what_it_was_given_for_is_not_given() -> None:
    whole, agreed = grant(LOW, "name"), proposal(LOW, "name").terms
    assert still_given(whole, agreed, DECLARED, POLICY) == whole
    assert still_given(grant(LOW), agreed, DECLARED, POLICY) == grant(LOW)
    assert still_given(whole, {"name": agreed["name"]}, DECLARED, POLICY).claims == {"name"}
    other = changed(USE, "low.purposes", ["account", "service"])
    use = read_intended_use(changed(other, "low.claims", {"email": {"purposes": ["service"]}}), POLICY)
    assert still_given(whole, agreed, use, POLICY).claims == {"name"}
    wider = read_intended_use(changed(other, "low.claims", {"email": {"purposes": ["account", "service"]}}), POLICY)
    assert still_given(whole, agreed, wider, POLICY) == whole


@given(
    st.frozensets(st.sampled_from(["account", "delivery", "invoicing", "loyalty", "marketing"])),
    st.sampled_from(list(Level)),
)
def test_what_was_objected_to_does_not_make_a_business_ask_again(objected: frozenset[str], level: Level) -> None:
    before = replace(grant(level), objected=objected)
    card = proposal(level, objected=objected)
    assert card.complete
    assert covers(before, proposal(level).terms, card, ASKED)


# --- as it holds now ----------------------------------------------------------------------------------------------


def test_purposes_hold_while_agreed_declared_and_allowed() -> None:
    given_high = grant(HIGH)
    assert purposes_now(given_high, DECLARED, profile(LOW)) == {"account"}
    assert purposes_now(given_high, DECLARED, profile(HIGH)) == {
        "account", "delivery", "invoicing", "loyalty", "marketing",
    }  # fmt: skip
    assert purposes_now(grant(LOW), DECLARED, profile(HIGH)) == {"account"}
    assert purposes_now(given_high, DECLARED, profile(HIGH, purposes=frozenset({"loyalty"}))) == {"loyalty"}
    assert purposes_now(given_high, IntendedUse({}, declared=True), profile(HIGH)) == frozenset()
    served = replace(grant(LOW), purposes=frozenset({"account@1", "service@1"}))
    assert purposes_now(served, DECLARED, profile(LOW)) == {"account"}


def test_a_profile_allows_a_business_no_purpose_that_was_not_agreed_or_was_objected_to() -> None:
    given_low = replace(grant(LOW), purposes=frozenset({"account@1", "service@1"}), objected=frozenset({"service"}))
    assert agreed_profile(given_low, profile(HIGH)) == profile(HIGH, purposes=frozenset({"account"}))
    own = profile(HIGH, purposes=frozenset({"loyalty"}))
    assert agreed_profile(given_low, own).purposes == frozenset()


def test_the_permission_holds_while_agreed_declared_and_allowed() -> None:
    given_high = grant(HIGH)
    assert collection_now(given_high, DECLARED, POLICY, profile(HIGH)) == COLLECTION
    assert collection_now(given_high, DECLARED, POLICY, profile(MEDIUM)) is None
    assert collection_now(grant(MEDIUM), DECLARED, POLICY, profile(HIGH)) is None
    assert collection_now(given_high, IntendedUse({}, declared=True), POLICY, profile(HIGH)) is None
    loyal = profile(HIGH, purposes=frozenset({"loyalty"}))
    assert collection_now(given_high, DECLARED, POLICY, loyal) == replace(COLLECTION, purposes=frozenset({"loyalty"}))


def test_an_objection_keeps_back_what_serves_nothing_else() -> None:
    given, agreed = grant(MEDIUM, "name"), proposal(MEDIUM, "name").terms
    agreed = {**agreed, "name": replace(agreed["name"], purposes=frozenset({"service"}))}
    assert kept_off(given, agreed) == frozenset()
    assert kept_off(replace(given, objected=frozenset({"service"})), agreed) == {"name"}
    assert kept_off(replace(given, objected=frozenset({"service", "delivery"})), agreed) == {"name"}
