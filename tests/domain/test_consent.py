from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.consent import (
    Difference,
    agreed_profile,
    collection_now,
    covers,
    cut_to,
    difference,
    extras,
    level_within,
    merged,
    narrowed,
    next_version,
    purposes_now,
    renewed,
    without_extra,
)
from app.domain.intended_use import IntendedUse, plain_intended_use
from app.domain.intended_use_file import read_intended_use
from app.domain.levels import Level
from app.domain.release import Asked, Withheld
from app.domain.retention import Period
from tests.domain.agreements import (
    ALL,
    COLLECTION,
    DECLARED,
    HELD,
    NOW,
    POLICY,
    USE,
    changed,
    grant,
    profile,
    proposal,
)

LOW, MEDIUM, HIGH = Level.LOW, Level.MEDIUM, Level.HIGH
KEPT_A_MONTH = replace(DECLARED.levels[MEDIUM], retention=Period(1))


# --- a card -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("level", "claims", "extras"),
    [
        (LOW, {"email"}, {"name"}),
        (MEDIUM, {"email", "address"}, {"name", "phone_number"}),
        (HIGH, {"email", "address"}, {"name", "phone_number", "birthdate"}),
    ],
)
def test_a_card_gives_what_is_required_and_offers_the_rest_unticked(
    level: Level, claims: set[str], extras: set[str]
) -> None:
    card = proposal(level)
    assert (card.claims, card.extras, card.complete) == (claims, extras, True)
    assert set(card.terms) == claims | extras


def test_a_tick_counts_only_for_an_offered_extra() -> None:
    assert proposal(LOW, "name", "birthdate", "sub").claims == {"email", "name"}


def test_a_required_claim_that_cannot_go_out_is_missing_with_its_reason() -> None:
    assert proposal(MEDIUM, held=HELD - {"address"}).missing == {"address": Withheld.NOT_HELD}
    left_out = proposal(MEDIUM, profile=profile(MEDIUM, claims=frozenset({"email"})))
    assert left_out.missing == {"address": Withheld.NOT_IN_PROFILE}
    assert not left_out.complete
    no_purpose = proposal(LOW, profile=profile(LOW, purposes=frozenset({"service"})))
    assert no_purpose.missing == {"email": Withheld.PURPOSE_NOT_ALLOWED}


def test_an_optional_claim_that_cannot_go_out_is_simply_not_offered() -> None:
    card = proposal(LOW, held=frozenset({"email"}))
    assert (card.extras, card.missing) == (frozenset(), {})
    assert card.withheld["name"] is Withheld.NOT_HELD


def test_what_was_not_asked_is_neither_given_nor_missing() -> None:
    card = proposal(MEDIUM, asked=Asked(userinfo=frozenset({"email"})))
    assert (card.claims, card.extras, card.missing) == ({"email"}, frozenset(), {})


def test_the_term_is_the_shortest_of_business_person_and_operator() -> None:
    assert proposal(LOW).retention == Period(12)
    assert proposal(LOW, profile=profile(LOW, longest=Period(3))).retention == Period(3)
    assert proposal(HIGH).retention == Period(6)
    assert proposal(HIGH).ends_at == Period(6).after(NOW)


def test_a_plain_client_gets_what_the_person_has_and_misses_nothing() -> None:
    card = proposal(HIGH, use=plain_intended_use(POLICY), held=frozenset({"email"}))
    assert (card.claims, card.extras, card.complete, card.collection) == ({"email"}, frozenset(), True, None)


def test_purposes_are_pinned_with_the_version_that_was_shown() -> None:
    assert proposal(MEDIUM).purposes == {"account@1", "delivery@1", "invoicing@1"}
    raised = replace(POLICY, purposes={**POLICY.purposes, "account": replace(POLICY.purposes["account"], version=2)})
    assert "account@2" in proposal(LOW, policy=raised).purposes
    gone = replace(POLICY, purposes={name: p for name, p in POLICY.purposes.items() if name != "account"})
    assert proposal(LOW, policy=gone).purposes == frozenset()


