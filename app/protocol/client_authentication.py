"""Decides which client sent a request: by secret, by signed assertion, or by its bare name when it is public.

One mechanism, the registered one (RFC 6749 §2.3). Which clients exist, and which part was wrong, is not told.
"""

import base64
from urllib.parse import unquote_to_bytes

from app.crypto.digests import digest
from app.domain.clients import AuthMethod, Client, is_client_id
from app.domain.errors import Refusal, TooMany
from app.domain.grants import Standing
from app.protocol import client_assertions
from app.protocol.client_request import ClientRequest
from app.services import throttles
from app.services.throttles import Attempt, Limit
from app.storage import clients

_LIMIT = Limit("client_authentication", 100, 15 * 60)

_BY_SECRET = "Unknown client, wrong secret, or another method than the client registered."
_TOLD = {
    AuthMethod.BASIC: _BY_SECRET,
    AuthMethod.POST: _BY_SECRET,
    AuthMethod.PRIVATE_KEY_JWT: (
        "Unknown client, another method than it registered, or an assertion that does not hold: it needs the client_id "
        "as iss and sub, the issuer as aud, exp within an hour, a jti never used before and a registered key."
    ),
    AuthMethod.NONE: "Unknown client, or one that must authenticate by the method it registered.",
}
"""What the developer of a client can look at, the same whatever was wrong and whether or not there is such a client."""


def authenticate(request: ClientRequest) -> Client:
    """The client, active and authenticated; it is set on the request too.

    Refusal invalid_request for two mechanisms at once, invalid_client for every other failure, and TooMany after
    many failures of one client name from one network. The right credentials are never held up: guessing 256 bits
    is hopeless, and nobody shall be able to lock a shop out from next door.
    """
    client_id, method, proofs = _credentials(request)
    client = _find(request, client_id)
    if client is None or method not in client.auth_methods or client.standing is not Standing.ACTIVE:
        raise _failed(request, client_id, method, "unknown, suspended or another method")
    if method is AuthMethod.PRIVATE_KEY_JWT:
        try:
            client_assertions.check(request, client, proofs[0])
        except client_assertions.Distrusted as distrusted:
            raise _failed(request, client_id, method, f"assertion: {distrusted}") from None
    elif method is not AuthMethod.NONE and not any(client.accepts_secret(digest(each), request.now) for each in proofs):
        raise _failed(request, client_id, method, "wrong or expired secret")
    request.party, request.auth_method = client, method.value
    return client


def authenticate_confidential(request: ClientRequest) -> Client:
    """The same, for endpoints where a client that cannot prove its name learns nothing (RFC 7662 §2.1)."""
    client = authenticate(request)
    if client.public:
        raise _failed(request, client.id, AuthMethod.NONE, "public client")
    return client


def _credentials(request: ClientRequest) -> tuple[str, AuthMethod, tuple[str, ...]]:
    """Name, method and proof as presented, whatever they are worth; what was sent may be read in two ways."""
    named, secret = request.get("client_id"), request.get("client_secret")
    assertion, kind = request.get("client_assertion"), request.get("client_assertion_type")
    asserted = assertion is not None or kind is not None
    if sum((request.authorization is not None, secret is not None, asserted)) > 1:
        raise Refusal("invalid_request", "The client must authenticate by one mechanism only.")
    if request.authorization is not None:
        name, proofs = _basic(request, request.authorization)
        method = AuthMethod.BASIC
    elif asserted:
        method = AuthMethod.PRIVATE_KEY_JWT
        if assertion is None or kind != client_assertions.TYPE:
            raise _failed(request, named or "", method, "assertion of another type")
        name, proofs = client_assertions.claimed_client(assertion) or named or "", (assertion,)
    elif named is None:
        nobody = "The request names no client: it has no credentials and no client_id."
        raise Refusal("invalid_client", nobody, logged="no client named")
    elif secret is not None:
        name, method, proofs = named, AuthMethod.POST, (secret,)
    else:
        name, method, proofs = named, AuthMethod.NONE, ()
    if named is not None and named != name:
        raise Refusal("invalid_request", "The client_id is not the client that authenticates.")
    return name, method, proofs


def _basic(request: ClientRequest, header: str) -> tuple[str, tuple[str, ...]]:
    """Name and secret, each form-urlencoded inside (RFC 6749 §2.3.1), in strict base64 of strict UTF-8.

    The secret also undecoded: half of all libraries, and curl, do not encode it, and every other secret that an
    operator makes in base64 holds a character that decoding changes.
    """
    scheme, _, encoded = header.partition(" ")
    try:
        if scheme.lower() != "basic":
            raise ValueError
        raw = base64.b64decode(encoded.strip())
        if base64.b64encode(raw).decode("ascii") != encoded.strip():
            raise ValueError
        name, _, secret = raw.partition(b":")
        return _decoded(name), (_decoded(secret), secret.decode("utf-8"))
    except ValueError:
        raise _failed(request, "", AuthMethod.BASIC, "malformed Authorization header") from None


def _decoded(part: bytes) -> str:
    return unquote_to_bytes(part.replace(b"+", b" ")).decode("utf-8")


def _find(request: ClientRequest, client_id: str) -> Client | None:
    if not is_client_id(client_id):
        return None
    with request.services.database.read() as db:
        return clients.find(db, request.services.policy, client_id)


def _failed(request: ClientRequest, client_id: str, method: AuthMethod, why: str) -> Refusal:
    key = f"{client_id[:128]}\x00{throttles.network(request.source)}"
    wait_s = throttles.count(request.services, (Attempt(_LIMIT, key),), request.now)
    if wait_s:
        return TooMany("Too many failed authentications.", wait_s=wait_s, logged="client authentication throttled")
    return Refusal("invalid_client", _TOLD[method], logged=f"client authentication: {why}")
