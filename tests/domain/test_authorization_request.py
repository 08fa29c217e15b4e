from dataclasses import replace
from typing import Any

import pytest

from app.domain.authorization_request import (
    GRANT_ACTIONS,
    AuthorizationRequest,
    accepted_levels,
    asked_at,
    asked_in,
    asks_beyond,
    offered_levels,
)
from app.domain.claims import claims_of_scopes
from app.domain.intended_use import plain_intended_use
from app.domain.levels import Level
from app.domain.release import Asked
from tests.domain.agreements import DECLARED, HELD, NOW, POLICY

LOW, MEDIUM, HIGH = Level.LOW, Level.MEDIUM, Level.HIGH


def asking(scope: str, **more: Any) -> AuthorizationRequest:
    return AuthorizationRequest("client", "https://shop.example/callback", frozenset(scope.split()), NOW, **more)


@pytest.mark.parametrize(
    ("scope", "levels"),
    [
        ("openid identity:medium identity:low", (LOW, MEDIUM)),
        ("openid identity:high", (HIGH,)),
        ("openid", (LOW, MEDIUM, HIGH)),
        ("openid profile identity:sky", (LOW, MEDIUM, HIGH)),
    ],
)
def test_a_request_accepts_the_levels_it_names_or_all_the_business_has(scope: str, levels: tuple[Level, ...]) -> None:
    assert accepted_levels(asking(scope), DECLARED) == levels


def test_a_level_the_business_never_declared_is_not_accepted() -> None:
    low_only = type(DECLARED)({LOW: DECLARED.levels[LOW]}, declared=True)
    assert accepted_levels(asking("openid identity:low identity:high"), low_only) == (LOW,)
    assert accepted_levels(asking("openid identity:high"), low_only) == ()


@pytest.mark.parametrize("action", [None, *GRANT_ACTIONS])
@pytest.mark.parametrize("running", [None, LOW])
def test_who_shares_no_more_than_low_may_log_in_at_low_though_the_business_does_not_name_it(
    action: str | None, running: Level | None
) -> None:
    request = asking("openid identity:high", grant_action=action)
    steps_up = running is LOW and action in {"merge", "replace"}
    assert offered_levels(request, DECLARED, running) == ((HIGH,) if steps_up else (LOW, HIGH))


@pytest.mark.parametrize("running", [None, *Level])
def test_no_other_level_is_offered_than_those_named_and_low(running: Level | None) -> None:
    assert offered_levels(asking("openid identity:low identity:medium"), DECLARED, running) == (LOW, MEDIUM)
    assert offered_levels(asking("openid identity:low"), DECLARED, running) == (LOW,)
    more = offered_levels(asking("openid identity:high"), DECLARED, running)
    assert more == ((HIGH,) if running in (MEDIUM, HIGH) else (LOW, HIGH))


@pytest.mark.parametrize("running", [None, *Level])
@pytest.mark.parametrize("action", [None, "merge"])
def test_low_answers_a_request_whose_levels_were_all_taken_away_while_it_waited(
    running: Level | None, action: str | None
) -> None:
    low_only = type(DECLARED)({LOW: DECLARED.levels[LOW]}, declared=True)
    assert offered_levels(asking("openid identity:high", grant_action=action), low_only, running) == (LOW,)


def test_a_request_that_names_levels_asks_for_what_is_registered_at_the_level() -> None:
    request = asking("openid identity:low identity:medium")
    assert asked_at(request, DECLARED, POLICY, LOW).userinfo == {"email", "name"}
    assert asked_at(request, DECLARED, POLICY, MEDIUM).userinfo == {"email", "name", "address", "phone_number"}


def test_what_is_asked_is_asked_at_every_level_it_may_be_answered_at() -> None:
    request = asking("openid identity:low identity:medium", claims=Asked(id_token=frozenset({"birthdate"})))
    assert asked_in(request, DECLARED, POLICY) == {"email", "name", "address", "phone_number", "birthdate"}
    assert asked_in(asking("openid"), plain_intended_use(POLICY), POLICY) == frozenset()
    low_only = type(DECLARED)({LOW: DECLARED.levels[LOW]}, declared=True)
    assert asked_in(asking("openid identity:high"), low_only, POLICY) == {"email", "name"}  # low is always offered


def test_a_request_that_names_no_level_asks_for_its_scopes_alone() -> None:
    plain = plain_intended_use(POLICY)
    assert asked_at(asking("openid email"), plain, POLICY, HIGH) == Asked(claims_of_scopes({"email"}))
    assert asked_at(asking("openid"), plain, POLICY, HIGH) == Asked()


@pytest.mark.parametrize(
    ("scope", "claims", "beyond"),
    [
        ("openid identity:low", Asked(), False),
        ("openid email address", Asked(userinfo=frozenset({"phone_number"})), False),
        ("openid", Asked(HELD - {"email"}, frozenset({"email"})), False),
        ("openid", Asked(userinfo=frozenset({"gender"})), True),
        ("openid", Asked(id_token=frozenset({"gender", "email"})), True),
    ],
)
def test_asking_for_a_claim_that_was_declared_at_no_level_is_asking_beyond(
    scope: str, claims: Asked, *, beyond: bool
) -> None:
    assert asks_beyond(asking(scope, claims=claims), DECLARED) is beyond
    assert not asks_beyond(asking(scope, claims=claims), replace(DECLARED, declared=False))


def test_asking_by_scope_for_a_group_of_which_nothing_was_declared_is_asking_beyond() -> None:
    low_only = type(DECLARED)({LOW: DECLARED.levels[LOW]}, declared=True)
    assert asks_beyond(asking("openid phone"), low_only)
    assert not asks_beyond(asking("openid profile"), low_only)


def test_the_claims_parameter_adds_its_own_to_each_place_it_named() -> None:
    request = asking("openid email", claims=Asked(frozenset({"birthdate"}), frozenset({"name"})))
    asked = asked_at(request, DECLARED, POLICY, LOW)
    assert asked.userinfo == claims_of_scopes({"email"}) | {"birthdate"}
    assert asked.id_token == {"name"}


def test_offline_access_is_asked_by_its_scope() -> None:
    assert asking("openid offline_access").offline
    assert not asking("openid").offline


def test_what_a_browser_sent_is_not_shown_in_a_log() -> None:
    secret = asking("openid", state="s3cret-state", nonce="s3cret-nonce", login_hint="nora@canary.example")
    assert "s3cret" not in repr(secret)
    assert "canary" not in repr(secret)
