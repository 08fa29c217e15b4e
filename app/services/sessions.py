"""Signed-in sessions: opened with a new secret at every sign-in, found by its digest, ended on the server."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import Connection

from app.crypto.digests import digest, new_secret
from app.services import logouts
from app.services.wiring import Services
from app.storage import sessions as rows
from app.storage.sessions import Session

__all__ = ["Session"]

ACR_PASSWORD = "urn:sluis:acr:password"
AMR_PASSWORD = frozenset({"pwd"})
_SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Listed:
    """One running session as its owner sees it in a list."""

    session: Session
    is_this: bool


def open_in(
    services: Services, db: Connection, person_id: str, *, acr: str, amr: frozenset[str], now: datetime
) -> tuple[Session, str]:
    """Start a session in the caller's transaction; returns it with the secret its cookie holds."""
    secret = new_secret()
    session = Session(uuid4().hex, person_id, now, acr, amr, now, now)
    expires_at = now + timedelta(seconds=services.settings.login.session_absolute_s)
    rows.add(db, session, digest(secret), expires_at)
    return session, secret


def renew_in(
    services: Services, db: Connection, old: Session, *, acr: str, amr: frozenset[str], now: datetime
) -> tuple[Session, str]:
    """The person proved again who they are: the same session for clients, a new secret for the browser.

    A session that ended meanwhile is not revived: a new one is opened.
    """
    secret = new_secret()
    session = replace(old, auth_time_at=now, acr=acr, amr=amr, last_seen_at=now)
    expires_at = now + timedelta(seconds=services.settings.login.session_absolute_s)
    if rows.renew(db, session, digest(secret), expires_at, now):
        return session, secret
    return open_in(services, db, old.person_id, acr=acr, amr=amr, now=now)


def find(services: Services, secret: str, now: datetime) -> Session | None:
    """The live session behind a cookie, of a person who may act; None for everything else. One select."""
    idle_since = now - timedelta(seconds=services.settings.login.session_idle_s)
    with services.database.read() as db:
        session = rows.find(db, digest(secret), now, idle_since)
    if session is not None and now - session.last_seen_at >= _SEEN_EVERY:
        with services.database.note_one() as db:
            rows.saw(db, session.id, now)
    return session


def listed(services: Services, this: Session, now: datetime) -> tuple[Listed, ...]:
    """The person's live sessions, this one first, then the latest seen."""
    idle_since = now - timedelta(seconds=services.settings.login.session_idle_s)
    with services.database.read() as db:
        live = rows.of_person(db, this.person_id, now, idle_since)
    return tuple(sorted((Listed(session, session.id == this.id) for session in live), key=lambda it: not it.is_this))


def end(services: Services, session_id: str, now: datetime, *, person_id: str | None = None) -> bool:
    """End one session everywhere; with ``person_id`` only if it is theirs. False when nothing ended."""
    with services.database.write() as db:
        return end_in(services, db, session_id, now, person_id=person_id)


def end_all(services: Services, person_id: str, now: datetime, but: str | None = None) -> None:
    """End every session of a person, one id perhaps excepted."""
    with services.database.write() as db:
        end_all_in(services, db, person_id, now, but=but)


def end_in(services: Services, db: Connection, session_id: str, now: datetime, *, person_id: str | None = None) -> bool:
    """End one session in the caller's transaction, and have the clients it visited told."""
    ended = rows.end(db, session_id, now, person_id=person_id)
    if ended:
        logouts.session_ended(services, db, [session_id], now)
    return ended


def end_all_in(services: Services, db: Connection, person_id: str, now: datetime, *, but: str | None = None) -> None:
    """The same for every session of a person, one perhaps excepted."""
    logouts.session_ended(services, db, rows.end_all(db, person_id, now, but=but), now)
