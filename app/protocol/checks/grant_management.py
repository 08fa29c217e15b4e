"""What is to become of an earlier grant (Grant Management for OAuth 2.0, draft 03 §5).

Whose grant a grant_id names can only be told once somebody is signed in: the dispatcher checks that.
"""

from dataclasses import replace

from app.domain.authorization_request import GRANT_ACTIONS, AuthorizationRequest
from app.domain.errors import Refusal
from app.domain.identifiers import is_id
from app.protocol.asking import Asking


def check_grant_management(asking: Asking, request: AuthorizationRequest) -> AuthorizationRequest:
    """Both merge and replace mean the grant named, or the person's live one at this client; create names none."""
    action, grant_id = asking.parameters.get("grant_management_action"), asking.parameters.get("grant_id")
    if action is None and grant_id is None:
        return request
    if action not in GRANT_ACTIONS:
        raise Refusal("invalid_request", "The grant_management_action must be create, merge or replace.")
    if grant_id is not None and action == "create":
        raise Refusal("invalid_request", "The grant_management_action create takes no grant_id.")
    if grant_id is not None and not is_id(grant_id):
        raise Refusal("invalid_grant_id", "The grant_id is not a grant of this person at this client.")
    return replace(request, grant_action=action, grant_id=grant_id)