def test_the_permission_is_part_of_high_alone_and_for_allowed_purposes_alone() -> None:
    assert proposal(MEDIUM).collection is None
    assert proposal(HIGH).collection == COLLECTION
    some = proposal(HIGH, profile=profile(HIGH, purposes=frozenset({"account", "delivery", "loyalty"})))
    assert some.collection == replace(COLLECTION, purposes=frozenset({"loyalty"}))
    assert proposal(HIGH, profile=profile(HIGH, purposes=frozenset({"account", "delivery"}))).collection is None
    less = replace(COLLECTION, channels=frozenset({"web", "app"}))
    assert proposal(HIGH, wanted_collection=less).collection == replace(COLLECTION, channels=frozenset({"web"}))
    other = replace(COLLECTION, channels=frozenset({"call_centre"}))
    assert proposal(HIGH, wanted_collection=other).collection is None
    rules = {**POLICY.rules, HIGH: replace(POLICY.rules[HIGH], collection=False)}
    assert proposal(HIGH, policy=replace(POLICY, rules=rules)).collection is None


def test_the_purposes_of_the_permission_stand_among_those_of_the_card() -> None:
    assert "marketing@1" in proposal(HIGH).purposes


# --- terms --------------------------------------------------------------------------------------------------------


# --- the fingerprint ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"profile": profile(MEDIUM, longest=Period(1))},
        {"profile": profile(MEDIUM, purposes=frozenset({"account", "delivery"}))},
        {"held": HELD - {"phone_number"}},
        {"held": HELD - {"address"}},
        {"offline": True},
        {"use": replace(DECLARED, levels={**DECLARED.levels, MEDIUM: KEPT_A_MONTH})},
    ],
)
def test_another_promise_has_another_fingerprint(change: dict[str, Any]) -> None:
    assert proposal(MEDIUM, **change).fingerprint != proposal(MEDIUM).fingerprint


def test_ticks_and_the_clock_leave_the_fingerprint_as_it_is() -> None:
    assert proposal(MEDIUM, "name").fingerprint == proposal(MEDIUM).fingerprint
    assert proposal(MEDIUM, now=NOW + timedelta(days=3)).fingerprint == proposal(MEDIUM).fingerprint
    assert proposal(LOW).fingerprint != proposal(MEDIUM).fingerprint


def test_a_different_permission_has_another_fingerprint() -> None:
    less = proposal(HIGH, wanted_collection=replace(COLLECTION, channels=frozenset({"web"})))
    assert less.fingerprint != proposal(HIGH).fingerprint


# --- against a grant ----------------------------------------------------------------------------------------------


def test_the_same_card_again_is_no_difference() -> None:
    for level in Level:
        assert not difference(grant(level), proposal(level).terms, proposal(level))
        assert covers(grant(level), proposal(level).terms, proposal(level))


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
    new = difference(grant(MEDIUM), proposal(MEDIUM).terms, proposal(MEDIUM, **change))
    assert bool(new) == (what is not None)
    assert what is None or getattr(new, what)


def test_a_step_up_differs_by_its_claims_its_purposes_its_level_and_its_permission() -> None:
    new = difference(grant(MEDIUM), proposal(MEDIUM).terms, proposal(HIGH, "birthdate"))
    assert (new.claims, new.purposes) == ({"birthdate"}, {"loyalty@1", "marketing@1"})
    assert (new.level, new.collection, new.longer) == (True, True, False)
    assert not covers(grant(MEDIUM), proposal(MEDIUM).terms, proposal(HIGH))


def test_a_claim_that_would_serve_another_purpose_is_new_though_the_grant_knows_both() -> None:
    before, agreed = grant(MEDIUM), proposal(MEDIUM).terms
    moved = read_intended_use(changed(USE, "low.claims", {"email": {"purposes": ["account", "service"]}}), POLICY)
    known = replace(before, purposes=before.purposes | {"service@1"})
    card = proposal(MEDIUM, use=moved)
    assert card.purposes <= known.purposes
    assert difference(known, agreed, card) == Difference(claims=frozenset({"email"}))
    assert not covers(known, agreed, card)
    assert covers(known, card.terms, proposal(MEDIUM))


def test_a_claim_without_agreed_terms_is_new() -> None:
    assert difference(grant(LOW), {}, proposal(LOW)).claims == {"email"}


def test_a_wider_permission_differs_and_a_narrower_one_does_not() -> None:
    narrow = replace(COLLECTION, channels=frozenset({"web"}))
    assert difference(grant(HIGH, wanted_collection=narrow), proposal(HIGH).terms, proposal(HIGH)).collection
    assert not difference(grant(HIGH), proposal(HIGH).terms, proposal(HIGH, wanted_collection=narrow))


