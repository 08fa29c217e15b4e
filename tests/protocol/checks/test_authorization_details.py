"""The permission of level high, asked by authorization_details (RFC 9396)."""

import json
from dataclasses import replace
from typing import Any

import pytest

from app.domain.errors import Refusal
from app.domain.intended_use import IntendedUse, plain_intended_use
from app.domain.levels import Level
from tests.protocol.asked import a_client, examine, policy, refusal_of

DETAIL: dict[str, Any] = {
    "type": "omnichannel_collection",
    "channels": ["web"],
    "datatypes": ["purchase"],
    "purposes": ["loyalty"],
    "retention": "P3M",
}
HIGH = "openid identity:low identity:high"


def details(*changed: dict[str, Any]) -> str:
    return json.dumps([DETAIL | change for change in changed])


def test_a_permission_within_the_declared_one_is_asked() -> None:
    collection = examine(scope=HIGH, authorization_details=details({})).collection
    assert collection is not None
    assert collection.as_detail() == DETAIL


@pytest.mark.parametrize(
    "change",
    [
        {"type": "payment_initiation"},
        {"type": None},
        {"channels": ["call_centre"]},
        {"channels": ["web", "moon"]},
        {"channels": []},
        {"channels": "web"},
        {"datatypes": ["warranty"]},
        {"purposes": ["marketing"]},
        {"purposes": ["world domination"]},
        {"retention": "P7M"},
        {"retention": "forever"},
        {"retention": 6},
        {"locations": ["https://shop.example"]},
        {'"\\\n': 1},
    ],
)
def test_anything_beyond_what_was_declared_is_refused(change: dict[str, Any]) -> None:
    assert refusal_of(scope=HIGH, authorization_details=details(change)) == "invalid_authorization_details"


def test_what_is_told_of_the_members_a_client_made_up_stays_short() -> None:
    with pytest.raises(Refusal) as refused:
        examine(scope=HIGH, authorization_details=details({f"made_up_{n}": n for n in range(100)}))
    assert len(refused.value.told_client) == 300


@pytest.mark.parametrize("text", ["{}", "[]", "null", "[null]", "[1]", "x", "[" * 5000, details({}, {})])
def test_a_malformed_parameter_is_refused(text: str) -> None:
    assert refusal_of(scope=HIGH, authorization_details=text) == "invalid_authorization_details"


def test_the_permission_goes_with_level_high() -> None:
    text = details({})
    assert refusal_of(scope="openid identity:low", authorization_details=text) == "invalid_authorization_details"
    assert examine(scope="openid", authorization_details=text).collection is not None


def test_a_business_that_declared_none_or_not_the_level_gets_none() -> None:
    business = a_client().business
    low_only = IntendedUse({Level.LOW: business.intended_use.levels[Level.LOW]}, declared=True)
    for use in (plain_intended_use(policy()), low_only):
        client = a_client(business=replace(business, intended_use=use))
        refused = refusal_of(client, scope="openid identity:low", authorization_details=details({}))
        assert refused == "invalid_authorization_details"
