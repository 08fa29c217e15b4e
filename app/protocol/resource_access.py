"""Reads the bearer token of a request for a protected resource: one, in the header or in a form body (RFC 6750 §2)."""

from collections.abc import Iterable

from app.domain.errors import Refusal
from app.protocol.client_request import FORM


class NoToken(Exception):
    """The request carries no token at all: it is asked to bring one, and told no error (RFC 6750 §3.1)."""


def bearer_token(
    authorization: str | None,
    query: Iterable[str],
    content_type: str | None,
    form: Iterable[tuple[str, str]],
) -> str:
    """The token, whatever it looks like; Refusal invalid_request for a token in the URL or more than one.

    ``query`` are the names of the parameters in the URL, where a token would be logged on its way.
    """
    if "access_token" in query:
        raise Refusal("invalid_request", "A token belongs in the Authorization header, never in the URL.")
    posted = [value for name, value in form if name == "access_token"] if content_type == FORM else []
    if len(posted) + (authorization is not None) > 1:
        raise Refusal("invalid_request", "The request carries more than one token.")
    if authorization is None:
        if not posted:
            raise NoToken
        return posted[0]
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer":
        raise NoToken
    return token.strip()
