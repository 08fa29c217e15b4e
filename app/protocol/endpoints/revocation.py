"""Token revocation (RFC 7009)."""

from typing import Any

from authlib.oauth2.rfc6749.errors import InvalidRequestError
from authlib.oauth2.rfc7009 import RevocationEndpoint

from app.domain.clients import Client
from app.protocol.client_authentication import authenticate
from app.protocol.client_request import ClientRequest
from app.services.tokens.revocation import revoke


class Revocation(RevocationEndpoint):
    """A wrong hint changes nothing; an unknown token is fine (§2.1, §2.2)."""

    def authenticate_endpoint_client(self, request: ClientRequest) -> Client:
        """Public clients too, by their name: they can only revoke what was issued to them."""
        return authenticate(request)

    def authenticate_token(self, request: ClientRequest, client: Client) -> tuple[str, str]:
        """The token as sent, and whose it must be."""
        token = request.get("token")
        if token is None:
            raise InvalidRequestError("Missing 'token' in request.")
        return token, client.id

    def revoke_token(self, token: tuple[str, str], request: ClientRequest) -> Any:
        """Revoke it, of whichever kind it is."""
        text, client_id = token
        revoke(request.services, client_id, text, request.now)
