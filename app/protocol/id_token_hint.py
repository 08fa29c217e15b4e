"""Believes an ID token of ours that is presented as a hint: whose it is and for whom. Its expiry does not matter."""

from dataclasses import dataclass

from app.crypto.jwt import Untrusted, verify
from app.crypto.keyring import KeyRing
from app.domain.errors import Refusal
from app.domain.signing_algorithms import SIGNING_ALGORITHMS

# A header without typ is what OpenID Connect Core shows; our other signed documents each name a type of their own.
_TYPES = (None, "JWT")


@dataclass(frozen=True)
class Hint:
    """What a believed hint says."""

    sub: str
    client_ids: frozenset[str]
    """Its audience."""
    expires_at: int
    """Its ``exp``, in seconds since 1970: it counts as a hint afterwards too."""


def read_hint(token: str, issuer: str, ring: KeyRing) -> Hint:
    """The hint in an ID token of ours; Refusal invalid_request for everything else (OpenID Connect Core §3.1.2.1).

    A key that was retired since still counts, one that was removed does not.
    """
    try:
        claims = verify(token, keys=ring.kept_public_keys(), algorithms=SIGNING_ALGORITHMS, types=_TYPES)
    except Untrusted as untrusted:
        raise _not_ours(untrusted.reason) from None
    sub, audience, expires_at = claims.get("sub"), claims.get("aud"), claims.get("exp")
    client_ids = [audience] if isinstance(audience, str) else audience
    # A signed userinfo answer names the same person and client, and no end.
    if claims.get("iss") != issuer or not isinstance(expires_at, int) or not isinstance(sub, str):
        raise _not_ours("claims")
    if not isinstance(client_ids, list) or not all(isinstance(client_id, str) for client_id in client_ids):
        raise _not_ours("audience")
    return Hint(sub, frozenset(client_ids), expires_at)


def _not_ours(why: str) -> Refusal:
    told_client = "The id_token_hint is not an ID token of this provider."
    return Refusal("invalid_request", told_client, logged=f"id_token_hint: {why}")
