"""Our values in the shape the library asks for."""

from authlib.oauth2.rfc6749 import AuthorizationCodeMixin, ClientMixin

from app.domain.clients import Client
from app.services.tokens.codes import Code


class Party(ClientMixin):
    """A client that was authenticated."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def __repr__(self) -> str:
        return f"Party({self.client.id!r})"

    def check_grant_type(self, grant_type: str) -> bool:
        """Whether the client registered this grant type."""
        return grant_type in self.client.grant_types


class PresentedCode(AuthorizationCodeMixin):
    """A code that opened, and is this client's."""

    def __init__(self, code: Code) -> None:
        self.code = code
        self.code_challenge = code.challenge
        self.code_challenge_method = "S256"

    def __repr__(self) -> str:
        return "PresentedCode()"

    def get_redirect_uri(self) -> str:
        """The redirect URI of the request, which was never optional there and is not here (RFC 6749 §4.1.3)."""
        return self.code.redirect_uri
