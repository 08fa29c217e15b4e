"""Takes a request from an authenticated client before any browser comes (RFC 9126)."""

from http import HTTPStatus

from app.domain.security_profiles import Door
from app.protocol.answers import Answer, answered
from app.protocol.client_authentication import authenticate
from app.protocol.client_request import ClientRequest
from app.protocol.parameters import Parameters
from app.protocol.request_resolution import URN, RefusedRequest, examine
from app.services import authorization_requests


def push(request: ClientRequest) -> Answer:
    """Check the request as one in a browser would be, and keep it (§2.1, §2.2); raises Refusal, for JSON (§2.3)."""
    services, client = request.services, authenticate(request)
    try:
        arrival = examine(services, Parameters(request.form), client, Door.PUSHED, request.now)
    except RefusedRequest as refused:
        raise refused.refusal from None
    stranger = request.source if client.public else None
    handle = authorization_requests.open(services, arrival.request, None, request.now, stranger=stranger)
    members = {"request_uri": URN + handle, "expires_in": services.settings.tokens.pushed_s}
    return answered(members, HTTPStatus.CREATED)