def test_a_longer_term_asks_again_at_the_same_level_and_not_below_it() -> None:
    short = profile(MEDIUM, longest=Period(3))
    assert difference(grant(MEDIUM, profile=short), proposal(MEDIUM).terms, proposal(MEDIUM)).longer
    assert not covers(grant(MEDIUM, profile=short), proposal(MEDIUM).terms, proposal(MEDIUM))
    assert difference(grant(HIGH), proposal(HIGH).terms, proposal(LOW)).longer
    assert covers(grant(HIGH), proposal(HIGH).terms, proposal(LOW))


def test_who_came_down_from_a_shorter_level_is_not_asked_for_the_longer_term_of_the_lower_one() -> None:
    whole = grant(HIGH)
    lowered = next_version(whole, narrowed(whole, proposal(LOW)), whole.given_at)
    assert lowered.retention < proposal(LOW).retention
    assert covers(lowered, proposal(LOW).terms, proposal(LOW), came_down=True)
    assert not covers(lowered, proposal(LOW).terms, proposal(LOW))
    assert not covers(lowered, proposal(HIGH).terms, proposal(HIGH), came_down=True)


@pytest.mark.parametrize(
    ("accepted", "reached"),
    [((LOW, MEDIUM, HIGH), MEDIUM), ((LOW,), LOW), ((LOW, HIGH), LOW), ((HIGH,), None), ((), None)],
)
def test_the_level_reached_is_the_highest_accepted_within_the_grant(
    accepted: tuple[Level, ...], reached: Level | None
) -> None:
    assert level_within(grant(MEDIUM), accepted) is reached


def test_merging_up_keeps_extras_and_takes_the_terms_of_the_card() -> None:
    before = grant(MEDIUM, "name", offline=True)
    result = merged(before, proposal(HIGH, now=NOW + timedelta(days=1)))
    assert (result.level, result.claims) == (HIGH, {"email", "address", "name"})
    assert (result.collection, result.offline) == (COLLECTION, True)
    assert (result.retention, result.ends_at) == (Period(6), Period(6).after(NOW + timedelta(days=1)))


def test_merging_a_lower_card_keeps_level_permission_and_end() -> None:
    before = grant(HIGH)
    result = merged(before, proposal(LOW, "name", now=NOW + timedelta(days=30)))
    assert (result.level, result.claims) == (HIGH, {"email", "address", "name"})
    assert (result.collection, result.ends_at, result.retention) == (COLLECTION, before.ends_at, Period(6))


def test_merging_keeps_the_wider_permission_unless_the_card_goes_beyond_it() -> None:
    narrow = replace(COLLECTION, channels=frozenset({"web"}))
    assert merged(grant(HIGH), proposal(HIGH, wanted_collection=narrow)).collection == COLLECTION
    assert merged(grant(HIGH, wanted_collection=narrow), proposal(HIGH)).collection == COLLECTION


def test_the_next_version_says_what_the_proposal_says_and_may_be_asked_about_again_once_it_lasts_longer() -> None:
    before, later = replace(grant(LOW), asked_at=NOW), NOW + timedelta(days=1)
    card = proposal(MEDIUM, "name", now=later)
    after = next_version(before, card, later)
    assert (after.version, after.level, after.claims, after.ends_at) == (2, MEDIUM, card.claims, card.ends_at)
    assert (after.id, after.first_given_at, after.given_at) == (before.id, before.first_given_at, later)
    assert next_version(before, replace(card, ends_at=before.ends_at), later).asked_at == NOW
    assert next_version(before, replace(card, ends_at=before.ends_at + timedelta(days=1)), later).asked_at is None


def test_narrowing_keeps_what_both_have() -> None:
    before = grant(HIGH, "birthdate", "name", offline=True)
    result = narrowed(before, proposal(LOW, "name", now=NOW + timedelta(days=10), offline=True))
    assert (result.level, result.claims, result.extras) == (LOW, {"email", "name"}, frozenset())
    assert (result.collection, result.offline, result.ends_at) == (None, True, before.ends_at)
    narrow = replace(COLLECTION, channels=frozenset({"web"}))
    assert narrowed(grant(HIGH, wanted_collection=narrow), proposal(HIGH)).collection == narrow


levels = st.sampled_from(list(Level))
ticks = st.lists(st.sampled_from(sorted(HELD)), max_size=5)


