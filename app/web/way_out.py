"""Where a link or a form leads that leaves us for an address a client registered: the host to show beside it."""

from urllib.parse import urlsplit


def host_of(uri: str) -> str:
    """What a person is told of the address: its host, and of an app on a device its scheme."""
    parts = urlsplit(uri)
    return parts.hostname or parts.scheme


def link_to(uri: str) -> str:
    """The address where it may stand behind a link, else nothing.

    Registration took it already; what a link leads to is looked at again where it is shown.
    """
    scheme = urlsplit(uri).scheme
    return uri if scheme in {"https", "http"} or "." in scheme else ""  # a native client's own scheme: RFC 8252 §7.1
