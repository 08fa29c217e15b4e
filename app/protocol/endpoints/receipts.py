"""Receipts on the wire: the signed bytes about a grant, for its business, and for whoever holds a token under it."""

from collections.abc import Mapping
from http import HTTPStatus

from app.domain.errors import Refusal
from app.protocol.answers import Answer, answered
from app.protocol.business_access import Call, client_and_query
from app.protocol.resource_access import bearer_token
from app.services import receipt_reading
from app.services.release import open_grant
from app.services.tokens import access_tokens

_MEDIA_TYPE = "application/jose"


def listed(call: Call, grant_id: str) -> Answer:
    """GET: every receipt about one grant, oldest first; each is signed over the one before it."""
    found = _own(call, grant_id)
    receipts = [{"version": version, "receipt": signed} for version, signed in found.items()]
    return answered({"grant_id": grant_id, "receipts": receipts})


def show(call: Call, grant_id: str, version: int) -> Answer:
    """GET: the signed bytes of one, the same that the person holds."""
    signed = _own(call, grant_id).get(version)
    if signed is None:
        raise _not_found()
    return Answer(HTTPStatus.OK, signed.encode("ascii"), _MEDIA_TYPE)


def under_token(call: Call, grant_id: str, version: int) -> Answer:
    """GET at the address a token's claims name: only a live access token of the very grant opens its receipts.

    NoToken when there is none (RFC 6750 §3.1); Refusal invalid_token, or not_found for any other grant's.
    """
    token = bearer_token(call.authorization, (name for name, _ in call.query), None, ())
    access, opened = access_tokens.read(call.services, token, call.now), None
    if access is not None:
        with call.services.database.read() as db:
            opened = open_grant(call.services, db, access.bearer, call.now)
    if opened is None or isinstance(opened, str):
        raise Refusal("invalid_token", "The access token is not valid.", logged=opened or "unknown or expired")
    signed = None
    if opened.grant.id == grant_id:
        signed = receipt_reading.signed_under_grant(call.services, grant_id, version)
    if signed is None:
        raise _not_found()
    return file(signed, grant_id, version)


def file(signed: str, grant_id: str, version: int) -> Answer:
    """The signed bytes to keep, under a name that says which they are and nothing of anybody."""
    name = f"sluis-receipt-{grant_id[:8]}-{version}.jws"
    disposition = ("Content-Disposition", f'attachment; filename="{name}"')
    return Answer(HTTPStatus.OK, signed.encode("ascii"), _MEDIA_TYPE, (disposition,))


def _own(call: Call, grant_id: str) -> Mapping[int, str]:
    client, _ = client_and_query(call, ())
    found = receipt_reading.of_business(call.services, client.business.id, grant_id)
    if not found:
        raise _not_found()
    return found


def _not_found() -> Refusal:
    return Refusal("not_found", "There is no such receipt.")
