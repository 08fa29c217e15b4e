"""Finds one grant with its client: for the person who gave it, where nothing tells another's from none, or for all."""

from datetime import datetime

from sqlalchemy import Connection

from app.domain.clients import Client
from app.domain.errors import Refusal
from app.domain.grants import Grant
from app.services.wiring import Services
from app.storage import grants, people, shared_grants, time_marks


def own(services: Services, db: Connection, grant_id: str, person_id: str) -> tuple[Grant, Client]:
    """A grant, running or ended, and its client; Refusal ``no_grant`` when it is not this person's."""
    found = shared_grants.find(db, services.policy, grant_id)
    if found is None or found[0].person_id != person_id:
        raise Refusal("no_grant", "There is no such grant.", status=404)
    return found


def live(services: Services, db: Connection, grant_id: str, person_id: str, now: datetime) -> tuple[Grant, Client]:
    """The same of a running grant; Refusal ``no_grant`` also when its time is over."""
    grant, client = own(services, db, grant_id, person_id)
    if not grant.live(time_marks.seen(db, now)):
        raise Refusal("no_grant", "There is no such running grant.")
    return grant, client


def held(services: Services, db: Connection, grant_id: str, person_id: str, now: datetime) -> tuple[Grant, Client]:
    """A running grant in a writing transaction, until whose end everything else about the person waits."""
    people.lock(db, person_id)
    return live(services, db, grant_id, person_id, now)


def locked(services: Services, db: Connection, grant_id: str) -> tuple[Grant, Client] | None:
    """Anybody's, running or ended, as it stands once everything else about its giver waits; None when it is gone."""
    before = grants.find(db, grant_id)
    if before is None or not people.lock(db, before.person_id):
        return None
    return shared_grants.find(db, services.policy, grant_id)
