"""Takes the one response type there is: nothing but a code ever leaves through the browser (RFC 9700 §2.1.2)."""

from app.domain.authorization_request import AuthorizationRequest
from app.domain.client_metadata import RESPONSE_TYPES
from app.domain.errors import Refusal
from app.protocol.asking import Asking


def check_response_type(asking: Asking, request: AuthorizationRequest) -> AuthorizationRequest:
    """A missing one is unsupported too, and the sentence says so: some libraries send none by themselves."""
    if asking.parameters.get("response_type") not in RESPONSE_TYPES:
        raise Refusal("unsupported_response_type", "There must be a response_type, and the only one is code.")
    if "authorization_code" not in asking.client.grant_types:
        raise Refusal("unauthorized_client", "This client is not registered for the authorization code grant.")
    return request
