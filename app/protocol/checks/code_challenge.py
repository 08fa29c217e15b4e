"""The proof key of the request: S256 or none at all, and none only where the client's profile allows it."""

import re
from dataclasses import replace

from app.domain.authorization_request import AuthorizationRequest
from app.domain.errors import Refusal
from app.domain.security_profiles import security_profile
from app.protocol.asking import Asking

_S256 = re.compile(r"[A-Za-z0-9_-]{43}")  # a SHA-256 in base64url: RFC 7636 §4.2


def check_code_challenge(asking: Asking, request: AuthorizationRequest) -> AuthorizationRequest:
    """A method that is missing would mean ``plain`` (RFC 7636 §4.3), which RFC 9700 §2.1.1 advises against."""
    challenge = asking.parameters.get("code_challenge")
    method = asking.parameters.get("code_challenge_method")
    if challenge is None:
        if method is not None:
            raise Refusal("invalid_request", "A code_challenge_method needs a code_challenge.")
        if asking.client.public or security_profile(asking.client.security_profile).challenge_always:
            raise Refusal("invalid_request", "This client must send a code_challenge (PKCE, S256).")
        return request
    if method != "S256":
        raise Refusal("invalid_request", "The code_challenge_method must be S256.")
    if _S256.fullmatch(challenge) is None:
        raise Refusal("invalid_request", "The code_challenge is not an S256 challenge.")
    return replace(request, code_challenge=challenge)