@given(levels, ticks, levels, ticks, st.integers(0, 700), st.booleans())
def test_narrowing_never_adds_and_merging_never_takes_away(
    given_level: Level, given_ticks: list[str], level: Level, ticked: list[str], days: int, offline: bool
) -> None:
    before = grant(given_level, *given_ticks)
    card = proposal(level, *ticked, now=NOW + timedelta(days=days), offline=offline)
    less, more = narrowed(before, card), merged(before, card)
    assert less.claims <= before.claims
    assert less.purposes <= before.purposes
    assert less.ends_at <= before.ends_at
    assert less.offline <= before.offline
    assert more.claims >= before.claims
    assert more.purposes >= before.purposes
    assert more.level >= before.level
    if level < given_level:
        assert more.ends_at <= before.ends_at


# --- an objection -------------------------------------------------------------------------------------------------


def test_a_card_leaves_out_what_serves_only_purposes_objected_to() -> None:
    card = proposal(HIGH, "birthdate", objected=frozenset({"loyalty"}))
    assert (card.claims, card.extras, card.complete) == ({"email", "address"}, {"name", "phone_number"}, True)
    assert card.withheld == {"birthdate": Withheld.PURPOSE_NOT_ALLOWED}
    assert "loyalty@1" not in card.purposes
    assert card.collection == replace(COLLECTION, purposes=frozenset({"marketing"}))


def test_a_required_claim_is_not_missing_when_only_an_objection_keeps_it_back() -> None:
    objected = frozenset({"account"})
    assert proposal(LOW, objected=objected).complete
    assert proposal(LOW, objected=objected, held=frozenset()).complete
    not_allowed = proposal(LOW, objected=objected, profile=profile(LOW, purposes=frozenset({"service"})))
    assert not_allowed.missing == {"email": Withheld.PURPOSE_NOT_ALLOWED}
    not_held = proposal(MEDIUM, objected=objected, held=HELD - {"address"})
    assert not_held.missing == {"address": Withheld.NOT_HELD}


@given(st.frozensets(st.sampled_from(["account", "delivery", "invoicing", "loyalty", "marketing"])), levels)
def test_what_was_objected_to_does_not_make_a_business_ask_again(objected: frozenset[str], level: Level) -> None:
    before = replace(grant(level), objected=objected)
    card = proposal(level, objected=objected)
    assert card.complete
    assert covers(before, proposal(level).terms, card)


def test_only_what_the_level_does_without_can_be_taken_back() -> None:
    assert extras(grant(MEDIUM, "name"), DECLARED, POLICY) == {"name"}
    needed = read_intended_use(changed(USE, "medium.required", ["address", "name"]), POLICY)
    assert extras(grant(MEDIUM, "name"), needed, POLICY) == frozenset()
    assert extras(grant(LOW, "name"), IntendedUse({}, declared=True), POLICY) == frozenset()


def test_an_extra_that_is_not_ticked_brings_no_purpose_to_the_card() -> None:
    own = read_intended_use(changed(USE, "low.claims", {"name": {"purposes": ["service"]}}), POLICY)
    plain, with_name = proposal(LOW, use=own), proposal(LOW, "name", use=own)
    assert (plain.purposes, with_name.purposes) == ({"account@1"}, {"account@1", "service@1"})
    assert plain.offered_purposes == with_name.offered_purposes == {"account@1", "service@1"}
    assert plain.fingerprint == with_name.fingerprint
    assert proposal(LOW, use=own, asked=Asked()).purposes == {"account@1", "service@1"}


def test_an_extra_goes_with_the_purposes_that_it_alone_served() -> None:
    own = read_intended_use(changed(USE, "low.claims", {"name": {"purposes": ["service"]}}), POLICY)
    before = grant(LOW, "name", use=own)
    after = without_extra(before, proposal(LOW, "name", use=own).terms, "name")
    assert (after.claims, after.purposes, after.version) == ({"email"}, {"account@1"}, 2)
    objected = without_extra(replace(before, objected=frozenset({"service"})), proposal(LOW, use=own).terms, "name")
    assert objected.purposes == before.purposes  # an objection can still be lifted
    high = without_extra(grant(HIGH, "birthdate"), proposal(HIGH, "birthdate").terms, "birthdate")
    assert high.purposes == grant(HIGH).purposes  # the permission goes on


