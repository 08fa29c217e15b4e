"""Reads the bearer token of a request for a protected resource: one, in the header or in a form body (RFC 6750 §2)."""

import re
from collections.abc import Iterable

from app.domain.errors import Refusal
from app.protocol.client_request import FORM

_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")


class NoToken(Exception):
    """The request carries no token at all: it is asked to bring one, and told no error (RFC 6750 §3.1)."""


def bearer_token(
    authorization: str | None,
    query: Iterable[str],
    content_type: str | None,
    form: Iterable[tuple[str, str]],
) -> str:
    """The token; Refusal invalid_request for a token in the URL or more than one, invalid_token for a malformed one.

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
        return _checked(posted[0])
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer":
        raise NoToken
    return _checked(token.strip())


def _checked(token: str) -> str:
    if _TOKEN.fullmatch(token) is None:
        raise Refusal("invalid_token", "The access token is not valid.", logged="malformed access token")
    return token
