"""Whom a client expects, by an ID token of ours and of nobody else."""

import base64
import json
from datetime import timedelta
from typing import Any

import pytest

from app.crypto.jwt import sign
from app.crypto.keyring import generate
from tests.protocol.asked import ISSUER, NOW, examine, refusal_of, signing_key

YESTERDAY = int((NOW - timedelta(days=1)).timestamp())
CLAIMS: dict[str, Any] = {"iss": ISSUER, "sub": "abc", "aud": "shop", "iat": YESTERDAY, "exp": YESTERDAY + 300}


def hint(typ: str | None = "JWT", **changes: Any) -> str:
    claims = {name: value for name, value in (CLAIMS | changes).items() if value is not None}
    return sign(signing_key(), claims, typ=typ)


def unsigned(alg: str) -> str:
    parts = ({"alg": alg, "kid": signing_key().kid}, CLAIMS)
    return ".".join([*(base64.urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=").decode() for p in parts), ""])


@pytest.mark.parametrize("typ", [None, "JWT"])
def test_an_expired_token_of_ours_still_names_the_person(typ: str | None) -> None:
    assert examine(id_token_hint=hint(typ)).hinted_sub == "abc"


def test_a_token_for_several_clients_counts_for_each() -> None:
    assert examine(id_token_hint=hint(aud=["other", "shop"])).hinted_sub == "abc"


def test_a_hint_and_the_claims_parameter_name_one_person_and_the_hint_stays_without_a_sub_there() -> None:
    for claims in ('{"id_token":{"sub":{"value":"abc"}}}', '{"userinfo":{"email":null}}'):
        assert examine(id_token_hint=hint(), claims=claims).hinted_sub == "abc"
    another = '{"id_token":{"sub":{"value":"def"}}}'
    assert refusal_of(id_token_hint=hint(), claims=another) == "invalid_request"


@pytest.mark.parametrize(
    "token",
    [
        hint(iss="https://other.test"),
        hint(iss=None),
        hint(sub=None),
        hint(sub=7),
        hint(aud=None),
        hint(aud="other"),
        hint(aud=[7]),
        hint("logout+jwt"),
        hint("consent-receipt+jwt"),
        hint("at+jwt"),
        sign(generate("ES256", NOW, NOW), CLAIMS, typ="JWT"),
        unsigned("none"),
        unsigned("nOnE"),
        unsigned("HS256"),
        unsigned("ES256"),
        hint()[:-4] + "AAAA",
        hint() + ".",
        "x",
        "a.b.c",
        json.dumps({"payload": "", "signature": ""}),
    ],
)
def test_a_hint_that_is_no_id_token_of_ours_for_this_client_is_not_believed(token: str) -> None:
    assert refusal_of(id_token_hint=token) == "invalid_request"


def test_a_hint_and_a_claimed_sub_must_agree() -> None:
    claims = '{"id_token":{"sub":{"value":"%s"}}}'
    assert examine(id_token_hint=hint(), claims=claims % "abc").hinted_sub == "abc"
    assert refusal_of(id_token_hint=hint(), claims=claims % "def") == "invalid_request"
