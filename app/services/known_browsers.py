"""Browsers in which an account signed in before: others' guessing must not keep its owner out there.

What such a browser keeps is random and signed for one account; it is no way in, it only has tries of its own.
"""

from app.crypto.digests import keyed, new_secret, same
from app.services.wiring import Services

_RANDOM_BYTES = 16


def mark(services: Services, address_index: bytes) -> str:
    """What a browser keeps after this account signed in there."""
    browser = new_secret(_RANDOM_BYTES)
    return f"{browser}.{_signature(services, address_index, browser)}"


def is_marked(services: Services, address_index: bytes, kept: str) -> bool:
    """Whether this account signed in before in the browser that kept this."""
    browser, _dot, signature = kept.partition(".")
    return bool(browser) and same(signature, _signature(services, address_index, browser))


def _signature(services: Services, address_index: bytes, browser: str) -> str:
    message = b"known browser\x00" + address_index + browser.encode("utf-8", "surrogatepass")
    return keyed(services.secrets.email_index, message).hex()
