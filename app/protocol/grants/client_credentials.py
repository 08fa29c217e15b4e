"""The client credentials grant: a confidential client gets a token for itself, of the scopes it registered."""

from typing import Any

from authlib.oauth2.rfc6749.errors import InvalidScopeError, UnauthorizedClientError
from authlib.oauth2.rfc6749.grants import BaseGrant, TokenEndpointMixin

from app.domain.client_scopes import CLIENT_CREDENTIALS, client_scope
from app.domain.clients import Client
from app.protocol.client_authentication import authenticate_confidential
from app.protocol.parameters import words
from app.services.tokens import client_tokens


class ClientCredentialsGrant(BaseGrant, TokenEndpointMixin):
    """grant_type=client_credentials (RFC 6749 §4.4). No person is there: no ID token, no refresh token, no claim."""

    GRANT_TYPE = CLIENT_CREDENTIALS

    def validate_token_request(self) -> None:
        """Who asks: a client that proves itself, and registered to ask for itself (§4.4.2)."""
        client = authenticate_confidential(self.request)
        if self.GRANT_TYPE not in client.grant_types:
            raise UnauthorizedClientError("The client is not registered for this grant type.")

    def create_token_response(self) -> tuple[int, dict[str, Any], list[tuple[str, str]]]:
        """A token of the scopes asked, or of all the client registered (§3.3, §4.4.3)."""
        request = self.request
        client: Client = request.party
        asked = request.get("scope")
        scopes = client_scope(None if asked is None else frozenset(words(asked)), client.scopes)
        if scopes is None:
            raise InvalidScopeError("The scope is not one this client registered for itself.")
        return (
            200,
            {
                "access_token": client_tokens.issue(request.services, client, scopes, request.now),
                "token_type": "Bearer",
                "expires_in": request.services.settings.tokens.access_token_s,
                "scope": " ".join(sorted(scopes)),
            },
            [],
        )
