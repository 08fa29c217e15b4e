"""Builds ID tokens and userinfo answers: protocol claims win over whatever a fact is called."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

PROTOCOL_CLAIMS = frozenset(
    {
        "iss", "sub", "aud", "exp", "iat", "nbf", "jti", "nonce", "azp", "sid", "acr", "amr", "auth_time",
        "at_hash", "c_hash", "cnf", "events", "txn",
    }
)  # fmt: skip
"""Never taken from a fact, whatever the fact is called: they say who signed for whom, not who somebody is."""


@dataclass(frozen=True)
class Authentication:
    """When and how the person really proved who they are, as the client is told."""

    auth_time_at: datetime
    acr: str
    amr: frozenset[str]


def id_token_claims(  # noqa: PLR0913 - one parameter per source of claims
    issuer: str,
    client_id: str,
    sub: str,
    authentication: Authentication,
    *,
    issued_at: datetime,
    lifetime_s: int,
    sid: str,
    at_hash: str,
    nonce: str | None,
    released: Mapping[str, Any],
    terms: Mapping[str, Any],
) -> dict[str, Any]:
    """The claims of an ID token (OpenID Connect Core §2, §3.1.3.6, §5.5).

    ``aud`` is one string, so ``azp`` says nothing and is left out. ``terms`` are the data-terms claims.
    """
    claims = {
        **_personal(released),
        **terms,
        "iss": issuer,
        "sub": sub,
        "aud": client_id,
        "iat": int(issued_at.timestamp()),
        "exp": int(issued_at.timestamp()) + lifetime_s,
        "auth_time": int(authentication.auth_time_at.timestamp()),
        "acr": authentication.acr,
        "amr": sorted(authentication.amr),
        "at_hash": at_hash,
        "sid": sid,
    }
    return claims if nonce is None else claims | {"nonce": nonce}


def userinfo_claims(sub: str, released: Mapping[str, Any], terms: Mapping[str, Any]) -> dict[str, Any]:
    """The claims of a userinfo answer (OpenID Connect Core §5.3.2)."""
    return {**_personal(released), **terms, "sub": sub}


def signed_userinfo_claims(issuer: str, client_id: str, claims: Mapping[str, Any]) -> dict[str, Any]:
    """The same for a signed answer: who says it, and to whom (OpenID Connect Core §5.3.2)."""
    return {**claims, "iss": issuer, "aud": client_id}


def _personal(released: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in released.items() if name not in PROTOCOL_CLAIMS}
