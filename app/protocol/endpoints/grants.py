"""Grant management on the wire (Grant Management for OAuth 2.0 draft 03 §6): a client queries or revokes its own."""

from http import HTTPStatus
from typing import Any

from app.domain.claims import in_catalogue_order
from app.domain.client_scopes import API, GRANT_QUERY, GRANT_REVOKE
from app.protocol.answers import Answer, answered
from app.protocol.business_access import Call, client_and_query
from app.services import grant_management
from app.services.grant_management import Queried


def query(call: Call, grant_id: str) -> Answer:
    """GET: what the grant allows now, by name; no value and nothing of another client."""
    client, _ = client_and_query(call, (), scopes=(API, GRANT_QUERY))
    return answered(_document(grant_management.query(call.services, client, grant_id, call.now)))


def revoke(call: Call, grant_id: str) -> Answer:
    """DELETE: the grant and everything issued under it ends."""
    client, _ = client_and_query(call, (), scopes=(API, GRANT_REVOKE))
    grant_management.revoke(call.services, client, grant_id, call.now)
    return Answer(HTTPStatus.NO_CONTENT)


def _document(queried: Queried) -> dict[str, Any]:
    grant = queried.grant
    scopes = ["openid", grant.level.scope] + (["offline_access"] if grant.offline else [])
    return {
        "grant_id": grant.id,
        "scopes": [{"scope": " ".join(scopes)}],
        "claims": list(in_catalogue_order(grant.claims)),
        "authorization_details": [] if grant.collection is None else [grant.collection.as_detail()],
        "created_at": int(grant.first_given_at.timestamp()),
        "last_updated_at": int(queried.decided_at.timestamp()),
        "expires_at": int(grant.ends_at.timestamp()),
        "data_level": grant.level.word,
        "paused": grant.paused_at is not None,
    }
