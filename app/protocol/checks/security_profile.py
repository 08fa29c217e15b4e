"""Refuses a request that came by a door the client's security profile or its own registration keeps shut."""

from app.domain.authorization_request import AuthorizationRequest
from app.domain.errors import Refusal
from app.domain.security_profiles import security_profile
from app.protocol.asking import Asking


def check_door(asking: Asking, request: AuthorizationRequest) -> AuthorizationRequest:
    """A strict client's requests never stand in a URL; of one that registered to push them a browser brings none."""
    if asking.client.metadata.get("require_pushed_authorization_requests"):
        raise Refusal("invalid_request", "This client registered to push its requests (RFC 9126).")
    if asking.door not in security_profile(asking.client.security_profile).doors:
        raise Refusal("invalid_request", "This client must push its requests or send them by POST.")
    return request
