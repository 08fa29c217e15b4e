"""Token introspection (RFC 7662): a client asks about its own tokens and learns names of claims, never a value."""

from dataclasses import dataclass
from typing import Any

from authlib.oauth2.rfc6749.errors import InvalidRequestError
from authlib.oauth2.rfc7662 import IntrospectionEndpoint

from app.domain.claims import in_catalogue_order
from app.domain.clients import Client
from app.domain.release import Channel
from app.protocol.client_authentication import authenticate_confidential
from app.protocol.client_request import ClientRequest
from app.services.release import Bearer, open_grant, release
from app.services.tokens import access_tokens, client_tokens, refresh_tokens
from app.services.tokens.access_tokens import AccessToken
from app.services.tokens.client_tokens import ClientToken


@dataclass(frozen=True)
class Candidate:
    """A token that opened, before its grant was asked."""

    bearer: Bearer
    members: dict[str, Any]
    refreshes: bool


@dataclass(frozen=True)
class Live:
    """A token that may be used now, and the members of its answer."""

    members: dict[str, Any]

    def is_expired(self) -> bool:
        """It would not be here."""
        return False

    is_revoked = is_expired


class Introspection(IntrospectionEndpoint):
    """Every no looks the same: ``{"active": false}`` (§2.2)."""

    def authenticate_endpoint_client(self, request: ClientRequest) -> Client:
        """Confidential clients only."""
        return authenticate_confidential(request)

    def authenticate_token(self, request: ClientRequest, client: Client) -> Live | None:
        """The token, if it is this client's and good; a hint is a hint, so it is not needed (§2.1)."""
        token = request.get("token")
        if token is None:
            raise InvalidRequestError("Missing 'token' in request.")
        own = _own(request, client, token)
        if own is not None:
            return own
        found = _access(request, token) or _refresh(request, token)
        if found is None or found.bearer.client_id != client.id:
            return None
        services, now = request.services, request.now
        with services.database.read() as db:
            opened = open_grant(services, db, found.bearer, now)
            if isinstance(opened, str) or (found.refreshes and not opened.grant.offline):
                return None
            released = release(services, db, Channel.INTROSPECTION, opened)
        return Live(
            found.members
            | {
                "scope": " ".join(sorted(opened.in_force(opened.scopes))),
                "client_id": client.id,
                "sub": opened.grant.sub,
                "grant_id": opened.grant.id,
                "data_level": opened.level.word,
                "data_claims": list(in_catalogue_order(released.names)),
            }
        )

    def introspect_token(self, token: Live) -> dict[str, Any]:
        """The members of §2.2, and for a person's token which claims userinfo would hold at this moment."""
        return token.members


def _own(request: ClientRequest, client: Client, token: str) -> Live | None:
    """A token of the client itself."""
    used = client_tokens.use(request.services, token, request.now)
    if used is None or used[0].id != client.id:
        return None
    found = used[1]
    return Live(_presented(request, found) | {"client_id": client.id, "scope": " ".join(sorted(found.scopes))})


def _access(request: ClientRequest, token: str) -> Candidate | None:
    found = access_tokens.read(request.services, token, request.now)
    if found is None:
        return None
    return Candidate(found.bearer, _presented(request, found), refreshes=False)


def _presented(request: ClientRequest, found: AccessToken | ClientToken) -> dict[str, Any]:
    """The members that an access token of a person and one of a client itself both have."""
    issuer = request.services.settings.issuer
    return {
        "iss": issuer,
        "aud": issuer,
        "token_type": "Bearer",
        "iat": int(found.issued_at.timestamp()),
        "exp": int(found.expires_at.timestamp()),
    }


def _refresh(request: ClientRequest, token: str) -> Candidate | None:
    stored = refresh_tokens.read(request.services, token)
    if stored is None or not refresh_tokens.is_live(stored, request.now):
        return None
    members = {
        "iss": request.services.settings.issuer,
        "iat": int(stored.created_at.timestamp()),
        "exp": int(stored.expires_at.timestamp()),
    }
    return Candidate(refresh_tokens.bearer_of(stored), members, refreshes=True)
