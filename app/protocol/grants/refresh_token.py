"""The refresh grant. Only the library's dispatch is used: its own order rotates after it has answered."""

from typing import Any

from authlib.oauth2.rfc6749.errors import InvalidRequestError, UnauthorizedClientError
from authlib.oauth2.rfc6749.grants import BaseGrant, TokenEndpointMixin

from app.domain.clients import Client
from app.protocol.client_authentication import authenticate
from app.protocol.entitlement import Entitlement
from app.protocol.issuing import signer, token_members
from app.protocol.parameters import words
from app.services.tokens import refresh_tokens


class RefreshGrant(BaseGrant, TokenEndpointMixin):
    """grant_type=refresh_token (RFC 6749 §6)."""

    GRANT_TYPE = "refresh_token"

    def validate_token_request(self) -> None:
        """Who asks, and with what; whether the token is good is decided when it is used."""
        client: Client = authenticate(self.request)
        if self.GRANT_TYPE not in client.grant_types:
            raise UnauthorizedClientError("The client is not registered for this grant type.")
        if self.request.get("refresh_token") is None:
            raise InvalidRequestError("Missing 'refresh_token' in request.")

    def create_token_response(self) -> tuple[int, dict[str, Any], list[tuple[str, str]]]:
        """Use the token and issue under its family's live grant, with the login's own auth_time (OIDC Core §12.2)."""
        request, client = self.request, self.request.party
        scope = request.get("scope")
        key = signer(request, client)
        refreshed = refresh_tokens.refresh(
            request.services,
            client,
            request.get("refresh_token"),
            None if scope is None else frozenset(words(scope)),
            request.now,
        )
        what = Entitlement(
            opened=refreshed.opened,
            released=refreshed.released,
            scopes=refreshed.opened.scopes,
            origin=refreshed.origin,
            session_id=refreshed.pinned.session_id,
            offline=True,
            authentication=refreshed.pinned.authentication,
            refresh_token=refreshed.token,
        )
        return 200, token_members(request, client, key, what), []
