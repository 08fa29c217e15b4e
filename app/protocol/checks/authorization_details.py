"""The permission of level high, asked in the client's own bounds (RFC 9396 §2)."""

from dataclasses import replace
from typing import Any

from app.domain.authorization_request import AuthorizationRequest
from app.domain.collection import TYPE, Collection, read_collection
from app.domain.errors import Refusal
from app.domain.levels import Level
from app.protocol.asking import Asking
from app.protocol.strict_json import read_json

_LONGEST_DESCRIPTION = 300  # it names members the client sent


def check_authorization_details(asking: Asking, request: AuthorizationRequest) -> AuthorizationRequest:
    """One detail of our one type, within what the business declared for level high (RFC 9396 §5)."""
    text = asking.parameters.get("authorization_details")
    if text is None:
        return request
    rule = asking.policy.rules[Level.HIGH]
    wanted = read_collection(_only_detail(text), frozenset(asking.policy.purposes), rule.longest)
    if isinstance(wanted, list):
        faults = "; ".join(f"{member}: {sentence}" for member, sentence in wanted)
        raise _invalid(f"In the authorization_details, {faults}.")
    if not _declared(asking).covers(wanted):
        raise _invalid("The authorization_details go beyond what this business declared.")
    if request.levels and Level.HIGH not in request.levels:
        raise _invalid("omnichannel_collection needs the scope identity:high.")
    return replace(request, collection=wanted)


def _only_detail(text: str) -> dict[str, Any]:
    try:
        details = read_json(text)
    except ValueError:
        details = None
    if not isinstance(details, list) or len(details) != 1 or not isinstance(details[0], dict):
        raise _invalid("authorization_details must be an array with one object.")
    if details[0].get("type") != TYPE:
        raise _invalid("The only type of authorization_details is omnichannel_collection.")
    return details[0]


def _declared(asking: Asking) -> Collection:
    use = asking.client.business.intended_use.levels.get(Level.HIGH)
    if use is None or use.collection is None:
        raise _invalid("This business declared no omnichannel_collection.")
    return use.collection


def _invalid(told_client: str) -> Refusal:
    return Refusal("invalid_authorization_details", told_client[:_LONGEST_DESCRIPTION])
