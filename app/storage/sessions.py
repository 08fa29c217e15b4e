"""Rows of sessions: found by the digest of the cookie's secret, never by anything a browser could guess."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, select, update

from app.domain.grants import Standing
from app.storage.columns import columns_of
from app.storage.prepared import Prepared, insertion
from app.storage.tables.logins import sessions
from app.storage.tables.people import people


@dataclass(frozen=True)
class Session:
    """One signed-in browser. ``auth_time_at`` is when the person really proved who they are."""

    id: str
    person_id: str
    auth_time_at: datetime
    acr: str
    amr: frozenset[str]
    created_at: datetime
    last_seen_at: datetime


_COLUMNS = columns_of(sessions, Session)
_LIVE = (
    sessions.c.ended_at.is_(None),
    sessions.c.expires_at > bindparam("now"),
    sessions.c.last_seen_at > bindparam("idle_since"),
)
_FIND = Prepared(
    select(*_COLUMNS)
    .join_from(sessions, people, sessions.c.person_id == people.c.id)
    .where(sessions.c.secret_digest == bindparam("secret_digest"), people.c.standing == Standing.ACTIVE.value, *_LIVE)
)
_OF_PERSON = Prepared(
    select(*_COLUMNS)
    .where(sessions.c.person_id == bindparam("person_id"), *_LIVE)
    .order_by(sessions.c.last_seen_at.desc())
)
_ADD = insertion((*_COLUMNS, sessions.c.secret_digest, sessions.c.expires_at))


def add(db: Connection, session: Session, secret_digest: bytes, expires_at: datetime) -> None:
    """A new session."""
    _ADD.run(db, **vars(session), secret_digest=secret_digest, expires_at=expires_at)


def renew(db: Connection, session: Session, secret_digest: bytes, expires_at: datetime, now: datetime) -> bool:
    """Give a live session a new secret after its person proved again who they are; False when it has ended."""
    live = (sessions.c.id == session.id, sessions.c.ended_at.is_(None))
    fresh = {
        "secret_digest": secret_digest,
        "auth_time_at": now,
        "last_seen_at": now,
        "expires_at": expires_at,
        "acr": session.acr,
        "amr": session.amr,
    }
    return db.execute(update(sessions).where(*live).values(**fresh)).rowcount == 1


def find(db: Connection, secret_digest: bytes, now: datetime, idle_since: datetime) -> Session | None:
    """The live session of an active person."""
    row = _FIND.first(db, secret_digest=secret_digest, now=now, idle_since=idle_since)
    return None if row is None else Session(*row)


def of_person(db: Connection, person_id: str, now: datetime, idle_since: datetime) -> Sequence[Session]:
    """A person's live sessions, latest seen first."""
    rows = _OF_PERSON.all(db, person_id=person_id, now=now, idle_since=idle_since)
    return [Session(*row) for row in rows]


def saw(db: Connection, session_id: str, now: datetime) -> None:
    """Move the idle limit."""
    db.execute(update(sessions).where(sessions.c.id == session_id).values(last_seen_at=now))


def end(db: Connection, session_id: str, now: datetime, *, person_id: str | None) -> bool:
    """End one session; False when it had ended, or is not this person's."""
    theirs = () if person_id is None else (sessions.c.person_id == person_id,)
    running = (sessions.c.id == session_id, sessions.c.ended_at.is_(None), *theirs)
    return db.execute(update(sessions).where(*running).values(ended_at=now)).rowcount == 1


def end_all(db: Connection, person_id: str, now: datetime, *, but: str | None = None) -> Sequence[str]:
    """End a person's sessions, one perhaps excepted; returns which ended."""
    spared = () if but is None else (sessions.c.id != but,)
    ended = (
        update(sessions)
        .where(sessions.c.person_id == person_id, sessions.c.ended_at.is_(None), *spared)
        .values(ended_at=now)
    )
    return db.execute(ended.returning(sessions.c.id)).scalars().all()


def end_everybodys(db: Connection, now: datetime) -> None:
    """Nobody is signed in any more."""
    db.execute(update(sessions).where(sessions.c.ended_at.is_(None)).values(ended_at=now))
