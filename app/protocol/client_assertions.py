"""Believes a client assertion (private_key_jwt, RFC 7523 §3, OpenID Connect Core §9), once."""

from datetime import UTC, datetime, timedelta
from typing import Any

from app.crypto.digests import digest
from app.crypto.jwt import Distrust, Untrusted, unverified_claim, verify
from app.crypto.public_keys import PublicKeys
from app.domain.clients import Client
from app.domain.security_profiles import SECURITY_PROFILES
from app.domain.signing_algorithms import SIGNING_ALGORITHMS
from app.protocol import front_doors
from app.protocol.client_request import ClientRequest
from app.storage import single_use

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_TYPES = (None, "JWT", "client-authentication+jwt")
_FAPI_ALGORITHMS = ("PS256", "ES256", "EdDSA")
_LONGEST_JTI = 255
_LONGEST_LIFE = timedelta(hours=1)
"""What common libraries sign for. As it works once, its length is worth something only to who stole it unused."""
_AHEAD = timedelta(seconds=30)
"""How far the client's clock may be ahead of ours: FAPI 2.0 §5.3.2.1 accepts 10 s and refuses a minute."""
_BEHIND = timedelta(seconds=5)


class Distrusted(Exception):
    """The assertion does not prove anything. Holds the reason for the log."""


def claimed_client(assertion: str) -> str | None:
    """Whose assertion it says it is, to find the keys; believed only after ``check``."""
    return unverified_claim(assertion, "iss")


def check(request: ClientRequest, client: Client, assertion: str) -> None:
    """Distrusted unless it was signed by this client, for us, now, and was never seen before."""
    claims = _verified(request, client, assertion)
    expires_at = _check_times(claims, request.now)
    if claims.get("iss") != client.id or claims.get("sub") != client.id:
        raise Distrusted("issuer or subject")
    if not _is_for_us(claims.get("aud"), request, client):
        raise Distrusted("audience")
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 0 < len(jti) <= _LONGEST_JTI:
        raise Distrusted("no jti")
    key = digest(f"jti\x00{client.id}\x00{jti}")
    with request.services.database.write() as db:
        if not single_use.claim_once(db, key, "jti", request.now, expires_at + _BEHIND):
            raise Distrusted("seen before")


def _verified(request: ClientRequest, client: Client, assertion: str) -> dict[str, Any]:
    store = request.services.client_keys
    try:
        return _verify(client, assertion, store.of(client, request.now))
    except Untrusted as untrusted:
        # The client may have rotated since its keys were fetched.
        old = untrusted.reason in {Distrust.UNKNOWN_KEY, Distrust.SIGNATURE}
        keys = store.again(client, request.now) if old else None
        if keys is None:
            raise Distrusted(untrusted.reason.value) from None
    try:
        return _verify(client, assertion, keys)
    except Untrusted as untrusted:
        raise Distrusted(untrusted.reason.value) from None


def _verify(client: Client, assertion: str, keys: PublicKeys) -> dict[str, Any]:
    registered = client.metadata.get("token_endpoint_auth_signing_alg")
    known = SIGNING_ALGORITHMS if client.security_profile in SECURITY_PROFILES else _FAPI_ALGORITHMS
    algorithms = known if registered is None else tuple({registered} & set(known))
    return verify(assertion, keys=keys, algorithms=algorithms, types=_TYPES)


def _check_times(claims: dict[str, Any], now: datetime) -> datetime:
    """The expiry, when the times are right; numbers they are already."""
    if "exp" not in claims:
        raise Distrusted("no expiry")
    times = {name: datetime.fromtimestamp(claims[name], UTC) for name in ("exp", "iat", "nbf") if name in claims}
    if times["exp"] > now + _LONGEST_LIFE + _AHEAD:  # first: nothing can be added to the last second there is
        raise Distrusted("valid for too long")
    if now >= times["exp"] + _BEHIND:
        raise Distrusted("expired")
    if any(times[name] > now + _AHEAD for name in ("iat", "nbf") if name in times):
        raise Distrusted("not yet valid")
    return times["exp"]


def _is_for_us(audience: object, request: ClientRequest, client: Client) -> bool:
    """Names us and nobody else. The issuer always; our token endpoint or the endpoint asked, and a list, only for the
    plainer profiles, because another provider could pass on what names an endpoint (RFC 7523bis, FAPI 2.0 §5.3.2.1).
    """
    issuer = request.services.settings.issuer
    if client.security_profile not in SECURITY_PROFILES:
        return audience == issuer
    ours = (issuer, front_doors.url(issuer, "token_endpoint"), issuer + request.path)
    names = audience if isinstance(audience, list) else [audience]
    return names != [] and all(name in ours for name in names)
