"""Proof keys: S256, demanded where the client's profile says so (RFC 7636, RFC 9700 §2.1.1)."""

import pytest

from app.domain.clients import AuthMethod, Client
from app.domain.security_profiles import Door
from tests.factories import CHALLENGE
from tests.protocol.asked import a_client, examine, refusal_of

PUBLIC = a_client(auth_method=AuthMethod.NONE)
STRICT = a_client(security_profile="strict")
CONFIDENTIAL = a_client()
NONE_SENT = {"code_challenge": None, "code_challenge_method": None}


def test_an_s256_challenge_is_kept() -> None:
    assert examine().code_challenge == CHALLENGE


@pytest.mark.parametrize("client", [PUBLIC, STRICT], ids=["public", "strict"])
def test_a_challenge_is_demanded(client: Client) -> None:
    assert refusal_of(client, Door.POST, **NONE_SENT) == "invalid_request"


def test_a_confidential_client_of_the_standard_profile_may_do_without() -> None:
    assert examine(CONFIDENTIAL, **NONE_SENT).code_challenge is None


@pytest.mark.parametrize("client", [PUBLIC, CONFIDENTIAL], ids=["public", "confidential"])
@pytest.mark.parametrize("method", ["plain", None, "", "s256", "S512", "S256 plain"])
def test_every_method_but_s256_is_refused_even_the_default(client: Client, method: str | None) -> None:
    assert refusal_of(client, code_challenge_method=method) == "invalid_request"


def test_a_method_without_a_challenge_is_refused() -> None:
    assert refusal_of(code_challenge=None) == "invalid_request"


@pytest.mark.parametrize(
    "challenge", [CHALLENGE[:-1], CHALLENGE + "A", CHALLENGE[:-1] + "=", CHALLENGE[:-1] + "~", "x"]
)
def test_what_no_sha256_looks_like_is_refused(challenge: str) -> None:
    assert refusal_of(code_challenge=challenge) == "invalid_request"
