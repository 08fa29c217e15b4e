"""A business's own system at an endpoint under /v1: which client it is, and the one JSON document it sent.

It proves itself as at the token endpoint; what a form holds there (client_id, client_secret, client_assertion) are
members of the document here. Or it brings a token it got for itself there, by client credentials. What the document
means is the business of the endpoint.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.domain.client_scopes import API
from app.domain.clients import Client
from app.domain.errors import Faulty, Refusal
from app.protocol import parameters, strict_json
from app.protocol.client_authentication import authenticate_confidential
from app.protocol.client_request import ClientRequest
from app.protocol.resource_access import bearer_token
from app.services.tokens import client_tokens
from app.services.wiring import Services

LONGEST = 64 * 1024
_CREDENTIALS = ("client_id", "client_secret", "client_assertion", "client_assertion_type")


@dataclass(frozen=True)
class Call:
    """One request as it arrived."""

    services: Services
    path: str
    authorization: str | None = field(repr=False)
    content_type: str | None
    body: bytes = field(repr=False)
    query: tuple[tuple[str, str], ...] = field(repr=False)
    source: str
    now: datetime

    @property
    def scheme(self) -> str:
        """How the client authenticates in the header, in small letters; empty when it does not."""
        return (self.authorization or "").partition(" ")[0].lower()


def client_and_document(
    call: Call, longest: int = LONGEST, *, scopes: tuple[str, ...] = (API,)
) -> tuple[Client, dict[str, Any]]:
    """The client, proved, and the members it sent, its credentials taken out. A token must be of one of ``scopes``.

    Refusal invalid_request for anything in the URL or anything but one JSON object (413 when it is longer than
    ``longest`` bytes), invalid_client, invalid_token or insufficient_scope when the client does not prove itself.
    """
    if call.query:
        raise Refusal("invalid_request", "Parameters belong in the body, not in the URL.")
    document = sent_object(call, longest)
    credentials = {name: document.pop(name) for name in _CREDENTIALS if name in document}
    if not all(isinstance(value, str) for value in credentials.values()):
        raise Refusal("invalid_request", "The credentials of a client are text.")
    return _client(call, tuple(credentials.items()), scopes), document


def client_and_query(
    call: Call, known: Iterable[str], *, scopes: tuple[str, ...] = (API,)
) -> tuple[Client, parameters.Parameters]:
    """The client, proved by its header, and the parameters in the URL of a request without a body.

    Refusal invalid_request for a parameter that is not ``known``, sent twice or sent empty.
    """
    client = _client(call, (), scopes)
    sent = parameters.read(call.query)
    if sent.repeated or not {name for name, _ in call.query} <= frozenset(known):
        told = f"The parameters are {', '.join(known)}, once each." if known else "There are no parameters here."
        raise Refusal("invalid_request", told)
    empty = tuple((name, "must not be empty") for name, value in call.query if not value)
    if empty:
        raise Faulty(empty)
    return client, sent


def page_size(sent: parameters.Parameters, *, usual: int, most: int) -> int | None:
    """How many are asked for by ``limit``; None when that is no number from 1 to ``most``."""
    text = sent.get("limit")
    if text is None:
        return usual
    number = int(text) if text.isascii() and text.isdecimal() and len(text) <= len(str(most)) else 0
    return number if 1 <= number <= most else None


def client_of_token(call: Call, scopes: tuple[str, ...]) -> Client:
    """The client whose own token is in the header; Refusal invalid_request, invalid_token or insufficient_scope.

    NoToken when there is none (RFC 6750 §3.1).
    """
    token = bearer_token(call.authorization, (name for name, _ in call.query), None, ())
    used = client_tokens.use(call.services, token, call.now)
    if used is None:
        raise Refusal("invalid_token", "The access token is not valid.", logged=f"no token opens {call.path}")
    client, opened = used
    if opened.scopes.isdisjoint(scopes):
        raise Refusal("insufficient_scope", f"The access token is not of scope {' or '.join(scopes)}.")
    return client


def _client(call: Call, credentials: tuple[tuple[str, str], ...], scopes: tuple[str, ...]) -> Client:
    if call.scheme == "bearer" or "access_token" in {name for name, _ in call.query}:
        return client_of_token(call, scopes)
    sent = parameters.read((), credentials)
    request = ClientRequest(call.services, call.path, sent, call.authorization, call.source, call.now)
    return authenticate_confidential(request)


def sent_object(call: Call, longest: int = LONGEST) -> dict[str, Any]:
    """The one JSON object in the body, each member once; Refusal invalid_request for anything else."""
    return strict_json.sent_object(call.content_type, call.body, longest)
