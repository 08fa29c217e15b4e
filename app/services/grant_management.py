"""What a client does with a grant by itself, outside a login: look it up, give it back."""

from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus

from sqlalchemy import Connection

from app.domain.clients import Client
from app.domain.errors import Refusal
from app.domain.grants import EndReason, Grant
from app.domain.holding import holding
from app.services import agreed_terms, endings
from app.services.wiring import Services
from app.storage import grant_versions, grants, people, profiles, time_marks


@dataclass(frozen=True)
class Queried:
    """A grant as its client may see it, and when it was last decided about: given, narrowed, paused, objected to."""

    grant: Grant
    decided_at: datetime


def query(services: Services, client: Client, grant_id: str, now: datetime) -> Queried:
    """A live grant of this client, by what it gives now.

    Refusal ``invalid_grant_id`` for every other id, the same for whatever reason.
    """
    with services.database.read() as db:
        seen_at = time_marks.seen(db, now)
        grant = _live(db, client, grant_id, seen_at)
        latest = grant_versions.find(db, grant.id, grant.version)
        agreed = {} if latest is None else agreed_terms.read(latest.terms)
        own = profiles.of_persona(db, grant.person_id, grant.persona_id)
    now_held = holding(grant, agreed, client.business.intended_use, services.policy, own, seen_at)
    told = replace(grant, claims=now_held.claims, collection=now_held.collection)
    return Queried(told, grant.given_at if latest is None else latest.decided_at)


def revoke(services: Services, client: Client, grant_id: str, now: datetime) -> None:
    """End a live grant because its client does not want it any more; Refusal ``invalid_grant_id`` as ``query``.

    The person sees that the business ended it, with a receipt; the business gets no event of its own act, only the
    logouts.
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
