"""What a client does with a grant by itself, outside a login: look it up, give it back."""

from dataclasses import replace
from datetime import datetime

from app.domain.clients import Client
from app.domain.errors import Refusal
from app.domain.grants import EndReason, Grant
from app.services import endings, objections
from app.services.wiring import Services
from app.storage import grants, time_marks


def query(services: Services, client: Client, grant_id: str, now: datetime) -> Grant:
    """A live grant of this client, without what its giver objected to.

    Refusal ``invalid_grant_id`` for every other id, told apart by nobody.
    """
    with services.database.read() as db:
        grant = grants.find(db, grant_id)
        if grant is None or grant.client_id != client.id or not grant.live(time_marks.seen(db, now)):
            raise Refusal("invalid_grant_id", "There is no such grant of this client.", status=404)
        kept_back = objections.withheld(services, db, grant)
    collection = None if grant.collection is None else grant.collection.without(grant.objected)
    return replace(grant, claims=grant.claims - kept_back, collection=collection)


def revoke(services: Services, client: Client, grant_id: str, now: datetime) -> None:
    """End a live grant because its client does not want it any more; Refusal ``invalid_grant_id`` as ``query``.

    The person finds it ended by the business, with a receipt; the business is told nothing it did itself.
    """
    with services.database.write() as db:
        grant = grants.find(db, grant_id)
        if grant is None or grant.client_id != client.id or not grant.live(time_marks.seen(db, now)):
            raise Refusal("invalid_grant_id", "There is no such grant of this client.", status=404)
        endings.end(services, db, client, grant, EndReason.REVOKED_BY_CLIENT, endings.NO_WORDS, now)
