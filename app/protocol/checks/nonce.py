"""The nonce, echoed in the ID token exactly as it came."""

import re
from dataclasses import replace

from app.domain.authorization_request import AuthorizationRequest
from app.domain.errors import Refusal
from app.protocol.asking import Asking

# It travels inside the code, which is part of a URL.
_NONCE = re.compile(r"[\x20-\x7e]{1,512}")


def check_nonce(asking: Asking, request: AuthorizationRequest) -> AuthorizationRequest:
    """Optional in the code flow (OpenID Connect Core §3.1.2.1)."""
    nonce = asking.parameters.get("nonce")
    if nonce is None:
        return request
    if _NONCE.fullmatch(nonce) is None:
        raise Refusal("invalid_request", "A nonce has 1 to 512 printable ASCII characters.")
    return replace(request, nonce=nonce)
