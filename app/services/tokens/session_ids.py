"""The ``sid`` a client sees: names one session at one client, and links nothing between two of them."""

import base64
import hashlib
import hmac

from app.services.wiring import Services

_BYTES = 24


def sid(services: Services, session_id: str, client_id: str) -> str:
    """The keyed hash of session and client (OpenID Connect Back-Channel Logout §2.1 asks for uniqueness per issuer)."""
    text = f"sid\x00{client_id}\x00{session_id}".encode("utf-8", "surrogatepass")
    raw = hmac.new(services.secrets.form_signing, text, hashlib.sha256).digest()[:_BYTES]
    return base64.urlsafe_b64encode(raw).decode("ascii")
