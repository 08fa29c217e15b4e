"""Decides whether an answer may go to the address a request names.

Byte for byte; only the port of a native client on a loopback address may differ.
"""

import re
from collections.abc import Iterable

# RFC 8252 §7.3, and RFC 9700 §4.1.3 for the name localhost: tools that registered it listen on any port too. Each
# stands for itself, because that name may resolve elsewhere.
_LOOPBACK = re.compile(
    r"(?P<host>http://(?:127\.0\.0\.1|\[::1\]|localhost))(?::(?P<port>[1-9][0-9]{0,4}))?(?P<rest>(?:[/?][!-~]*)?)"
)
_LAST_PORT = 65_535


def is_registered(requested: str, registered: Iterable[str], *, native: bool) -> bool:
    """Whether ``requested`` is one of the client's addresses (RFC 9700 §4.1.3).

    A native client on a loopback address listens on whatever port it got (RFC 8252 §7.3); nothing else varies.
    """
    known = tuple(registered)
    if requested in known:
        return True
    portless = _without_port(requested) if native else None
    return portless is not None and any(_without_port(uri) == portless for uri in known)


def _without_port(uri: str) -> tuple[str, str] | None:
    """A loopback address apart from its port, or None for any other."""
    match = _LOOPBACK.fullmatch(uri)
    if match is None or int(match["port"] or 80) > _LAST_PORT:
        return None
    return match["host"], match["rest"]
