"""Where a link leads that leaves us for an address a client registered."""

from urllib.parse import urlsplit


def link_to(uri: str) -> str:
    """The address where it may stand behind a link, else nothing.

    Registration took it already; what a link leads to is looked at again where it is shown.
    """
    scheme = urlsplit(uri).scheme
    return uri if scheme in {"https", "http"} or "." in scheme else ""  # a native client's own scheme: RFC 8252 §7.1
