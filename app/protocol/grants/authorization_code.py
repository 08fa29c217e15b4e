"""The authorization code grant: the library checks the request, one transaction redeems the code."""

from typing import Any

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749.errors import InvalidGrantError
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc7636 import CodeChallenge

from app.protocol.client_authentication import authenticate
from app.protocol.entitlement import Entitlement
from app.protocol.issuing import signer, token_members
from app.protocol.parties import Party, PresentedCode
from app.services.tokens import codes


class Verifier(CodeChallenge):
    """Proof of possession of a code (RFC 7636 §4.6); S256 alone was accepted when the code was made."""

    def __call__(self, grant: AuthorizationCodeGrant) -> None:
        grant.register_hook("after_validate_token_request", self.check)

    def check(self, grant: AuthorizationCodeGrant, result: Any) -> None:
        """Refuse a wrong or missing verifier and count it, and a verifier for a code that asked for none."""
        request = grant.request
        try:
            self.validate_code_verifier(grant, result)
        except OAuth2Error:
            code = request.authorization_code.code
            if code.challenge is not None:
                codes.count_miss(request.services, code, request.now)
            raise


class CodeGrant(AuthorizationCodeGrant):
    """grant_type=authorization_code (RFC 6749 §4.1.3)."""

    def authenticate_token_endpoint_client(self) -> Party:
        """By one mechanism, the registered one; the library would try several."""
        return Party(authenticate(self.request))

    def query_authorization_code(self, code: str, client: Party) -> PresentedCode:
        """A code of this client that has not expired; whether it was used is decided when it is redeemed."""
        found = codes.read_code(self.request.services, code, client.client.id, self.request.now)
        if found is None:
            raise InvalidGrantError("The code has expired, is another client's, or is not a code.")
        return PresentedCode(found)

    def create_token_response(self) -> tuple[int, dict[str, Any], list[tuple[str, str]]]:
        """Redeem and issue. Not the library's order, which saves the tokens first and deletes the code last."""
        request, client = self.request, self.request.client.client
        code = request.authorization_code.code
        pinned = code.pinned
        key = signer(request, client)
        refreshable = self.client.check_grant_type("refresh_token")
        redeemed = codes.redeem(request.services, code, refreshable=refreshable, now=request.now)
        what = Entitlement(
            opened=redeemed.opened,
            released=redeemed.released,
            scopes=redeemed.opened.scopes if refreshable else redeemed.opened.scopes - {"offline_access"},
            origin=code.digest,
            session_id=pinned.session_id,
            offline=refreshable and code.offline,
            authentication=pinned.authentication,
            nonce=code.nonce,
            refresh_token=redeemed.refresh_token,
        )
        return 200, token_members(request, client, key, what), []
