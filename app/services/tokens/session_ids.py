"""The ``sid`` a client sees: names one session of one of its customers, and links nothing between two of them."""

import base64

from app.crypto.digests import keyed
from app.services.wiring import Services

_BYTES = 24


def sid(services: Services, session_id: str, client_id: str, sub: str) -> str:
    """The keyed hash of the three (OpenID Connect Back-Channel Logout §2.1 asks for uniqueness per issuer).

    ``sub`` is in it because one browser may log in there as two personas, which the client must not tell are one.
    """
    text = f"sid\x00{client_id}\x00{sub}\x00{session_id}".encode("utf-8", "surrogatepass")
    return base64.urlsafe_b64encode(keyed(services.secrets.form_signing, text)[:_BYTES]).decode("ascii")
