"""Receipts on the wire: a business fetches the signed bytes about a grant to it, whatever became of the grant."""

from collections.abc import Mapping
from http import HTTPStatus

from app.domain.errors import Refusal
from app.protocol.answers import Answer, answered
from app.protocol.business_access import Call, client_and_query
from app.services import receipt_reading

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


def _own(call: Call, grant_id: str) -> Mapping[int, str]:
    client, _ = client_and_query(call, ())
    found = receipt_reading.of_business(call.services, client.business.id, grant_id)
    if not found:
        raise _not_found()
    return found


def _not_found() -> Refusal:
    return Refusal("not_found", "There is no such receipt.", status=HTTPStatus.NOT_FOUND)
