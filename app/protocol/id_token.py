"""Signs ID tokens: protocol claims of our own, data terms of the grant, personal claims by the release rule only."""

from app.crypto import jwt
from app.crypto.keyring import SigningKey
from app.domain.clients import Client
from app.domain.granted_scope import names_a_level
from app.domain.token_claims import id_token_claims
from app.protocol.client_request import ClientRequest
from app.protocol.entitlement import Entitlement
from app.services.release import data_terms
from app.services.tokens.session_ids import sid

TYPE = "JWT"


def signed(
    request: ClientRequest,
    client: Client,
    key: SigningKey,
    what: Entitlement,
    scopes: frozenset[str],
    access_token: str,
) -> str:
    """The ID token beside an access token (OpenID Connect Core §3.1.3.3); at refresh without a nonce (§12.2)."""
    services = request.services
    claims = id_token_claims(
        services.settings.issuer,
        client.id,
        what.opened.grant.sub,
        what.authentication,
        issued_at=request.now,
        lifetime_s=services.settings.tokens.id_token_s,
        sid=sid(services, what.session_id, client.id, what.opened.grant.sub),
        at_hash=jwt.at_hash(key.alg, access_token),
        nonce=what.nonce,
        released=what.released.values,
        terms=data_terms(services, what.opened, what.released) if names_a_level(scopes) else {},
    )
    return jwt.sign(key, claims, typ=TYPE)
