"""One request as a check sees it, without a database."""

import tomllib
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest

from app.crypto.keyring import KeyRing, SigningKey, generate
from app.domain.authorization_request import AuthorizationRequest
from app.domain.clients import AuthMethod, Business, Client
from app.domain.errors import Refusal
from app.domain.intended_use_file import read_intended_use
from app.domain.levels import Policy
from app.domain.policy_file import read_policy
from app.domain.security_profiles import Door
from app.protocol.asking import Asking
from app.protocol.authorize_checks import check
from app.protocol.parameters import read
from app.settings import ROOT
from tests.factories import ALL_SCOPES, CHALLENGE, INTENDED_USE, REDIRECT_URI

NOW = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)
ISSUER = "https://id.test"
GOOD = {
    "client_id": "shop",
    "redirect_uri": REDIRECT_URI,
    "response_type": "code",
    "scope": "openid",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}


@cache
def policy() -> Policy:
    """The levels and purposes a new installation has."""
    files = (ROOT / "config" / name for name in ("levels.toml", "purposes.toml"))
    levels, purposes = (tomllib.loads(file.read_text()) for file in files)
    return read_policy(levels, purposes)


@cache
def signing_key() -> SigningKey:
    """The provider's key, quick to make."""
    return generate("ES256", NOW, NOW)


def a_client(**changes: Any) -> Client:
    """A confidential client of a business that declared all levels."""
    business = Business("business", "Shop", None, read_intended_use(INTENDED_USE, policy()))
    client = Client(
        id="shop",
        business=business,
        sector="business",
        redirect_uris=(REDIRECT_URI,),
        auth_method=AuthMethod.BASIC,
        grant_types=frozenset({"authorization_code", "refresh_token"}),
        scopes=frozenset(ALL_SCOPES.split()),
    )
    return replace(client, **changes)


def examine(client: Client | None = None, door: Door = Door.GET, **changes: str | None) -> AuthorizationRequest:
    """Run every check of a door over a good request with these changes; None leaves a parameter out."""
    sent = {name: value for name, value in (GOOD | changes).items() if value is not None}
    asking = Asking(read(sent.items()), client or a_client(), door, policy(), ISSUER, KeyRing([signing_key()]), NOW)
    return check(asking, AuthorizationRequest("shop", REDIRECT_URI, frozenset(), NOW))


def refusal_of(client: Client | None = None, door: Door = Door.GET, **changes: str | None) -> str:
    """The error code the same request is refused with."""
    with pytest.raises(Refusal) as refused:
        examine(client, door, **changes)
    return refused.value.code
