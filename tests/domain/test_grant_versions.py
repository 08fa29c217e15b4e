from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.grant_versions import (
    cut_to,
    ending_with,
    extras,
    goes_on,
    merged,
    narrowed,
    next_version,
    renewed,
    without_extra,
)
from app.domain.intended_use import Ground, IntendedUse
from app.domain.intended_use_file import read_intended_use
from app.domain.levels import Level
from app.domain.retention import Period
from tests.domain.agreements import (
    COLLECTION,
    DECLARED,
    GONE,
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

levels = st.sampled_from(list(Level))
ticks = st.lists(st.sampled_from(sorted(HELD)), max_size=5)


# --- more ---------------------------------------------------------------------------------------------------------


def test_merging_up_keeps_extras_and_takes_the_terms_of_the_card() -> None:
    before = grant(MEDIUM, "name", offline=True)
    result = merged(before, proposal(HIGH, now=NOW + timedelta(days=1)))
    assert (result.level, result.claims) == (HIGH, {"email", "address", "name"})
    assert result.purposes == {"account@1", "delivery@1", "invoicing@1", "loyalty@1", "marketing@1"}
    assert (result.collection, result.offline) == (COLLECTION, True)
    assert (result.retention, result.ends_at) == (Period(6), Period(6).after(NOW + timedelta(days=1)))
    assert merged(grant(MEDIUM), proposal(HIGH, offline=True)).offline


def test_merging_a_lower_card_keeps_level_permission_and_end() -> None:
    before = grant(HIGH)
    card = ending_with(before, proposal(LOW, "name", now=NOW + timedelta(days=30)))
    assert {item.until for item in card.terms.values()} == {before.ends_at}
    result = merged(before, card)
    assert (result.level, result.claims) == (HIGH, {"email", "address", "name"})
    assert (result.collection, result.ends_at, result.retention) == (COLLECTION, before.ends_at, Period(6))
    short = ending_with(before, proposal(LOW, "name", profile=profile(LOW, longest=Period(1))))
    assert {item.until for item in short.terms.values()} == {Period(1).after(NOW)}
    assert replace(merged(before, short), terms={}) == replace(result, terms={})


def test_merging_takes_the_permission_as_it_stands_on_a_card_of_its_level() -> None:
    narrow = replace(COLLECTION, channels=frozenset({"web"}))
    assert merged(grant(HIGH), proposal(HIGH, wanted_collection=narrow)).collection == narrow
    assert merged(grant(HIGH, wanted_collection=narrow), proposal(HIGH)).collection == COLLECTION
    none = read_intended_use(changed(USE, "high.omnichannel_collection", GONE), POLICY)
    assert merged(grant(HIGH), proposal(HIGH, use=none)).collection is None


def test_merging_agrees_to_a_purpose_in_the_meaning_it_has_on_the_card() -> None:
    raised = replace(POLICY, purposes={**POLICY.purposes, "account": replace(POLICY.purposes["account"], version=2)})
    result = merged(grant(LOW, "name"), proposal(MEDIUM, policy=raised))
    assert result.purposes == {"account@2", "delivery@1", "invoicing@1"}
    below = merged(grant(MEDIUM), ending_with(grant(MEDIUM), proposal(LOW, policy=raised)))
    assert below.purposes == {"account@2", "delivery@1", "invoicing@1"}
    put_back = merged(grant(LOW, "name", policy=raised), proposal(MEDIUM))
    assert put_back.purposes == {"account@1", "delivery@1", "invoicing@1"}, "also when the operator takes it back"


def test_the_next_version_says_what_the_proposal_says_and_may_be_asked_about_again_once_it_lasts_longer() -> None:
    before, later = replace(grant(LOW), asked_at=NOW), NOW + timedelta(days=1)
    card = proposal(MEDIUM, "name", now=later)
    after = next_version(before, card, later)
    assert (after.version, after.level, after.claims, after.ends_at) == (2, MEDIUM, card.claims, card.ends_at)
    assert (after.id, after.first_given_at, after.given_at) == (before.id, before.first_given_at, later)
    assert next_version(before, replace(card, ends_at=before.ends_at), later).asked_at == NOW
    assert next_version(before, replace(card, ends_at=before.ends_at + timedelta(days=1)), later).asked_at is None


# --- less ---------------------------------------------------------------------------------------------------------


def test_narrowing_keeps_what_both_have() -> None:
    before = grant(HIGH, "birthdate", "name", offline=True)
    agreed = proposal(HIGH, "birthdate", "name").terms
    result = narrowed(before, agreed, proposal(LOW, "name", now=NOW + timedelta(days=10), offline=True))
    assert (result.level, result.claims, result.extras) == (LOW, {"email", "name"}, frozenset())
    assert result.purposes == {"account@1"}
    assert (result.collection, result.offline, result.ends_at) == (None, True, before.ends_at)
    assert result.terms["email"] == agreed["email"]
    assert not narrowed(before, agreed, proposal(LOW)).offline
    narrow = replace(COLLECTION, channels=frozenset({"web"}))
    assert narrowed(grant(HIGH, wanted_collection=narrow), agreed, proposal(HIGH)).collection == narrow


def test_a_claim_stays_below_for_nothing_that_it_was_not_given_for() -> None:
    agreed = dict(proposal(MEDIUM, "name").terms)
    agreed["name"] = replace(agreed["name"], purposes=frozenset({"delivery"}))
    result = narrowed(grant(MEDIUM, "name"), agreed, proposal(LOW, "name"))
    assert (result.claims, result.terms) == ({"email"}, {"email": agreed["email"]})


def test_what_goes_on_below_goes_on_for_its_purposes_as_they_were_agreed_to() -> None:
    changed_word = replace(POLICY.purposes["account"], version=2)
    raised = replace(POLICY, purposes={**POLICY.purposes, "account": changed_word})
    result = narrowed(grant(MEDIUM, "name"), proposal(MEDIUM, "name").terms, proposal(LOW, "name", policy=raised))
    assert (result.claims, result.purposes) == ({"email", "name"}, {"account@1"})


@given(levels, ticks, levels, ticks, st.integers(0, 700), st.booleans())
def test_narrowing_never_adds_and_merging_never_takes_away(
    given_level: Level, given_ticks: list[str], level: Level, ticked: list[str], days: int, offline: bool
) -> None:
    before = grant(given_level, *given_ticks)
    card = proposal(level, *ticked, now=NOW + timedelta(days=days), offline=offline)
    agreed = proposal(given_level, *given_ticks).terms
    less, more = narrowed(before, agreed, card), merged(before, ending_with(before, card))
    assert less.claims <= before.claims
    assert less.purposes <= before.purposes
    assert less.ends_at <= before.ends_at
    assert less.offline <= before.offline
    assert more.claims >= before.claims
    assert more.purposes >= before.purposes
    assert more.level >= before.level
    assert more.ends_at <= before.ends_at


def test_only_what_the_level_does_without_can_be_taken_back() -> None:
    assert extras(grant(MEDIUM, "name"), DECLARED, POLICY) == {"name"}
    needed = read_intended_use(changed(USE, "medium.required", ["address", "name"]), POLICY)
    assert extras(grant(MEDIUM, "name"), needed, POLICY) == frozenset()
    assert extras(grant(LOW, "name"), IntendedUse({}, declared=True), POLICY) == frozenset()


def test_an_extra_goes_with_the_purposes_that_it_alone_served() -> None:
    own = read_intended_use(changed(USE, "low.claims", {"name": {"purposes": ["service"]}}), POLICY)
    before = grant(LOW, "name", use=own)
    after = without_extra(before, proposal(LOW, "name", use=own).terms, "name")
    assert (after.claims, after.purposes, after.version) == ({"email"}, {"account@1"}, 2)
    objected = without_extra(replace(before, objected=frozenset({"service"})), proposal(LOW, use=own).terms, "name")
    assert objected.purposes == before.purposes  # an objection can still be lifted
    high = without_extra(grant(HIGH, "birthdate"), proposal(HIGH, "birthdate").terms, "birthdate")
    assert high.purposes == grant(HIGH).purposes  # the permission goes on
    nothing_else = replace(before, claims=frozenset({"name"}), purposes=frozenset({"service@1"}))
    last = without_extra(nothing_else, proposal(LOW, "name", use=own).terms, "name")
    assert (last.claims, last.purposes) == (frozenset(), {"service@1"})  # a grant names what it is for


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
    agreed = proposal(HIGH, "name").terms
    again = renewed(before, agreed, proposal(HIGH, "name", now=later, offline=True), later)
    assert (again.level, again.claims, again.purposes) == (HIGH, before.claims, before.purposes)
    assert (again.collection, again.offline, again.retention) == (COLLECTION, True, Period(6))
    assert again.ends_at == Period(6).after(later)
    assert again.terms.keys() == again.claims
    assert again.terms["email"].until == again.ends_at
    assert again.terms["address"].until == Period(84).after(later)


def test_renewing_never_lasts_longer_than_the_term_that_was_agreed() -> None:
    before, agreed = grant(LOW, profile=profile(LOW, longest=Period(3))), proposal(LOW).terms
    assert renewed(before, agreed, proposal(LOW), NOW).ends_at == Period(3).after(NOW)
    shorter = proposal(LOW, profile=profile(LOW, longest=Period(1)))
    assert renewed(grant(LOW), agreed, shorter, NOW).retention == Period(1)


def test_renewing_takes_no_claim_to_a_stronger_ground_or_a_longer_term_of_its_own() -> None:
    def declared(ground: Ground, retention: str) -> IntendedUse:
        own = {"address": {"purposes": ["delivery"], "ground": ground.value, "retention": retention}}
        return read_intended_use(changed(USE, "medium.claims", own), POLICY)

    short, seven = declared(Ground.CONSENT, "P14D"), declared(Ground.LEGAL_DUTY, "P7Y")
    for then, now, ground, lasts in [
        (short, seven, Ground.CONSENT, Period(0, 14)),
        (seven, short, Ground.CONSENT, Period(0, 14)),  # the duty was given up since
        (seven, declared(Ground.LEGAL_DUTY, "P10Y"), Ground.LEGAL_DUTY, Period(84)),
    ]:
        agreed = proposal(MEDIUM, use=then).terms
        address = renewed(grant(MEDIUM, use=then), agreed, proposal(MEDIUM, use=now), NOW).terms["address"]
        assert (address.ground, address.until) == (ground, lasts.after(NOW))


def test_renewing_adds_no_claim_and_no_purpose_declared_since() -> None:
    more = replace(DECLARED.levels[LOW].claims["email"], purposes=frozenset({"account", "service"}))
    only_new = replace(DECLARED.levels[LOW].claims["name"], purposes=frozenset({"service"}))
    low = replace(
        DECLARED.levels[LOW], claims={"email": more, "name": only_new}, purposes=frozenset({"account", "service"})
    )
    use = replace(DECLARED, levels={**DECLARED.levels, LOW: low})
    before, agreed = grant(LOW, "name"), proposal(LOW, "name").terms
    again = renewed(before, agreed, proposal(LOW, "name", use=use), NOW)
    assert (again.claims, again.purposes) == ({"email"}, {"account@1"})
    assert again.terms["email"].purposes == {"account"}
    served = replace(before, purposes=before.purposes | {"service@1"})  # by another claim
    assert renewed(served, agreed, proposal(LOW, "name", use=use), NOW).terms == again.terms


def test_renewing_leaves_out_what_is_for_a_purpose_whose_meaning_was_changed() -> None:
    changed_word = replace(POLICY.purposes["account"], version=2)
    raised = replace(POLICY, purposes={**POLICY.purposes, "account": changed_word})
    also = read_intended_use(changed(USE, "medium.required", ["address", "email"]), POLICY)
    again = renewed(
        grant(MEDIUM, "name", use=also),
        proposal(MEDIUM, "name", use=also).terms,
        proposal(MEDIUM, "name", use=also, policy=raised),
        NOW,
    )
    assert (again.claims, again.purposes) == ({"email", "address"}, {"delivery@1", "invoicing@1"})
    assert again.terms["email"].purposes == {"delivery"}


@pytest.mark.parametrize(("words", "left"), [({"marketing"}, frozenset({"loyalty"})), ({"marketing", "loyalty"}, None)])
def test_renewing_leaves_out_of_the_permission_a_purpose_whose_meaning_was_changed(
    words: set[str], left: frozenset[str] | None
) -> None:
    changed_words = {word: replace(POLICY.purposes[word], version=2) for word in words}
    raised = replace(POLICY, purposes={**POLICY.purposes, **changed_words})
    again = renewed(grant(HIGH), proposal(HIGH).terms, proposal(HIGH, policy=raised), NOW)
    assert (None if again.collection is None else again.collection.purposes) == left


def test_what_is_renewed_goes_on_with_all_that_its_level_requires_and_with_something() -> None:
    def left(
        level: Level,
        *raised: str,
        ticked: str = "name",
        use: IntendedUse = DECLARED,
        over: frozenset[str] = frozenset(),
    ) -> bool:
        vocabulary = {**POLICY.purposes, **{word: replace(POLICY.purposes[word], version=2) for word in raised}}
        today = proposal(level, ticked, use=use, policy=replace(POLICY, purposes=vocabulary))
        terms = proposal(level, ticked, use=use).terms
        agreed = {name: item for name, item in terms.items() if name not in over}
        return goes_on(agreed, today, renewed(grant(level, ticked, use=use), agreed, today, NOW))

    assert left(LOW)
    assert not left(LOW, "account")
    assert left(MEDIUM, over=frozenset({"email"})), "its own term is over, and the next login asks for it"
    assert left(LOW, over=frozenset({"email", "name"}))
    assert left(HIGH, "loyalty", "marketing", ticked="birthdate")
    optional = read_intended_use(changed(changed(USE, "low.required", []), "low.optional", ["name", "email"]), POLICY)
    assert not left(LOW, "account", use=optional)
    of_two = changed(changed(USE, "low.optional", ["name", "email"]), "low.required", [])
    one_left = read_intended_use(
        changed(
            of_two,
            "low",
            {**of_two["low"], "purposes": ["account", "service"], "claims": {"name": {"purposes": ["service"]}}},
        ),
        POLICY,
    )
    assert left(LOW, "account", use=one_left)
    nothing = read_intended_use(changed(changed(USE, "low.required", []), "low.optional", []), POLICY)
    assert left(LOW, "account", use=nothing), "a number by which it recognises the person, as before"


@given(levels, ticks, ticks, st.integers(0, 700), st.frozensets(st.sampled_from(["account", "delivery", "loyalty"])))
def test_renewing_never_adds_anything_but_time(
    level: Level, given_ticks: list[str], ticked: list[str], days: int, objected: frozenset[str]
) -> None:
    before, later = grant(level, *given_ticks), NOW + timedelta(days=days)
    agreed = proposal(level, *given_ticks).terms
    again = renewed(before, agreed, proposal(level, *ticked, now=later, objected=objected), later)
    assert again.claims <= before.claims
    assert again.purposes <= before.purposes
    assert again.ends_at <= before.retention.after(later)
