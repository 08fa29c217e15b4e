"""Refuses the ways of passing a request that this provider does not take, without fetching anything."""

from app.domain.authorization_request import AuthorizationRequest
from app.domain.errors import Refusal
from app.protocol.asking import Asking


def refuse_request_object(asking: Asking, request: AuthorizationRequest) -> AuthorizationRequest:
    """``request``: ignoring it would answer another request than the client made (OpenID Connect Core §6.1)."""
    if "request" in asking.parameters.values:
        raise Refusal("request_not_supported", "The request parameter is not supported.")
    return request


def refuse_request_uri(asking: Asking, request: AuthorizationRequest) -> AuthorizationRequest:
    """``request_uri`` that no push of ours gave out (OpenID Connect Core §6.2)."""
    if "request_uri" in asking.parameters.values:
        raise Refusal("request_uri_not_supported", "Only a request_uri of the pushed authorization endpoint is taken.")
    return request


def refuse_nested_request_uri(asking: Asking, request: AuthorizationRequest) -> AuthorizationRequest:
    """A push carries the request itself (RFC 9126 §2.1)."""
    if "request_uri" in asking.parameters.values:
        raise Refusal("invalid_request", "A pushed request must not hold a request_uri.")
    return request


def refuse_registration(asking: Asking, request: AuthorizationRequest) -> AuthorizationRequest:
    """``registration`` belongs to self-issued providers (OpenID Connect Core §7.2.1)."""
    if "registration" in asking.parameters.values:
        raise Refusal("registration_not_supported", "The registration parameter is not supported.")
    return request
