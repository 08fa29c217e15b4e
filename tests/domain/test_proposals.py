from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.domain.intended_use import plain_intended_use
from app.domain.intended_use_file import read_intended_use
from app.domain.levels import Level
from app.domain.proposals import purposes_served
from app.domain.release import Asked, Withheld
from app.domain.retention import Period
from tests.domain.agreements import ALL, COLLECTION, DECLARED, GONE, HELD, NOW, POLICY, USE, changed, profile, proposal

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


def test_the_person_may_still_fill_in_the_extras_they_hold_nothing_for() -> None:
    assert proposal(MEDIUM, held=frozenset({"email"})).not_held == {"name", "phone_number"}
    own = profile(MEDIUM, claims=HELD - {"name"})
    assert proposal(MEDIUM, held=frozenset({"email"}), profile=own).not_held == {"phone_number"}


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
    assert proposal(MEDIUM).offered_purposes == proposal(MEDIUM).purposes
    own = proposal(MEDIUM, profile=profile(MEDIUM, purposes=frozenset({"account", "delivery", "service"})))
    assert own.offered_purposes == {"account@1", "delivery@1"}
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
    bare = read_intended_use(changed(USE, "high.omnichannel_collection", GONE), POLICY)
    assert proposal(HIGH, use=bare, wanted_collection=COLLECTION).collection is None
    rules = {**POLICY.rules, HIGH: replace(POLICY.rules[HIGH], collection=False)}
    assert proposal(HIGH, policy=replace(POLICY, rules=rules)).collection is None


def test_the_permission_lasts_no_longer_than_its_card() -> None:
    short = proposal(HIGH, profile=profile(HIGH, longest=Period(3)))
    assert short.collection == replace(COLLECTION, retention=Period(3))


def test_the_purposes_of_the_permission_stand_among_those_of_the_card() -> None:
    assert "marketing@1" in proposal(HIGH).purposes


def test_asking_for_everything_changes_nothing_about_a_declared_use() -> None:
    assert proposal(LOW, asked=Asked(userinfo=ALL.userinfo | {"shoe_size"})).claims == proposal(LOW).claims


def test_an_extra_that_is_not_ticked_brings_no_purpose_to_the_card() -> None:
    own = read_intended_use(changed(USE, "low.claims", {"name": {"purposes": ["service"]}}), POLICY)
    plain, with_name = proposal(LOW, use=own), proposal(LOW, "name", use=own)
    assert (plain.purposes, with_name.purposes) == ({"account@1"}, {"account@1", "service@1"})
    assert plain.offered_purposes == with_name.offered_purposes == {"account@1", "service@1"}
    assert plain.fingerprint == with_name.fingerprint
    assert proposal(LOW, use=own, asked=Asked()).purposes == {"account@1", "service@1"}


def test_what_has_no_terms_serves_no_purpose() -> None:
    assert purposes_served(proposal(LOW).terms, frozenset({"email", "address"}), None) == {"account"}


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
        {"use": read_intended_use(changed(USE, "medium.claims", {"address": {"retention": "P2M"}}), POLICY)},
        {"use": read_intended_use(changed(USE, "medium.benefit", {"nl": "Korting", "en": "Discount"}), POLICY)},
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


def test_one_more_claim_that_is_required_and_missing_is_another_fingerprint() -> None:
    required = ["address", "phone_number"]
    more = read_intended_use(changed(changed(USE, "medium.required", required), "medium.optional", []), POLICY)
    without_both = HELD - {"address", "phone_number"}
    assert proposal(MEDIUM, held=without_both, use=more).fingerprint != proposal(MEDIUM, held=without_both).fingerprint
