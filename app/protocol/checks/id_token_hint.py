"""The person a client expects, by an ID token it got for them."""

from dataclasses import replace

from app.domain.authorization_request import AuthorizationRequest
from app.domain.errors import Refusal
from app.protocol.asking import Asking
from app.protocol.id_token_hint import read_hint


def check_id_token_hint(asking: Asking, request: AuthorizationRequest) -> AuthorizationRequest:
    """One of ours, for this client, expired or not."""
    token = asking.parameters.get("id_token_hint")
    if token is None:
        return request
    hint = read_hint(token, asking.issuer, asking.ring)
    if asking.client.id not in hint.client_ids:
        raise Refusal("invalid_request", "The id_token_hint was issued to another client.")
    return replace(request, hinted_sub=hint.sub)
