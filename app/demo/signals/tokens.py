"""Reads the provider's signed tokens to a shop: security events (RFC 8417) and logout tokens. Believes nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import requests
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from app.demo.memory import Memory
from app.demo.problems import LoginProblem
from app.demo.relying_party import RelyingParty

_ALGORITHMS = ["RS256", "ES256"]
_KEYS_S = 300
_TIMEOUT_S = 5
# How far the two clocks may differ.
_LEEWAY_S = 30
_LOGOUT = "http://schemas.openid.net/event/backchannel-logout"


class Unbelievable(Exception):
    """A token that is not from our provider, not for us, or not what it should be; ``err`` as in RFC 8935 §2.4."""

    def __init__(self, err: str) -> None:
        super().__init__(err)
        self.err = err


class TokenReader:
    """Verifies with the keys that discovery points at, kept for five minutes."""

    def __init__(self, party: RelyingParty, memory: Memory) -> None:
        self._party = party
        self._memory = memory

    def event(self, token: str) -> Mapping[str, Any]:
        """The claims of a security event token. Its age says nothing: what waits to be fetched may be old."""
        return self._claims(token, "secevent+jwt")

    def logout(self, token: str, now: float) -> Mapping[str, Any]:
        """The claims of a logout token (OpenID Connect Back-Channel Logout 1.0 §2.6)."""
        claims = self._claims(token, "logout+jwt")
        end = claims.get("exp")
        if not isinstance(end, (int, float)) or end + _LEEWAY_S < now:
            raise Unbelievable("invalid_request")
        if "nonce" in claims or not (claims.get("sub") or claims.get("sid")) or _LOGOUT not in claims["events"]:
            raise Unbelievable("invalid_request")
        return claims

    def _claims(self, token: str, typ: str) -> Mapping[str, Any]:
        """Raises Unbelievable; LoginProblem when the keys cannot be had now."""
        try:
            read = jwt.decode(token, self._keys(), algorithms=_ALGORITHMS)
        except (JoseError, ValueError):
            read = self._with_new_keys(token)
        claims = read.claims
        # typ keeps an ID token from passing for an event (RFC 8725 §3.11).
        if read.header.get("typ") != typ:
            raise Unbelievable("invalid_request")
        if claims.get("iss") != self._party.issuer:
            raise Unbelievable("invalid_issuer")
        if claims.get("aud") not in (self._party.client_id, [self._party.client_id]):
            raise Unbelievable("invalid_audience")
        if not isinstance(claims.get("jti"), str) or not isinstance(claims.get("events"), dict):
            raise Unbelievable("invalid_request")
        return claims

    def _with_new_keys(self, token: str) -> jwt.Token:
        """Once more with keys fetched now: the provider may have begun to sign with another."""
        try:
            return jwt.decode(token, self._keys(afresh=True), algorithms=_ALGORITHMS)
        except (JoseError, ValueError) as exc:
            raise Unbelievable("invalid_key") from exc

    def _keys(self, *, afresh: bool = False) -> KeySet:
        kept = None if afresh else self._memory.get("keys")
        if isinstance(kept, KeySet):
            return kept
        try:
            answer = requests.get(self._party.metadata()["jwks_uri"], timeout=_TIMEOUT_S, allow_redirects=False)
            answer.raise_for_status()
            keys = KeySet.import_key_set(answer.json())
        except (requests.RequestException, KeyError, ValueError) as exc:
            raise LoginProblem("unreachable", 503) from exc
        self._memory.set("keys", keys, _KEYS_S)
        return keys
