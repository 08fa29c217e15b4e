"""Which clients a session gave tokens to, and the logouts they are still to be told (Back-Channel Logout 1.0)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, func, insert, literal, or_, select, update

from app.storage.columns import columns_of
from app.storage.tables.grants import grants
from app.storage.tables.logins import sessions
from app.storage.tables.streams import logouts as rows
from app.storage.tables.streams import session_grants
from app.storage.upsert import insert_into


@dataclass(frozen=True)
class Visit:
    """A session that gave a client tokens under a grant; ``sub`` is who the client knows there."""

    session_id: str
    grant_id: str
    client_id: str
    sub: str


@dataclass(frozen=True)
class Logout:
    """One end of one session, to be told to one client. ``id`` is the jti of every token that tells it."""

    id: str
    client_id: str
    sub: str
    sid: str
    created_at: datetime
    next_attempt_at: datetime
    attempts: int = 0


@dataclass(frozen=True)
class Due:
    """A client with a logout to be told now; ``attempts`` made at the one tried most."""

    client_id: str
    attempts: int


_COLUMNS = columns_of(rows, Logout)


def visit(db: Connection, session_id: str, grant_id: str) -> bool:
    """Note that a session gives tokens under a grant; once is enough. False when it has ended: nobody would be told.

    Whoever ends it waits until this is noted.
    """
    running = select(sessions.c.id, literal(grant_id)).where(sessions.c.id == session_id, sessions.c.ended_at.is_(None))
    noted = insert_into(db.dialect.name, session_grants).from_select(
        session_grants.c.keys(), running.with_for_update(read=True)
    )
    once = noted.on_conflict_do_update(index_elements=session_grants.primary_key, set_={"grant_id": grant_id})
    return db.execute(once.returning(session_grants.c.grant_id)).first() is not None


def take_visits(db: Connection, session_ids: Collection[str]) -> Sequence[Visit]:
    """What these sessions visited; from now on they visited nothing."""
    found = [Visit(*row) for row in db.execute(_visits().where(session_grants.c.session_id.in_(session_ids)))]
    if found:
        db.execute(delete(session_grants).where(session_grants.c.session_id.in_(session_ids)))
    return found


def take_visits_of_grant(db: Connection, grant_id: str) -> Sequence[Visit]:
    """The sessions that gave tokens under a grant and whose end nobody was told; from now on they did not."""
    of_grant = session_grants.c.grant_id == grant_id
    found = [Visit(*row) for row in db.execute(_visits().where(of_grant))]
    db.execute(delete(session_grants).where(of_grant))
    return found


def add(db: Connection, logout: Logout) -> None:
    """Queue one."""
    db.execute(insert(rows).values(**vars(logout)))


def due(db: Connection, now: datetime, limit: int) -> Sequence[Due]:
    """Clients with something to be told now, those that took the last first."""
    most = func.max(rows.c.attempts)
    query = select(rows.c.client_id, most).where(_is_due(now)).group_by(rows.c.client_id)
    return [Due(*row) for row in db.execute(query.order_by(most, rows.c.client_id).limit(limit))]


def lease_next(db: Connection, client_id: str, now: datetime, until: datetime) -> Logout | None:
    """Take a client's oldest logout for an attempt, counted already; None when there is none, or another has it."""
    waiting = (rows.c.client_id == client_id, _is_due(now))
    row = db.execute(select(*_COLUMNS).where(*waiting).order_by(rows.c.created_at, rows.c.id).limit(1)).one_or_none()
    if row is None:
        return None
    untouched = (rows.c.id == row.id, rows.c.attempts == row.attempts, rows.c.next_attempt_at == row.next_attempt_at)
    taken = update(rows).where(*untouched).values(attempts=row.attempts + 1, next_attempt_at=until)
    leased = db.execute(taken.returning(*_COLUMNS)).one_or_none()
    return None if leased is None else Logout(*leased)


def postpone(db: Connection, logout_id: str, until: datetime) -> None:
    """Try one again then."""
    db.execute(update(rows).where(rows.c.id == logout_id).values(next_attempt_at=until))


def postpone_others(db: Connection, client_id: str, now: datetime, until: datetime) -> None:
    """The client is not there: what else is due for it was tried in vain too."""
    waiting = (rows.c.client_id == client_id, _is_due(now))
    db.execute(update(rows).where(*waiting).values(attempts=rows.c.attempts + 1, next_attempt_at=until))


def forget(db: Connection, logout_id: str) -> None:
    """Told, or given up."""
    db.execute(delete(rows).where(rows.c.id == logout_id))


def late(db: Connection, created_before: datetime) -> int:
    """How many older than this were never tried."""
    waiting = select(func.count()).select_from(rows)
    return int(db.execute(waiting.where(rows.c.attempts == 0, rows.c.created_at < created_before)).scalar_one())


def _is_due(now: datetime) -> ColumnElement[bool]:
    """What was never tried may be told now, whatever a clock that was set back has made of its time."""
    return or_(rows.c.next_attempt_at <= now, rows.c.attempts == 0)


def _visits() -> Any:
    return select(session_grants.c.session_id, session_grants.c.grant_id, grants.c.client_id, grants.c.sub).join_from(
        session_grants, grants, session_grants.c.grant_id == grants.c.id
    )
