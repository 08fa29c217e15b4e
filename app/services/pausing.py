"""Freezes a grant without ending it, and lets it go on (GDPR 18). Its term runs on; resuming adds nothing to it."""

from dataclasses import replace
from datetime import datetime

from app.domain.grants import Grant
from app.services import agreed_terms, grant_versions, own_grants
from app.services.receipts import Notice
from app.services.wiring import Services
from app.storage import grants, time_marks


def pause(services: Services, grant_id: str, person_id: str, notice: Notice, now: datetime) -> Grant:
    """Let nothing go out under a live grant from the commit on; one that is paused stays as it is.

    Refusal ``no_grant`` when it is not this person's live grant.
    """
    return _set(services, grant_id, person_id, notice, now, paused_at=now)


def resume(services: Services, grant_id: str, person_id: str, notice: Notice, now: datetime) -> Grant:
    """Let a paused grant go on as it was agreed: same claims, purposes and end. Refusal as for ``pause``."""
    return _set(services, grant_id, person_id, notice, now, paused_at=None)


def is_paused(services: Services, persona_id: str, client_id: str, now: datetime) -> bool:
    """Whether what this persona shares with the client is paused now."""
    return paused_of(services, persona_id, client_id, now) is not None


def paused_of(services: Services, persona_id: str, client_id: str, now: datetime) -> Grant | None:
    """The paused grant of this persona at the client; None when there is none, or it goes on."""
    with services.database.read() as db:
        grant = grants.latest(db, persona_id, client_id)
        if grant is None or grant.paused_at is None or not grant.live(time_marks.seen(db, now)):
            return None
    return grant


def _set(
    services: Services, grant_id: str, person_id: str, notice: Notice, now: datetime, *, paused_at: datetime | None
) -> Grant:
    with services.database.write() as db:
        grant, client = own_grants.held(services, db, grant_id, person_id, now)
        if (grant.paused_at is None) == (paused_at is None):
            return grant
        after = replace(grant, version=grant.version + 1, paused_at=paused_at)
        return grant_versions.take(services, db, grant, client, after, agreed_terms.of(db, grant), notice, now)
