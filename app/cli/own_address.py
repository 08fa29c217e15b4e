"""Whether the issuer leads to a provider that is well, as a browser finds it: by name, through the proxy, over TLS."""

import ssl
from datetime import UTC, datetime, timedelta
from http.client import HTTPException, HTTPSConnection
from urllib.parse import urlsplit

_ANSWER_S = 5
_SOON = timedelta(days=2)
"""Whatever renews certificates does it earlier, also one that is valid for six days only."""
_WELL = 200


def trouble(issuer: str, now: datetime) -> str | None:
    """What is not well on the way to an https issuer, and what to do about it; None when all is."""
    place = urlsplit(issuer)
    connection = HTTPSConnection(
        place.hostname or "", place.port, timeout=_ANSWER_S, context=ssl.create_default_context()
    )
    try:
        connection.connect()
        ends_at = _end(connection.sock)
        connection.request("GET", "/healthz")
        status = connection.getresponse().status
    except ssl.SSLCertVerificationError as fault:
        return f"no browser trusts {issuer}: {fault.verify_message}. Renew or replace its certificate"
    except (OSError, HTTPException):
        return (
            f"{issuer} does not answer: are `sluis serve` and the proxy running, and does its name lead to them?"
            " If only this machine does not reach them, name the proxy in its /etc/hosts"
        )
    finally:
        connection.close()
    if status != _WELL:
        return f"{issuer}/healthz answers {status}, and not {_WELL}: see the log of `sluis serve`, and of the proxy"
    if ends_at - now < _SOON:
        return f"the certificate of {issuer} ends on {ends_at:%d %B at %H:%M} UTC: see why nothing has renewed it"
    return None


def _end(sock: ssl.SSLSocket) -> datetime:
    certificate = sock.getpeercert() or {}
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)
