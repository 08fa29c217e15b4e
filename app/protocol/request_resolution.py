"""Finds the authorization request behind what arrived: in the parameters themselves, or pushed before under a URN.

A request that is refused says where its answer may go: nowhere, until client and redirect URI are known to be good.
"""

from dataclasses import dataclass, field
from datetime import datetime

from app.crypto.jwt import unverified_claim
from app.domain.authorization_request import AuthorizationRequest
from app.domain.clients import Client, is_client_id
from app.domain.errors import Refusal
from app.domain.grants import Standing
from app.domain.redirect_uris import is_registered
from app.domain.security_profiles import Door
from app.domain.stored_request import StoredRequest
from app.protocol.asking import Asking
from app.protocol.authorize_checks import check
from app.protocol.checks.response_mode import deliverable
from app.protocol.parameters import LONGEST, Parameters
from app.protocol.response_modes import ReturnAddress
from app.services import authorization_requests
from app.services.wiring import Services
from app.storage import clients

URN = "urn:ietf:params:oauth:request_uri:"


class RefusedRequest(Exception):
    """An authorization request is refused. Without an address, nobody but the person may hear of it."""

    def __init__(self, refusal: Refusal, address: ReturnAddress, client: Client, *, silent: bool) -> None:
        super().__init__(refusal.code)
        self.refusal, self.address, self.client, self.silent = refusal, address, client, silent


@dataclass(frozen=True)
class Arrival:
    """A checked request and its client; ``stored`` when it waited here already, under ``handle``."""

    request: AuthorizationRequest
    client: Client
    stored: StoredRequest | None = None
    handle: str | None = field(default=None, repr=False)


def pushed_handle(parameters: Parameters) -> str | None:
    """The handle, when the request is a reference to a pushed one (RFC 9126 §2.2)."""
    reference = parameters.get("request_uri") or ""
    return reference.removeprefix(URN) if reference.startswith(URN) else None


def open_pushed(
    services: Services, handle: str, parameters: Parameters, browser_digest: bytes, now: datetime
) -> Arrival:
    """The pushed request a browser brought. client_id is all that is read beside it (RFC 9126 §4); raises Refusal."""
    client = active_client(services, parameters.get("client_id"))
    try:
        stored = authorization_requests.load_pushed(services, handle, browser_digest, now)
    except authorization_requests.Unavailable as unavailable:
        raise _invalid_request_uri(unavailable.why) from None
    if stored.request.client_id != client.id:
        raise _invalid_request_uri("of another client")
    return _still_good(Arrival(stored.request, client, stored, handle))


def resume(services: Services, handle: str, browser_digest: bytes, now: datetime) -> Arrival:
    """The stored request a browser comes back to; raises ``Unavailable``, or Refusal when nothing may be answered."""
    stored = authorization_requests.load(services, handle, browser_digest, now)
    client = active_client(services, stored.request.client_id)
    return _still_good(Arrival(stored.request, client, stored, handle))


def resolve(services: Services, parameters: Parameters, door: Door, now: datetime) -> Arrival:
    """The request a browser brought by value. Refusal when nothing may be answered, RefusedRequest when it may."""
    return examine(services, parameters, active_client(services, parameters.get("client_id")), door, now)


def examine(services: Services, parameters: Parameters, client: Client, door: Door, now: datetime) -> Arrival:
    """Check a request by value. Refusal for a bad redirect URI, RefusedRequest for everything found after that."""
    redirect_uri = parameters.get("redirect_uri")
    if redirect_uri is None:
        raise Refusal("invalid_request", "The redirect_uri is missing.")
    _require_registered(redirect_uri, client)
    ring = services.keys.ring(now)
    asking = Asking(parameters, client, door, services.policy, services.settings.issuer, ring, now)
    state = parameters.get("state")
    request = AuthorizationRequest(client.id, redirect_uri, frozenset(), now, state=state)
    try:
        return Arrival(check(asking, request), client)
    except Refusal as refusal:
        silent = parameters.words("prompt") == ("none",)
        raise RefusedRequest(refusal, _return_address(parameters, redirect_uri), client, silent=silent) from None


def _return_address(parameters: Parameters, redirect_uri: str) -> ReturnAddress:
    """How the client wants to hear of a refusal. One that sends a request object may say so in it alone.

    The object is refused without being verified. To believe it in these two gives nobody anything: whoever made the
    link could have put them beside it.
    """
    packed = parameters.get("request") or ""
    mode, state = (parameters.get(name) or unverified_claim(packed, name) for name in ("response_mode", "state"))
    if state is not None and len(state) > LONGEST:
        state = None
    return ReturnAddress(redirect_uri, deliverable(mode or "query", redirect_uri) or "query", state)


def active_client(services: Services, client_id: str | None) -> Client:
    """The client, if it may act. One refusal for unknown, deleted and suspended: which clients exist is not told."""
    client = None
    if client_id is not None and is_client_id(client_id):
        with services.database.read() as db:
            client = clients.find(db, services.policy, client_id)
    if client is None or client.standing is not Standing.ACTIVE:
        told = "The client_id is missing." if client_id is None else "The client is not known here."
        raise Refusal("invalid_client", told)
    return client


def _still_good(arrival: Arrival) -> Arrival:
    """Refuses a request whose client gave up the address it is to be answered at while the request waited here.

    The same when the client may no longer ask all its scopes: no card may promise more than its tokens can read.
    """
    _require_registered(arrival.request.redirect_uri, arrival.client)
    if not arrival.request.scopes <= arrival.client.scopes:
        raise Refusal("invalid_scope", "The client is not registered any more for all that it asked.")
    return arrival


def _require_registered(redirect_uri: str, client: Client) -> None:
    if not is_registered(redirect_uri, client.redirect_uris, native=client.native):
        told = "The redirect_uri is not registered for this client: it must be the same, port, slashes and query too."
        raise Refusal("invalid_request", told)


def _invalid_request_uri(why: str) -> Refusal:
    told_client = "The request_uri has expired, was used, or is not of this client."
    return Refusal("invalid_request_uri", told_client, logged=f"request_uri: {why}")
