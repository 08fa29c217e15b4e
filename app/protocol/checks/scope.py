"""The scopes a client may ask: those it registered, with openid among them."""

from dataclasses import replace

from app.domain.authorization_request import AuthorizationRequest
from app.domain.client_scopes import CLIENT_SCOPES
from app.domain.errors import Refusal
from app.domain.levels import LEVEL_SCOPES
from app.protocol.asking import Asking


def check_scope(asking: Asking, request: AuthorizationRequest) -> AuthorizationRequest:
    """Refused rather than dropped: a scope unknown, not registered, or of a level this business does not accept.

    Without openid there is no login, and nothing here is granted without one. offline_access is ignored for a
    client that registered no refresh tokens (OpenID Connect Core §11). What a client may do for itself no person gives.
    """
    scopes = frozenset(asking.parameters.words("scope"))
    if "openid" not in scopes:
        raise Refusal("invalid_scope", "The scope must include openid; names are separated by spaces.")
    if "refresh_token" not in asking.client.grant_types:
        scopes -= {"offline_access"}
    allowed = asking.client.scopes - frozenset(CLIENT_SCOPES)
    if not scopes <= allowed:
        raise Refusal("invalid_scope", f"The scopes this client is registered for are {', '.join(sorted(allowed))}.")
    levels = asking.client.business.intended_use.levels
    if any(LEVEL_SCOPES[scope] not in levels for scope in scopes & LEVEL_SCOPES.keys()):
        raise Refusal("invalid_scope", "The scope names a level this business did not declare.")
    return replace(request, scopes=scopes)
