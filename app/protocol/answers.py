"""What an endpoint answers a client: a status, members, headers. Here a refusal becomes HTTP, once, for all of them."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from authlib.oauth2 import OAuth2Error

from app.domain.errors import Faulty, Refusal, TooMany

REALM = "sluis"
_JSON = "application/json"
_NOT_IN_A_DESCRIPTION = re.compile(r"[^\x20\x21\x23-\x5b\x5d-\x7e]")
_encode = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


@dataclass(frozen=True)
class Answer:
    """One answer. The body may hold tokens and facts: for the client alone."""

    status: int
    body: bytes = field(default=b"", repr=False)
    content_type: str = _JSON
    headers: tuple[tuple[str, str], ...] = ()


def answered(members: Mapping[str, Any], status: int = HTTPStatus.OK) -> Answer:
    """A JSON answer."""
    return Answer(status, _encode(members).encode("ascii"))


def refused(refusal: Refusal, challenge: str) -> Answer:
    """A refusal (RFC 6749 §5.2, RFC 6750 §3): what the client's developer is told, and never what is logged.

    ``challenge`` is the scheme this endpoint asks for. Every 401 and 403 names it in WWW-Authenticate; where it is
    Bearer, so does an invalid_request, since the token was not sent as it should be (RFC 6750 §3.1).
    """
    description = described(refusal.told_client)
    headers: list[tuple[str, str]] = []
    if isinstance(refusal, TooMany):
        headers.append(("Retry-After", str(refusal.wait_s)))
    badly_brought = challenge == "Bearer" and refusal.code == "invalid_request"
    if badly_brought or refusal.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        headers.append(("WWW-Authenticate", _challenge(challenge, refusal.code, description)))
    members: dict[str, Any] = {"error": refusal.code, "error_description": description}
    if isinstance(refusal, Faulty):
        members["faults"] = [{"place": place, "problem": problem} for place, problem in refusal.faults]
    return Answer(refusal.status, _encode(members).encode("ascii"), headers=tuple(headers))


def described(told_client: str) -> str:
    """A sentence as ``error_description`` may hold it (RFC 6749 §4.1.2.1, §5.2)."""
    return _NOT_IN_A_DESCRIPTION.sub("?", told_client.replace('"', "'"))


def asked_to_authenticate() -> Answer:
    """The answer to a request for a protected resource without any token: no error code (RFC 6750 §3.1)."""
    return Answer(HTTPStatus.UNAUTHORIZED, headers=(("WWW-Authenticate", f'Bearer realm="{REALM}"'),))


def refusal_of(error: OAuth2Error) -> Refusal:
    """The library's error in the house's words."""
    return Refusal(str(error.error), str(error.get_error_description()), status=error.status_code)


def _challenge(scheme: str, code: str, description: str) -> str:
    # The error in it too: a library may tell the developer of the challenge and not of the body (oauth4webapi).
    charset = ', charset="UTF-8"' if scheme == "Basic" else ""
    return f'{scheme} realm="{REALM}"{charset}, error="{code}", error_description="{description}"'
