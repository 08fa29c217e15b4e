from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.domain.claims import CATALOGUE
from app.domain.token_claims import (
    PROTOCOL_CLAIMS,
    Authentication,
    id_token_claims,
    signed_userinfo_claims,
    userinfo_claims,
)

NOW = datetime(2026, 11, 23, 12, 0, 0, 999_999, tzinfo=UTC)
AUTHENTICATION = Authentication(NOW - timedelta(hours=1), "urn:sluis:acr:password", frozenset({"pwd", "otp"}))


def _claims(**changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "issued_at": NOW,
        "lifetime_s": 300,
        "sid": "a session",
        "at_hash": "a hash",
        "nonce": "a nonce",
        "released": {},
        "terms": {},
    }
    return id_token_claims("https://id.example", "shop", "a sub", AUTHENTICATION, **(values | changes))


def test_an_id_token_says_who_logged_in_where_when_and_how() -> None:
    issued = int(NOW.timestamp())
    assert _claims() == {
        "iss": "https://id.example",
        "sub": "a sub",
        "aud": "shop",
        "iat": issued,
        "exp": issued + 300,
        "auth_time": issued - 3600,
        "acr": "urn:sluis:acr:password",
        "amr": ["otp", "pwd"],
        "at_hash": "a hash",
        "sid": "a session",
        "nonce": "a nonce",
    }


def test_without_a_nonce_in_the_request_there_is_none_in_the_token() -> None:
    assert "nonce" not in _claims(nonce=None)


def test_released_claims_and_terms_stand_beside_the_protocol_claims() -> None:
    claims = _claims(released={"name": "Nora"}, terms={"data_level": "low"})
    assert (claims["name"], claims["data_level"]) == ("Nora", "low")


@pytest.mark.parametrize("name", sorted(PROTOCOL_CLAIMS))
def test_no_fact_can_stand_in_for_a_protocol_claim(name: str) -> None:
    assert _claims(nonce=None).get(name) == _claims(nonce=None, released={name: "forged"}).get(name)
    assert userinfo_claims("a sub", {name: "forged"}, {}).get(name) in {None, "a sub"}


def test_no_claim_of_the_catalogue_has_a_protocol_name() -> None:
    assert PROTOCOL_CLAIMS.isdisjoint(CATALOGUE)


def test_userinfo_says_whose_it_is_and_a_signed_one_from_whom_to_whom() -> None:
    claims = userinfo_claims("a sub", {"name": "Nora"}, {"data_level": "low"})
    assert claims == {"sub": "a sub", "name": "Nora", "data_level": "low"}
    signed = signed_userinfo_claims("https://id.example", "shop", claims)
    assert signed == claims | {"iss": "https://id.example", "aud": "shop"}
