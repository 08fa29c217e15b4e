"""What a client does with a grant by itself, outside a login: look it up, give it back."""

from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus

from sqlalchemy import Connection

from app.domain.claim_terms import in_force
from app.domain.clients import Client
from app.domain.collection_check import still_collected
from app.domain.consent import still_given
from app.domain.errors import Refusal
from app.domain.grants import EndReason, Grant
from app.domain.profiles import default_profile
from app.services import agreed_terms, endings, objections
from app.services.wiring import Services
from app.storage import grant_versions, grants, people, time_marks


@dataclass(frozen=True)
class Queried:
    """A grant as its client may see it, and when it was last decided about: given, narrowed, paused, objected to."""

    grant: Grant
    decided_at: datetime


def query(services: Services, client: Client, grant_id: str, now: datetime) -> Queried:
    """A live grant of this client, without what its giver objected to and what it declares no more.

    Refusal ``invalid_grant_id`` for every other id, told apart by nobody.
    """
    with services.database.read() as db:
        seen_at = time_marks.seen(db, now)
        grant = _live(db, client, grant_id, seen_at)
        latest = grant_versions.find(db, grant.id, grant.version)
        agreed = {} if latest is None else agreed_terms.read(latest.terms)
        kept_back = objections.withheld(services, db, grant, agreed, client)
    use = client.business.intended_use
    given = still_given(grant, in_force(agreed, seen_at), use, services.policy)
    allowed = default_profile(services.policy, grant.level)
    collection = still_collected(grant, use, services.policy, allowed, seen_at)
    told = replace(given, claims=given.claims - kept_back, collection=collection)
    return Queried(told, grant.given_at if latest is None else latest.decided_at)


def revoke(services: Services, client: Client, grant_id: str, now: datetime) -> None:
    """End a live grant because its client does not want it any more; Refusal ``invalid_grant_id`` as ``query``.

    The person finds it ended by the business, with a receipt; the business is told nothing it did itself.
    """
    with services.database.write() as db:
        seen_at = time_marks.seen(db, now)
        people.lock(db, _live(db, client, grant_id, seen_at).person_id)
        grant = _live(db, client, grant_id, seen_at)  # somebody may have ended it since it was read
        endings.end(services, db, grant, client, EndReason.REVOKED_BY_CLIENT, endings.NO_WORDS, now)


def _live(db: Connection, client: Client, grant_id: str, seen_at: datetime) -> Grant:
    grant = grants.find(db, grant_id)
    if grant is None or grant.client_id != client.id or not grant.live(seen_at):
        raise Refusal("invalid_grant_id", "There is no such grant of this client.", status=HTTPStatus.NOT_FOUND)
    return grant
