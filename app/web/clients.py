"""Where clients register themselves and manage their registration. Not to be read by pages of other sites."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from app.protocol.answers import Answer
from app.protocol.endpoints import registration
from app.protocol.front_doors import ENDPOINTS
from app.web import answering, current
from app.web.forgery import open_to_others

blueprint = Blueprint("clients", __name__)

_DOOR = ENDPOINTS["registration_endpoint"]


@blueprint.route(_DOOR.path, methods=list(_DOOR.methods), provide_automatic_options=False)
@open_to_others
def register() -> Response:
    """Register a client (RFC 7591)."""
    return answering.to_bearer(
        lambda: registration.register(
            current.services(),
            request.mimetype,
            request.get_data(),
            _bearer(),
            current.source(),
            current.now(),
        )
    )


@blueprint.route(f"{_DOOR.path}/<client_id>", methods=["GET", "PUT", "DELETE"], provide_automatic_options=False)
@open_to_others
def manage(client_id: str) -> Response:
    """Read, replace or end a registration (RFC 7592)."""
    return answering.to_bearer(lambda: _managed(client_id))


def _managed(client_id: str) -> Answer:
    services, now, token = current.services(), current.now(), _bearer()
    match request.method:
        case "PUT":
            return registration.update(services, client_id, request.mimetype, request.get_data(), token, now)
        case "DELETE":
            return registration.remove(services, client_id, token, now)
        case _:
            return registration.read(services, client_id, token)


def _bearer() -> str | None:
    """The bearer token in the header, the only place it may be (RFC 7592 §2)."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None
