"""What a token answer holds: exactly these members, whichever grant it comes from (RFC 6749 §5.1)."""

from datetime import timedelta
from typing import Any

from app.crypto.keyring import SigningKey
from app.domain.clients import Client
from app.domain.collection_check import still_collected
from app.protocol import id_token
from app.protocol.client_request import ClientRequest
from app.protocol.entitlement import Entitlement
from app.services.tokens import access_tokens
from app.services.tokens.access_tokens import AccessToken


def signer(request: ClientRequest, client: Client) -> SigningKey:
    """The key for the client's ID tokens. Asked for before anything is used up: a missing key must cost nothing."""
    return request.services.keys.ring(request.now).signer(client.id_token_alg, request.now)


def token_members(request: ClientRequest, client: Client, key: SigningKey, what: Entitlement) -> dict[str, Any]:
    """The members of the answer. The scope is always said, and is what is in force, not what was asked."""
    services, now, opened = request.services, request.now, what.opened
    grant = opened.grant
    scopes = opened.in_force(what.scopes)
    life = min(timedelta(seconds=services.settings.tokens.access_token_s), grant.ends_at - now)
    handle = access_tokens.seal(
        services,
        AccessToken(
            client_id=client.id,
            grant_id=grant.id,
            level=opened.level,
            scopes=scopes,
            asked=opened.asked,
            origin=what.origin,
            session_id=None if what.offline else what.session_id,
            issued_at=now,
            expires_at=now + life,
        ),
        now,
    )
    members: dict[str, Any] = {
        "access_token": handle,
        "token_type": "Bearer",
        "expires_in": int(life.total_seconds()),
        "scope": " ".join(sorted(scopes)),
        "grant_id": grant.id,
    }
    if what.refresh_token is not None:
        members["refresh_token"] = what.refresh_token
    if "openid" in scopes:
        members["id_token"] = id_token.signed(request, client, key, what, scopes, handle)
    use = client.business.intended_use
    collection = still_collected(grant, use, services.policy, opened.profile, opened.at)
    if collection is not None:
        members["authorization_details"] = [collection.as_detail()]
    return members
