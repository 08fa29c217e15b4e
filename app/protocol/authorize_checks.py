"""The checks of an authorization request, in their order, by the door each stands at."""

from app.domain.authorization_request import AuthorizationRequest
from app.domain.security_profiles import Door
from app.protocol.asking import Asking, Check
from app.protocol.checks.authentication import (
    check_locales,
    check_login_hint,
    check_max_age,
    check_prompt,
)
from app.protocol.checks.authorization_details import check_authorization_details
from app.protocol.checks.claims_parameter import check_claims
from app.protocol.checks.code_challenge import check_code_challenge
from app.protocol.checks.grant_management import check_grant_management
from app.protocol.checks.id_token_hint import check_id_token_hint
from app.protocol.checks.nonce import check_nonce
from app.protocol.checks.request_object import (
    refuse_nested_request_uri,
    refuse_registration,
    refuse_request_object,
    refuse_request_uri,
)
from app.protocol.checks.response_mode import check_response_mode
from app.protocol.checks.response_type import check_response_type
from app.protocol.checks.scope import check_scope
from app.protocol.checks.security_profile import check_door
from app.protocol.checks.single_values import refuse_repeated

_GET, _POST, _PUSHED = Door.GET, Door.POST, Door.PUSHED

# fmt: off
CHECKS: tuple[tuple[Check, frozenset[Door]], ...] = (
    (refuse_repeated,             frozenset({_GET, _POST, _PUSHED})),
    (refuse_request_object,       frozenset({_GET, _POST, _PUSHED})),
    (refuse_request_uri,          frozenset({_GET, _POST         })),
    (refuse_nested_request_uri,   frozenset({             _PUSHED})),
    (refuse_registration,         frozenset({_GET, _POST, _PUSHED})),
    (check_door,                  frozenset({_GET, _POST         })),
    (check_response_type,         frozenset({_GET, _POST, _PUSHED})),
    (check_response_mode,         frozenset({_GET, _POST, _PUSHED})),
    (check_scope,                 frozenset({_GET, _POST, _PUSHED})),
    (check_code_challenge,        frozenset({_GET, _POST, _PUSHED})),
    (check_nonce,                 frozenset({_GET, _POST, _PUSHED})),
    (check_prompt,                frozenset({_GET, _POST, _PUSHED})),
    (check_max_age,               frozenset({_GET, _POST, _PUSHED})),
    (check_id_token_hint,         frozenset({_GET, _POST, _PUSHED})),
    (check_claims,                frozenset({_GET, _POST, _PUSHED})),
    (check_locales,               frozenset({_GET, _POST, _PUSHED})),
    (check_login_hint,            frozenset({_GET, _POST, _PUSHED})),
    (check_grant_management,      frozenset({_GET, _POST, _PUSHED})),
    (check_authorization_details, frozenset({_GET, _POST, _PUSHED})),
)
# fmt: on

_AT_DOOR = {door: tuple(check for check, doors in CHECKS if door in doors) for door in Door}


def check(asking: Asking, request: AuthorizationRequest) -> AuthorizationRequest:
    """The request after every check of its door; raises the first Refusal. Unknown parameters are ignored."""
    for each in _AT_DOOR[asking.door]:
        request = each(asking, request)
    return request
