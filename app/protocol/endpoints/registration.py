"""Client registration and its management on the wire (RFC 7591, RFC 7592): JSON in, JSON out."""

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any

from app.domain.client_metadata import UNSTATED_AUTH_METHOD
from app.domain.errors import Refusal
from app.protocol import front_doors
from app.protocol.answers import Answer, answered
from app.protocol.strict_json import sent_object
from app.services import clients
from app.services.clients import Registration
from app.services.wiring import Services

LONGEST_DOCUMENT = 64 * 1024


def register(
    services: Services, content_type: str | None, body: bytes, token: str | None, source: str, now: datetime
) -> Answer:
    """POST on the registration endpoint. ``token`` is an initial access token, or None."""
    registration = clients.register(services, _document(content_type, body), token, source, now)
    return answered(_information(services, registration), HTTPStatus.CREATED)


def read(services: Services, client_id: str, token: str | None) -> Answer:
    """GET on a client's own address."""
    return answered(_information(services, clients.read(services, client_id, _needed(token))))


def update(
    services: Services,
    client_id: str,
    content_type: str | None,
    body: bytes,
    token: str | None,
    now: datetime,
) -> Answer:
    """PUT on a client's own address: the whole registration anew, with its client_id (RFC 7592 §2.2)."""
    document = _document(content_type, body)
    if "client_id" not in document:
        raise Refusal("invalid_client_metadata", "client_id: is missing")
    return answered(_information(services, clients.update(services, client_id, _needed(token), document, now)))


def remove(services: Services, client_id: str, token: str | None, now: datetime) -> Answer:
    """DELETE on a client's own address."""
    clients.remove(services, client_id, _needed(token), now)
    return Answer(HTTPStatus.NO_CONTENT)


def _information(services: Services, registration: Registration) -> dict[str, Any]:
    """The client information response (RFC 7591 §3.2.1, RFC 7592 §3)."""
    members: dict[str, Any] = {
        "client_id": registration.client_id,
        "client_id_issued_at": int(registration.issued_at.timestamp()),
        **{name: value for name, value in registration.metadata.items() if name != UNSTATED_AUTH_METHOD},
        "registration_access_token": registration.access_token,
        "registration_client_uri": (
            f"{front_doors.url(services.settings.issuer, 'registration_endpoint')}/{registration.client_id}"
        ),
    }
    if registration.secret is not None:
        members |= {"client_secret": registration.secret, "client_secret_expires_at": 0}
    if registration.intended_use is not None:
        members["intended_use"] = registration.intended_use
    return members


def _needed(token: str | None) -> str:
    if token is None:
        raise Refusal("invalid_token", "The registration access token is missing.")
    return token


def _document(content_type: str | None, body: bytes) -> Mapping[str, Any]:
    return sent_object(content_type, body, LONGEST_DOCUMENT, "invalid_client_metadata")
