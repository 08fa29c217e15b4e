"""Refuses a request that says anything twice, whatever the parameter (RFC 6749 §3.1)."""

from app.domain.authorization_request import AuthorizationRequest
from app.domain.errors import Refusal
from app.protocol.asking import Asking


def refuse_repeated(asking: Asking, request: AuthorizationRequest) -> AuthorizationRequest:
    """Authlib looks at five names; one reader taking the first value and one the last is how attacks pass checks."""
    if asking.parameters.repeated:
        raise Refusal("invalid_request", "A parameter is sent more than once, or in query and body with two values.")
    return request
