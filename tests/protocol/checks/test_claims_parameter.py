"""The claims parameter (OpenID Connect Core §5.5)."""

import json

import pytest

from app.domain.release import Asked
from app.services.sessions import ACR_PASSWORD
from tests.protocol.asked import examine, refusal_of

WISHES = [None, {}, {"essential": True}, {"essential": False}, {"value": "x"}, {"values": ["x", "y"]}, {"unknown": 1}]


@pytest.mark.parametrize("wish", WISHES, ids=json.dumps)
def test_a_claim_is_asked_by_its_name_whatever_is_wished_of_it(wish: object) -> None:
    claims = json.dumps({"userinfo": {"name": wish}, "id_token": {"email": wish}})
    assert examine(claims=claims).claims == Asked(frozenset({"name"}), frozenset({"email"}))


@pytest.mark.parametrize(
    "claims",
    [
        "{}",
        '{"userinfo":null}',
        '{"userinfo":{}}',
        '{"userinfo":{"iq":null,"name#nl":null}}',
        '{"elsewhere":{"name":null}}',
    ],
)
def test_what_nobody_defined_is_ignored(claims: str) -> None:
    assert examine(claims=claims).claims == Asked()


@pytest.mark.parametrize(
    "claims",
    [
        "null",
        "[]",
        '"name"',
        "{",
        "{'userinfo':{}}",
        '{"userinfo":[]}',
        '{"userinfo":"name"}',
        '{"userinfo":{"name":true}}',
        '{"userinfo":{"email":null,"name":true}}',
        '{"id_token":{"email":["essential"]}}',
        '{"userinfo":{"name":null},"userinfo":{"email":null}}',
        '{"userinfo":{"name":{"value":NaN}}}',
        '{"id_token":{"sub":{"value":1}}}',
        '{"id_token":{"sub":{"values":"x"}}}',
        '{"id_token":{"sub":{"value":"a\\u0000"}}}',
        "[" * 5000,
        '{"userinfo":{"name":' + "[" * 5000,
    ],
)
def test_a_malformed_parameter_is_refused(claims: str) -> None:
    assert refusal_of(claims=claims) == "invalid_request"


def test_a_sub_that_is_asked_for_names_the_person() -> None:
    assert examine(claims='{"id_token":{"sub":{"value":"abc"}}}').hinted_sub == "abc"
    assert examine(claims='{"userinfo":{"sub":{"values":["abc"]}}}').hinted_sub == "abc"
    assert examine(claims='{"id_token":{"sub":null}}').hinted_sub is None


def test_two_subs_cannot_both_be_the_person() -> None:
    claims = '{"id_token":{"sub":{"value":"abc"}},"userinfo":{"sub":{"value":"def"}}}'
    assert refusal_of(claims=claims) == "invalid_request"


def test_an_essential_acr_out_of_reach_is_refused() -> None:
    claims = '{"id_token":{"acr":{"essential":true,"values":["urn:gold"]}}}'
    assert refusal_of(claims=claims) == "unmet_authentication_requirements"


@pytest.mark.parametrize(
    "wish",
    [
        None,
        {"values": ["urn:gold"]},
        {"essential": True},
        {"essential": True, "value": ACR_PASSWORD},
        {"essential": True, "values": ["urn:gold", ACR_PASSWORD]},
    ],
)
def test_an_acr_within_reach_or_merely_wished_is_no_obstacle(wish: object) -> None:
    assert examine(claims=json.dumps({"id_token": {"acr": wish}})).claims == Asked()
