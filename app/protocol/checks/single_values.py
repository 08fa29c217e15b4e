"""Refuses a request that says anything twice, whatever the parameter (RFC 6749 §3.1)."""

from app.domain.authorization_request import AuthorizationRequest
from app.protocol.asking import Asking


def refuse_repeated(asking: Asking, request: AuthorizationRequest) -> AuthorizationRequest:
    """Every name counts; Authlib looks at five."""
    asking.parameters.refuse_repeated()
    return request
