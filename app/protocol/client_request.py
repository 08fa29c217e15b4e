"""One request that a client sends itself, strictly read: parameters once each, in a form body, nowhere else."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from authlib.oauth2.rfc6749 import OAuth2Request
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload

from app.domain.clients import Client
from app.domain.errors import Refusal
from app.protocol import parameters
from app.services.wiring import Services

FORM = "application/x-www-form-urlencoded"
# fmt: off
_IN_THE_BODY = frozenset({
    "access_token", "client_assertion", "client_assertion_type", "client_id", "client_secret", "code", "code_verifier",
    "grant_type", "redirect_uri", "refresh_token", "scope", "token", "token_type_hint",
})
# fmt: on


class ClientRequest(OAuth2Request):
    """The library's request, holding what our grants and endpoints work with.

    ``party`` is the client once it is authenticated; ``source`` the network address the request came from.
    """

    def __init__(
        self,
        services: Services,
        path: str,
        sent: parameters.Parameters,
        authorization: str | None,
        source: str,
        now: datetime,
    ) -> None:
        # The address is ours by configuration: whether TLS ends at a proxy is not seen, nor guessed, from here.
        super().__init__("POST", f"https://endpoint{path}", headers={})
        self.services, self.path, self.source, self.now = services, path, source, now
        self.authorization = authorization
        self.payload = BasicOAuth2Payload(dict(sent.values))
        self.party: Client | None = None

    def __repr__(self) -> str:
        return f"ClientRequest({self.path!r})"

    @property
    def form(self) -> Any:
        """The parameters."""
        return self.payload.data

    def get(self, name: str) -> str | None:
        """A parameter, or None when it was not sent or sent empty (RFC 6749 §3.2)."""
        value: str | None = self.payload.data.get(name)
        return value


def read_form(content_type: str | None, query: Iterable[str], form: Iterable[tuple[str, str]]) -> parameters.Parameters:
    """The parameters of a form post; Refusal invalid_request for any other way of sending them.

    Nothing of it in the URL, where it would be logged (RFC 6749 §2.3.1); nothing twice (§3.2); no other media type.
    What else stands in the URL is the client's own, such as the number by which it finds its request again (§3.2).
    """
    if not _IN_THE_BODY.isdisjoint(query):
        raise Refusal("invalid_request", "Parameters belong in the body, not in the URL.")
    if content_type != FORM:
        raise Refusal("invalid_request", f"The body must be {FORM}.")
    sent = parameters.read((), form)
    sent.refuse_repeated()
    return sent
