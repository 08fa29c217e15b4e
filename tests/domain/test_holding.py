from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from app.domain.claim_terms import cut_off
from app.domain.consent import agreed_profile
from app.domain.holding import bounds, holding
from app.domain.intended_use import IntendedUse
from app.domain.levels import Level
from app.domain.profiles import Profile
from app.domain.release import Asked, Channel, decide
from tests.domain.agreements import COLLECTION, DECLARED, NOW, POLICY, grant, profile, proposal

LOW, MEDIUM, HIGH = Level.LOW, Level.MEDIUM, Level.HIGH
GIVEN, AGREED = grant(HIGH, "name", "phone_number"), proposal(HIGH, "name", "phone_number").terms
OWN = {level: profile(level) for level in Level}


def leaving_out(level: Level, *claims: str) -> dict[Level, Profile]:
    return {**OWN, level: replace(OWN[level], claims=OWN[level].claims - set(claims))}


def test_all_of_a_grant_holds_while_nothing_was_narrowed() -> None:
    found = holding(GIVEN, AGREED, DECLARED, POLICY, OWN, NOW)
    assert found.claims == GIVEN.claims
    assert found.purposes == {"account", "delivery", "invoicing", "loyalty", "marketing"}
    assert found.collection == COLLECTION


@pytest.mark.parametrize(
    ("own", "gone"),
    [
        (leaving_out(HIGH, "name"), set()),  # a token of a lower level gets it
        ({level: leaving_out(level, "name")[level] for level in Level}, {"name"}),
        (leaving_out(MEDIUM, "phone_number"), set()),
        ({}, GIVEN.claims),
    ],
)
def test_a_claim_holds_when_some_token_of_the_grant_gets_it(own: dict[Level, Profile], gone: set[str]) -> None:
    assert holding(GIVEN, AGREED, DECLARED, POLICY, own, NOW).claims == GIVEN.claims - gone


def test_of_a_level_the_business_took_away_what_holds_is_what_the_level_below_allows() -> None:
    left = IntendedUse({LOW: DECLARED.levels[LOW], MEDIUM: DECLARED.levels[MEDIUM]}, declared=True)
    found = holding(GIVEN, AGREED, left, POLICY, leaving_out(MEDIUM, "phone_number"), NOW)
    assert found.claims == {"email", "name", "address"}
    assert (found.purposes, found.collection) == ({"account", "delivery", "invoicing"}, None)


def test_what_is_objected_to_over_or_declared_no_more_does_not_hold() -> None:
    objecting = replace(GIVEN, objected=frozenset({"loyalty", "account"}))
    found = holding(objecting, AGREED, DECLARED, POLICY, OWN, NOW)
    assert (found.claims, found.purposes) == (
        {"address", "phone_number"},
        {"delivery", "invoicing", "marketing"},
    )
    ended = {**AGREED, "name": cut_off(AGREED["name"], NOW)}
    assert holding(GIVEN, ended, DECLARED, POLICY, OWN, NOW).claims == GIVEN.claims - {"name"}
    bare = replace(DECLARED.levels[LOW], claims={"email": DECLARED.levels[LOW].claims["email"]})
    fewer = IntendedUse({LOW: bare}, declared=True)
    assert holding(GIVEN, AGREED, fewer, POLICY, OWN, NOW).claims == {"email"}
    later = NOW + timedelta(days=3650)
    assert holding(GIVEN, AGREED, DECLARED, POLICY, OWN, later).claims == frozenset()


@pytest.mark.parametrize(("claim", "narrowed"), [*product(sorted(GIVEN.claims), Level)])
def test_what_holds_is_the_union_of_what_the_tokens_of_every_level_get(claim: str, narrowed: Level) -> None:
    own = leaving_out(narrowed, claim)
    got = set()
    for level in Level:
        terms = bounds(GIVEN, AGREED, DECLARED, POLICY, agreed_profile(GIVEN, own[level]), held=GIVEN.claims)
        got |= decide(Channel.USERINFO, Asked(GIVEN.claims), terms, NOW).released
    assert holding(GIVEN, AGREED, DECLARED, POLICY, own, NOW).claims == got
