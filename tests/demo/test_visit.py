from typing import Any

import pytest

from app.demo.visit import Visit, moment

PERMISSION = {"type": "omnichannel_collection", "channels": ["web"]}


def a_visit(scope: str = "openid identity:low", **parts: dict[str, Any]) -> Visit:
    return Visit(scope, parts.get("token", {}), {"sub": "a", **parts.get("claims", {})}, parts.get("userinfo", {}))


def test_facts_are_what_is_left_without_the_protocol_and_the_terms() -> None:
    userinfo = {
        "sub": "a",
        "name": "Sanne",
        "data_level": "low",
        "data_terms": {},
        "grant_id": "g",
        "consent_receipt": "u",
    }

    assert a_visit(userinfo=userinfo).facts == {"name": "Sanne"}


def test_a_visit_prints_without_tokens_or_facts() -> None:
    visit = a_visit(token={"access_token": "sesame"}, claims={"nonce": "n0"}, userinfo={"name": "Sanne"})

    assert all(secret not in repr(visit) for secret in ("sesame", "n0", "Sanne"))


@pytest.mark.parametrize(
    ("asked", "level", "renewed"),
    [
        ("openid identity:low", "low", "openid identity:low"),
        ("openid identity:medium", "medium", "openid identity:medium"),
        ("openid identity:medium", "low", "openid identity:low"),
        (
            "openid identity:low identity:medium identity:high",
            "low",
            "openid identity:low identity:medium identity:high",
        ),
        ("openid email", None, "openid email"),
    ],
)
def test_a_renewal_asks_the_same_or_the_level_that_is_left(asked: str, level: str | None, renewed: str) -> None:
    assert a_visit(asked, userinfo={"data_level": level}).renewal_scope() == renewed


def test_the_live_permission_counts_and_not_the_one_at_login() -> None:
    granted = {"authorization_details": [PERMISSION]}

    assert a_visit(token=granted, userinfo={"data_level": "low"}).collection == []
    assert a_visit(token=granted, userinfo={"data_level": "high", "data_collection": [PERMISSION]}).collection == [
        PERMISSION
    ]
    assert a_visit(userinfo={"data_level": "high", "data_collection": PERMISSION}).collection == [PERMISSION]


def test_a_provider_without_levels_has_only_what_it_granted_at_login() -> None:
    granted = {"authorization_details": [PERMISSION, {"type": "payment_initiation"}, "odd"]}

    assert a_visit(token=granted).collection == [PERMISSION]


@pytest.mark.parametrize("level", ["higher", 3, None, ["low"]])
def test_a_level_outside_the_three_is_none(level: object) -> None:
    assert a_visit(userinfo={"data_level": level}).level is None


@pytest.mark.parametrize("value", [None, "2027", True, {}, float("inf"), float("nan"), 10**20])
def test_what_is_no_numeric_date_is_no_moment(value: object) -> None:
    assert moment(value) is None


@pytest.mark.parametrize("retention", [None, "P1Y", {}, {"until": "soon"}])
def test_a_retention_that_says_nothing_has_no_end(retention: object) -> None:
    assert a_visit(userinfo={"data_retention": retention}).kept_until is None


def test_the_grant_is_named_by_the_token_response_or_the_id_token() -> None:
    assert a_visit(token={"grant_id": "g"}).grant_id == "g"
    assert a_visit(claims={"grant_id": "h"}).grant_id == "h"
    assert a_visit().grant_id is None
