"""What goes back to the client from the authorization endpoint, and how: in the query, or by a form that posts itself.

Success and error alike, always with ``iss`` (RFC 9207 §2) and the client's own ``state``. Serving it is the web's.
"""

from dataclasses import dataclass, field
from urllib.parse import urlencode

from app.domain.authorization_request import AuthorizationRequest
from app.domain.errors import Refusal
from app.protocol.answers import described


@dataclass(frozen=True)
class ReturnAddress:
    """Where an answer may go: a redirect URI that is registered, and how the client wants it delivered."""

    redirect_uri: str
    response_mode: str = "query"
    state: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Reply:
    """One answer to a client. It may hold a code: for the browser alone."""

    address: ReturnAddress
    parameters: tuple[tuple[str, str], ...] = field(repr=False)

    @property
    def posted(self) -> bool:
        """Whether the browser posts it (OAuth 2.0 Form Post Response Mode)."""
        return self.address.response_mode == "form_post"

    @property
    def location(self) -> str:
        """The redirect URI with the parameters added to its query; what was registered stays byte for byte."""
        uri = self.address.redirect_uri
        return f"{uri}{'&' if '?' in uri else '?'}{urlencode(self.parameters)}"


def address_of(request: AuthorizationRequest) -> ReturnAddress:
    """Where the answer to a checked request goes."""
    return ReturnAddress(request.redirect_uri, request.response_mode, request.state)


def granted(address: ReturnAddress, code: str, issuer: str) -> Reply:
    """The answer with a code (RFC 6749 §4.1.2)."""
    return _reply(address, issuer, ("code", code))


def refused(address: ReturnAddress, code: str, told_client: str, issuer: str) -> Reply:
    """The answer with an error (RFC 6749 §4.1.2.1)."""
    return _reply(address, issuer, ("error", code), ("error_description", described(told_client)))


def refused_by(address: ReturnAddress, refusal: Refusal, issuer: str) -> Reply:
    """The same for a refusal."""
    return refused(address, refusal.code, refusal.told_client, issuer)


def _reply(address: ReturnAddress, issuer: str, *parameters: tuple[str, str]) -> Reply:
    state = () if address.state is None else (("state", address.state),)
    return Reply(address, (*parameters, *state, ("iss", issuer)))
