"""Owns the signed tokens themselves (JWS compact): making them, and believing them.

Decides only whether a token was signed by one of the given keys, as the type that was asked for. Issuer,
audience, times and single use are the caller's questions.
"""

import base64
import hashlib
import json
from collections.abc import Collection, Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from app.crypto.jose_algorithms import REGISTRY, AsymmetricKey, model
from app.crypto.keyring import SigningKey
from app.crypto.public_keys import PublicKeys
from app.domain.signing_algorithms import SIGNING_ALGORITHMS

LONGEST_TOKEN = 16_384
_encode_json = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode
_DATES = frozenset({"exp", "iat", "nbf", "auth_time"})
_YEAR_10000 = 253_402_300_800
# What hostile JSON, base64 and key material can make the standard library and joserfc raise.
_HOSTILE = (JoseError, ValueError, TypeError, RecursionError, OverflowError)


def _refuse(constant: str) -> float:
    raise ValueError(constant)


# NaN and Infinity are Python's additions to JSON, and no date, size or count of ours.
_decode_json = json.JSONDecoder(parse_constant=_refuse).decode


class Distrust(StrEnum):
    """Why a token is not believed."""

    TOO_LONG = "too_long"
    MALFORMED = "malformed"
    ALGORITHM = "algorithm"
    CRITICAL = "critical_header"
    TYPE = "type"
    UNKNOWN_KEY = "unknown_key"
    SIGNATURE = "signature"


class Untrusted(Exception):
    """The token is not believed. Holds the reason for the log, and nothing of the token."""

    def __init__(self, reason: Distrust) -> None:
        super().__init__(reason.value)
        self.reason = reason


def sign(key: SigningKey, claims: Mapping[str, Any], *, typ: str | None) -> str:
    """Return the claims signed by `key`, with its `kid` and `alg` and, when given, `typ` in the header."""
    if isinstance(key.key, OctKey):
        raise TypeError("a sealing key does not sign")
    signed = _header(key.alg, key.kid, typ) + b"." + _b64(_encode_json(claims).encode("ascii"))
    return (signed + b"." + _b64(model(key.alg).sign(signed, key.key))).decode("ascii")


@lru_cache(maxsize=64)  # of the few keys that sign, with the few types there are
def _header(alg: str, kid: str, typ: str | None) -> bytes:
    return _b64(_encode_json({"alg": alg, "kid": kid} | ({"typ": typ} if typ is not None else {})).encode("ascii"))


def verify(
    token: str,
    *,
    keys: PublicKeys,
    algorithms: Collection[str],
    types: Collection[str | None],
) -> dict[str, Any]:
    """Return the claims of a token signed by one of `keys`; `Untrusted` for everything else, and only that.

    `algorithms` and `types` are what this use accepts; None among the types is a header without `typ`.
    Types compare without case and without "application/" (RFC 7515 §4.1.9). Keys come from `keys` alone: jwk,
    jku, x5u and x5c in the header are ignored; crit is refused, as we know no extension (§4.1.11).
    exp, iat, nbf and auth_time, where present, are numbers that `datetime.fromtimestamp` takes.
    """
    token_object, header = _parsed(token)
    alg = header.get("alg")
    if not isinstance(alg, str) or alg not in algorithms or alg not in SIGNING_ALGORITHMS:
        raise Untrusted(Distrust.ALGORITHM)
    if "crit" in header or "b64" in header:
        raise Untrusted(Distrust.CRITICAL)
    typ = header.get("typ")
    if not isinstance(typ, str | None) or _media_type(typ) not in {_media_type(each) for each in types}:
        raise Untrusted(Distrust.TYPE)
    kid = header.get("kid")
    if not isinstance(kid, str | None):
        raise Untrusted(Distrust.MALFORMED)
    candidates = keys.candidates(kid, alg)
    if not candidates:
        raise Untrusted(Distrust.UNKNOWN_KEY)
    if not any(_is_signed_by(key, token_object) for key in candidates):
        raise Untrusted(Distrust.SIGNATURE)
    return _claims(token_object)


def unverified_claim(token: str, name: str) -> str | None:
    """Return the text a token claims under `name`, believing nothing: for what anybody might as well have said."""
    try:
        claim = _claims(_parsed(token)[0]).get(name)
    except Untrusted:
        return None
    return claim if isinstance(claim, str) else None


def unverified_key_id(token: str) -> str | None:
    """Return the `kid` a token names, believing nothing: only to find the one key to verify it with."""
    try:
        kid = _parsed(token)[1].get("kid")
    except Untrusted:
        return None
    return kid if isinstance(kid, str) else None


def at_hash(alg: str, token: str) -> str:
    """Return the left half of the token's hash for an ID token signed with `alg` (OIDC Core §3.1.3.6).

    Ed25519 hashes with SHA-512 inside, so that is the hash here; the other algorithms name SHA-256.
    """
    if alg not in SIGNING_ALGORITHMS:
        raise ValueError(f"no hash goes with {alg!r}")
    full = (hashlib.sha512 if alg == "EdDSA" else hashlib.sha256)(token.encode("ascii")).digest()
    return _b64(full[: len(full) // 2]).decode("ascii")


def _b64(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


def _parsed(token: str) -> tuple[jws.CompactSignature, Mapping[str, Any]]:
    if len(token) > LONGEST_TOKEN:
        raise Untrusted(Distrust.TOO_LONG)
    try:
        token_object = jws.extract_compact(token.encode("ascii"), None, REGISTRY)
        header = token_object.headers()
    except _HOSTILE:
        raise Untrusted(Distrust.MALFORMED) from None
    if not isinstance(header, dict):
        raise Untrusted(Distrust.MALFORMED)
    return token_object, header


def _is_signed_by(key: AsymmetricKey, token_object: jws.CompactSignature) -> bool:
    try:
        return jws.validate_compact(token_object, key, registry=REGISTRY)
    except _HOSTILE:
        return False


def _claims(token_object: jws.CompactSignature) -> dict[str, Any]:
    try:
        text = token_object.payload.decode("utf-8")
        claims = _decode_json(text)
        if "\\u" in text:  # an escape can spell half a character, which no database takes (RFC 8259 §8.2)
            json.dumps(claims, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        raise Untrusted(Distrust.MALFORMED) from None
    if not isinstance(claims, dict) or not all(_is_date(claims[name]) for name in _DATES & claims.keys()):
        raise Untrusted(Distrust.MALFORMED)
    return claims


def _is_date(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < _YEAR_10000


def _media_type(typ: str | None) -> str | None:
    return None if typ is None else typ.lower().removeprefix("application/")
