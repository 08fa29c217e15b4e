"""The library's authorization server, wrapped: it finds the grant or endpoint for a request; every rule is ours.

Stateless: what a request needs, it carries. Nothing here knows Flask.
"""

import logging
from typing import Any

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import AuthorizationServer

from app.domain.client_metadata import GRANT_TYPES
from app.domain.errors import Refusal
from app.protocol.answers import Answer, answered, refusal_of
from app.protocol.client_request import ClientRequest
from app.protocol.endpoints.introspection import Introspection
from app.protocol.endpoints.revocation import Revocation
from app.protocol.grants.authorization_code import CodeGrant, Verifier
from app.protocol.grants.client_credentials import ClientCredentialsGrant
from app.protocol.grants.refresh_token import RefreshGrant

# At DEBUG the library prints the tokens it issues.
logging.getLogger("authlib").setLevel(logging.WARNING)


class Server(AuthorizationServer):
    """Grants and endpoints by name. What they refuse is raised as a Refusal, whoever found the fault."""

    def __init__(self) -> None:
        super().__init__()
        self.register_grant(CodeGrant, [Verifier(required=True)])
        self.register_grant(RefreshGrant)
        self.register_grant(ClientCredentialsGrant)
        self.register_endpoint(Introspection)
        self.register_endpoint(Revocation)

    def token(self, request: ClientRequest) -> Answer:
        """The token endpoint (RFC 6749 §3.2)."""
        grant_type = request.get("grant_type")
        if grant_type is None:
            raise Refusal("invalid_request", "The grant_type is missing.")
        if grant_type not in GRANT_TYPES:
            raise Refusal("unsupported_grant_type", f"The grant types are {', '.join(GRANT_TYPES)}.")
        answer: Answer = self.create_token_response(request)
        return answer

    def endpoint(self, name: str, request: ClientRequest) -> Answer:
        """An endpoint of the library's kind."""
        answer: Answer = self.create_endpoint_response(name, request)
        return answer

    def create_oauth2_request(self, request: ClientRequest) -> ClientRequest:
        """The request is what the library wants already."""
        return request

    def handle_response(self, status: int, body: Any, headers: Any) -> Answer:  # noqa: ARG002 - the web sets headers
        """An answer of ours."""
        return answered(body, status)

    def handle_error_response(self, request: ClientRequest, error: OAuth2Error) -> Answer:  # noqa: ARG002
        """One kind of refusal in the house."""
        raise refusal_of(error)

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Nobody listens."""


SERVER = Server()
