"""How the answer is to be delivered: in the query unless the client asks for a form post."""

from dataclasses import replace

from app.domain.authorization_request import AuthorizationRequest
from app.domain.errors import Refusal
from app.protocol import front_doors
from app.protocol.asking import Asking


def check_response_mode(asking: Asking, request: AuthorizationRequest) -> AuthorizationRequest:
    """Fragments are for tokens we never put there; a form can be posted to http(s) only."""
    mode = asking.parameters.get("response_mode")
    if mode is None:
        return request
    if deliverable(mode, request.redirect_uri) is None:
        raise Refusal("invalid_request", "The response_mode is query, or form_post to an http(s) address.")
    return replace(request, response_mode=mode)


def deliverable(mode: str, redirect_uri: str) -> str | None:
    """The mode, if an answer can reach this redirect URI by it."""
    if mode not in front_doors.RESPONSE_MODES:
        return None
    return mode if mode == "query" or redirect_uri.startswith(("https://", "http://")) else None