def test_a_grant_is_cut_to_a_narrowed_profile_and_otherwise_left_alone() -> None:
    before, agreed = grant(HIGH, "name"), proposal(HIGH, "name").terms
    assert cut_to(before, agreed, profile(HIGH)) is None
    assert cut_to(grant(LOW), proposal(LOW).terms, profile(LOW, claims=profile(LOW).claims - {"name"})) is None
    cut = cut_to(before, agreed, profile(HIGH, claims=profile(HIGH).claims - {"name"}))
    assert cut is not None
    assert (cut[0].claims, cut[0].version, "name" in cut[1]) == ({"email", "address"}, 2, False)
    fewer = cut_to(before, agreed, profile(HIGH, purposes=frozenset({"account", "delivery"})))
    assert fewer is not None
    assert (fewer[0].claims, fewer[0].collection) == ({"email", "name", "address"}, None)
    assert fewer[0].purposes == {"account@1", "delivery@1"}
    assert fewer[1]["address"].purposes == {"delivery"}
    low = cut_to(grant(LOW), proposal(LOW).terms, profile(LOW, purposes=frozenset()))
    assert low is not None
    assert (low[0].claims, dict(low[1])) == (frozenset(), {})


# --- once more ----------------------------------------------------------------------------------------------------


def test_renewing_starts_the_same_terms_again() -> None:
    before, later = grant(HIGH, "name", offline=True), NOW + timedelta(days=170)
    again = renewed(before, proposal(HIGH, "name", now=later, offline=True), later)
    assert (again.level, again.claims, again.purposes) == (HIGH, before.claims, before.purposes)
    assert (again.collection, again.offline, again.retention) == (COLLECTION, True, Period(6))
    assert again.ends_at == Period(6).after(later)
    assert again.terms.keys() == again.claims
    assert again.terms["email"].until == again.ends_at
    assert again.terms["address"].until == Period(84).after(later)


def test_renewing_never_lasts_longer_than_the_term_that_was_agreed() -> None:
    before = grant(LOW, profile=profile(LOW, longest=Period(3)))
    assert renewed(before, proposal(LOW), NOW).ends_at == Period(3).after(NOW)
    assert renewed(grant(LOW), proposal(LOW, profile=profile(LOW, longest=Period(1))), NOW).retention == Period(1)


def test_renewing_adds_no_claim_and_no_purpose_declared_since() -> None:
    more = replace(DECLARED.levels[LOW].claims["email"], purposes=frozenset({"account", "service"}))
    only_new = replace(DECLARED.levels[LOW].claims["name"], purposes=frozenset({"service"}))
    low = replace(
        DECLARED.levels[LOW], claims={"email": more, "name": only_new}, purposes=frozenset({"account", "service"})
    )
    use = replace(DECLARED, levels={**DECLARED.levels, LOW: low})
    again = renewed(grant(LOW, "name"), proposal(LOW, "name", use=use), NOW)
    assert (again.claims, again.purposes) == ({"email"}, {"account@1"})
    assert again.terms["email"].purposes == {"account"}


@given(levels, ticks, ticks, st.integers(0, 700), st.frozensets(st.sampled_from(["account", "delivery", "loyalty"])))
def test_renewing_never_adds_anything_but_time(
    level: Level, given_ticks: list[str], ticked: list[str], days: int, objected: frozenset[str]
) -> None:
    before, later = grant(level, *given_ticks), NOW + timedelta(days=days)
    again = renewed(before, proposal(level, *ticked, now=later, objected=objected), later)
    assert again.claims <= before.claims
    assert again.purposes <= before.purposes
    assert again.ends_at <= before.retention.after(later)


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


def test_a_profile_allows_a_business_no_purpose_that_was_not_agreed_or_was_objected_to() -> None:
    given_low = replace(grant(LOW), purposes=frozenset({"account@1", "service@1"}), objected=frozenset({"service"}))
    assert agreed_profile(given_low, profile(HIGH)) == profile(HIGH, purposes=frozenset({"account"}))


def test_the_permission_holds_while_agreed_declared_and_allowed() -> None:
    given_high = grant(HIGH)
    assert collection_now(given_high, DECLARED, POLICY, profile(HIGH)) == COLLECTION
    assert collection_now(given_high, DECLARED, POLICY, profile(MEDIUM)) is None
    assert collection_now(grant(MEDIUM), DECLARED, POLICY, profile(HIGH)) is None
    assert collection_now(given_high, IntendedUse({}, declared=True), POLICY, profile(HIGH)) is None
    loyal = profile(HIGH, purposes=frozenset({"loyalty"}))
    assert collection_now(given_high, DECLARED, POLICY, loyal) == replace(COLLECTION, purposes=frozenset({"loyalty"}))


def test_asking_for_everything_changes_nothing_about_a_declared_use() -> None:
    assert proposal(LOW, asked=Asked(userinfo=ALL.userinfo | {"shoe_size"})).claims == proposal(LOW).claims
