from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.domain.authorization_request import AuthorizationRequest
from app.domain.claim_terms import ClaimTerms
from app.domain.clients import AuthMethod, Business, Client
from app.domain.grants import Grant
from app.domain.intended_use import Ground
from app.domain.intended_use_file import read_intended_use
from app.domain.levels import LEVEL_SCOPES, Level
from app.domain.picker import Picker
from app.domain.retention import Period
from tests.domain.agreements import (
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
BUSINESS = Business("business", "Blauw & Zoon", "https://blauw.example", DECLARED)
CLIENT = Client("client", BUSINESS, "business", ("https://blauw.example/back",), AuthMethod.BASIC)
YESTERDAY = NOW - timedelta(days=1)
TICKS = frozenset({"name", "phone_number", "birthdate"})


def asks(*levels: Level, action: str | None = None, **changes: Any) -> AuthorizationRequest:
    """A request of the shop for these levels."""
    scopes = {scope for scope, level in LEVEL_SCOPES.items() if level in levels}
    return AuthorizationRequest(
        "client", "https://blauw.example/back", frozenset({"openid"} | scopes), NOW, grant_action=action, **changes
    )


def picker(request: AuthorizationRequest, latest: Grant | None = None, **changes: Any) -> Picker:
    """What somebody who holds and allows everything is shown; the terms of ``latest`` are those of its card."""
    agreed: dict[str, ClaimTerms] = {}
    if latest is not None:
        agreed = dict(proposal(latest.level, *TICKS, now=latest.given_at).terms)
    given: dict[str, Any] = {
        "request": request,
        "client": CLIENT,
        "policy": POLICY,
        "profiles": {level: profile(level) for level in Level},
        "values": dict.fromkeys(HELD, "x"),
        "latest": latest,
        "now": NOW,
        "seen_at": NOW,
        "agreed": {name: item for name, item in agreed.items() if latest is not None and name in latest.claims},
    }
    return Picker(**(given | changes))


# --- what stands already ------------------------------------------------------------------------------------------


def test_a_decision_goes_on_with_the_grant_that_runs_unless_a_new_one_is_asked() -> None:
    running = grant(LOW)
    assert picker(asks(), running).running == running
    assert picker(asks()).running is None
    assert picker(asks(action="create"), running).running is None
    assert picker(asks(action="create"), running).ending == running
    assert picker(asks(), running).ending is None
    assert picker(asks(), running, seen_at=running.ends_at).running is None


def test_a_pause_and_an_objection_count_as_long_as_the_persona_shares_here() -> None:
    frozen = replace(grant(LOW), paused_at=NOW, objected=frozenset({"account"}))
    for action in (None, "create"):
        found = picker(asks(action=action), frozen)
        assert (found.paused, set(found.objected)) == (True, {"account"})
    over = picker(asks(), frozen, seen_at=frozen.ends_at)
    assert (over.paused, over.objected) == (False, frozenset())
    assert not picker(asks(), grant(LOW)).paused


def test_there_is_a_card_for_each_level_asked_and_for_low_and_none_as_another_person() -> None:
    assert picker(asks(MEDIUM)).levels == (LOW, MEDIUM)
    assert picker(asks(HIGH), grant(MEDIUM)).levels == (HIGH,)
    assert picker(asks(MEDIUM), profiles={}).levels == ()


def test_terms_that_are_over_are_not_in_force() -> None:
    found = picker(asks(), grant(LOW))
    assert found.in_force == found.agreed
    assert picker(asks(), grant(LOW), seen_at=grant(LOW).ends_at).in_force == {}


def test_with_merge_an_extra_wanted_on_a_stronger_ground_is_an_extra_of_its_own_and_else_stays_as_agreed() -> None:
    on_consent = read_intended_use(changed(USE, "low.ground", "consent"), POLICY)
    agreed = proposal(LOW, "name", use=on_consent).terms
    found = replace(picker(asks(LOW, action="merge"), grant(LOW, "name", use=on_consent)), agreed=agreed)
    left, ticked = found.proposal(LOW, frozenset()), found.proposal(LOW, frozenset({"name"}))
    assert (left.extras, left.claims, ticked.claims) == ({"name"}, {"email"}, {"email", "name"})
    assert found.terms(decided(found, LOW), left)["name"].ground is Ground.CONSENT
    assert found.terms(decided(found, LOW, "name"), ticked)["name"].ground is Ground.CONTRACT


# --- what a card comes beside -------------------------------------------------------------------------------------


def test_a_card_is_compared_with_the_grant_that_runs() -> None:
    running = grant(MEDIUM, "name")
    assert picker(asks(MEDIUM), running).beside(MEDIUM) == running
    assert picker(asks(MEDIUM, action="create"), running).beside(MEDIUM) is None


def test_what_the_business_declares_no_more_is_compared_with_nothing() -> None:
    less = read_intended_use(changed(USE, "low.optional", []), POLICY)
    found = picker(asks(LOW), grant(LOW, "name"), client=replace(CLIENT, business=replace(BUSINESS, intended_use=less)))
    assert getattr(found.beside(LOW), "claims", None) == {"email"}


@pytest.mark.parametrize(
    ("action", "claims"), [("merge", {"email"}), ("replace", {"email", "name"}), (None, {"email", "name"})]
)
def test_a_merge_upwards_leaves_behind_what_the_own_profile_keeps_back_there(
    action: str | None, claims: set[str]
) -> None:
    narrow = {level: profile(level) for level in Level} | {MEDIUM: profile(MEDIUM, claims=HELD - {"name"})}
    found = picker(asks(MEDIUM, action=action), grant(LOW, "name"), profiles=narrow)
    assert getattr(found.beside(MEDIUM), "claims", None) == claims


# --- a card -------------------------------------------------------------------------------------------------------


def test_with_merge_an_extra_given_before_stays_given_and_is_not_asked_again() -> None:
    card = picker(asks(MEDIUM, action="merge"), grant(LOW, "name")).proposal(MEDIUM, frozenset())
    assert (set(card.claims), set(card.extras)) == ({"email", "address", "name"}, {"phone_number"})
    anew = picker(asks(MEDIUM, action="replace"), grant(LOW, "name")).proposal(MEDIUM, frozenset({"phone_number"}))
    assert (set(anew.claims), set(anew.extras)) == ({"email", "address", "phone_number"}, {"name", "phone_number"})


def test_an_extra_that_the_business_wants_for_more_is_asked_again_where_the_person_allows_it() -> None:
    more = read_intended_use(changed(USE, "low.claims", {"name": {"purposes": ["account", "service"]}}), POLICY)
    wants = {"client": replace(CLIENT, business=replace(BUSINESS, intended_use=more))}
    request, running = asks(MEDIUM, action="merge"), grant(LOW, "name")
    assert "name" in picker(request, running, **wants).proposal(MEDIUM, frozenset()).extras
    narrow = {level: profile(level, purposes=profile(level).purposes - {"service"}) for level in Level}
    for found in (
        picker(request, running, profiles=narrow, **wants),
        picker(request, replace(running, objected=frozenset({"service"})), **wants),
    ):
        card = found.proposal(MEDIUM, frozenset())
        assert "name" in card.claims - card.extras


def test_what_is_added_below_the_grant_ends_with_it() -> None:
    running = grant(MEDIUM, at=NOW - timedelta(days=200))
    added = picker(asks(LOW, MEDIUM, action="merge"), running).proposal(LOW, frozenset({"name"}))
    assert (added.ends_at, added.terms["name"].until) == (running.ends_at, running.ends_at)
    alone = picker(asks(LOW, MEDIUM, action="replace"), running).proposal(LOW, frozenset({"name"}))
    assert alone.ends_at > running.ends_at
    level = picker(asks(MEDIUM, action="merge"), running).proposal(MEDIUM, frozenset())
    assert level.ends_at > running.ends_at


def test_a_permission_that_goes_on_stands_whole_on_the_card_however_little_of_it_is_asked() -> None:
    part = replace(COLLECTION, channels=frozenset({"web"}))
    running = grant(HIGH)
    assert running.collection == COLLECTION
    merge = asks(HIGH, action="merge", collection=part)
    assert picker(merge, running).proposal(HIGH, frozenset()).collection == COLLECTION
    assert picker(merge, replace(running, collection=part)).proposal(HIGH, frozenset()).collection == part
    assert picker(merge, grant(MEDIUM)).proposal(HIGH, frozenset()).collection == part
    assert picker(replace(merge, collection=None), running).proposal(HIGH, frozenset()).collection == COLLECTION
    wider = replace(running, collection=replace(part, datatypes=frozenset({"visit"})))
    assert picker(merge, wider).proposal(HIGH, frozenset()).collection == part
    assert picker(replace(merge, grant_action=None), running).proposal(HIGH, frozenset()).collection == part


# --- the decision -------------------------------------------------------------------------------------------------


def decided(found: Picker, level: Level, *ticked: str) -> Grant:
    """The next version after sharing the card of a level."""
    beside = found.beside(level)
    assert beside is not None
    return found.decided_again(beside, found.proposal(level, frozenset(ticked)))


def test_without_merge_the_card_takes_the_place_of_what_was() -> None:
    after = decided(picker(asks(MEDIUM, action="replace"), grant(LOW, "name", at=YESTERDAY)), MEDIUM)
    assert after.claims == {"email", "address"}
    assert (after.level, after.version, after.given_at) == (MEDIUM, 2, NOW)


def test_a_merge_upwards_keeps_what_was_and_begins_anew() -> None:
    after = decided(picker(asks(MEDIUM, action="merge"), grant(LOW, "name", at=YESTERDAY)), MEDIUM)
    assert after.claims == {"email", "address", "name"}
    assert (after.level, after.given_at) == (MEDIUM, NOW)
    assert after.ends_at > grant(LOW, at=YESTERDAY).ends_at


def test_a_merge_below_the_grant_adds_to_it_and_moves_no_day() -> None:
    running = grant(HIGH, at=YESTERDAY)
    after = decided(picker(asks(LOW, HIGH, action="merge"), running), LOW, "name")
    assert (after.level, after.claims) == (HIGH, running.claims | {"name"})
    assert (after.given_at, after.ends_at, after.collection) == (YESTERDAY, running.ends_at, running.collection)


@pytest.mark.parametrize(("days", "left"), [(1, Period(0, 180)), (200, None)])
def test_a_merge_with_a_business_that_took_another_name_is_a_decision_about_all_of_it(
    days: int, left: Period | None
) -> None:
    renamed = replace(CLIENT, business=replace(BUSINESS, identity_changed_at=NOW))
    running = replace(grant(HIGH, at=NOW - timedelta(days=days)), ends_at=NOW + timedelta(days=30))
    after = decided(picker(asks(LOW, HIGH, action="merge"), running, client=renamed), LOW, "name")
    assert after.given_at == NOW
    assert (None if after.collection is None else after.collection.retention) == left


# --- its terms ----------------------------------------------------------------------------------------------------


def test_a_card_s_terms_count_for_what_is_on_it_and_the_agreed_ones_for_the_rest() -> None:
    running = grant(LOW, "name", at=YESTERDAY)
    found = picker(asks(MEDIUM, action="replace"), running)
    card = found.proposal(MEDIUM, frozenset())
    merged = replace(decided(found, MEDIUM), claims=frozenset({"email", "address", "name"}))
    terms = found.terms(merged, card)
    assert terms["address"] == card.terms["address"]
    assert terms["email"] == card.terms["email"]
    assert terms["name"].until == found.agreed["name"].until


@pytest.mark.parametrize("action", ["replace", "merge"])
def test_a_card_that_is_not_below_the_grant_may_shorten_what_was_agreed(action: str) -> None:
    shorter = read_intended_use(changed(USE, "low.claims", {"email": {"retention": "P1M"}}), POLICY)
    shop = replace(CLIENT, business=replace(BUSINESS, intended_use=shorter))
    found = picker(asks(LOW, action=action), grant(LOW, at=YESTERDAY), client=shop)
    card = found.proposal(LOW, frozenset())
    assert card.terms["email"].until < found.agreed["email"].until
    assert found.terms(decided(found, LOW), card)["email"] == card.terms["email"]


@pytest.mark.parametrize(
    ("agreed_for", "purposes", "agreed_on"),
    [
        ({"account", "delivery"}, {"account", "delivery"}, Ground.CONTRACT),
        ({"account"}, {"account"}, Ground.CONSENT),
        ({"delivery"}, {"account", "delivery"}, Ground.CONTRACT),
        ({"account"}, {"account"}, Ground.LEGAL_DUTY),  # which the business gave up since
    ],
)
def test_a_card_below_the_grant_takes_no_purpose_no_ground_and_no_day_from_what_was_agreed_above(
    agreed_for: set[str], purposes: set[str], agreed_on: Ground
) -> None:
    both = changed(changed(USE, "medium.purposes", ["account", "delivery"]), "medium.required", ["address", "email"])
    wants = replace(CLIENT, business=replace(BUSINESS, intended_use=read_intended_use(both, POLICY)))
    running = replace(grant(MEDIUM, at=YESTERDAY), ends_at=NOW + timedelta(days=300))
    found = picker(asks(LOW, MEDIUM, action="merge"), running, client=wants)
    until = running.ends_at - timedelta(days=10)
    email = ClaimTerms(frozenset(agreed_for), agreed_on, Period(6), until)
    found = replace(found, agreed={**found.agreed, "email": email})
    card = found.proposal(LOW, frozenset({"name"}))
    terms = found.terms(decided(found, LOW, "name"), card)
    assert terms["name"] == card.terms["name"]
    assert terms["email"].purposes == purposes
    assert terms["email"].until == card.terms["email"].until == running.ends_at
    assert terms["email"].ground is Ground.CONTRACT
    assert terms["address"].until == found.agreed["address"].until
