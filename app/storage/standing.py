"""The one select behind every use of a token: the live grant with everything that may forbid it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, Integer, and_, bindparam, case, exists, or_, select

from app.domain.clients import Client
from app.domain.grants import Grant, Standing
from app.domain.levels import Level, Policy
from app.domain.profiles import Profile
from app.storage import clients, grants, profiles
from app.storage.prepared import Prepared
from app.storage.tables.grants import grant_versions
from app.storage.tables.grants import grants as grant_rows
from app.storage.tables.logins import denials, sessions
from app.storage.tables.parties import businesses
from app.storage.tables.parties import clients as client_rows
from app.storage.tables.people import people, person_keys
from app.storage.tables.people import profiles as profile_rows
from app.storage.time_marks import HIGHEST

_LEVEL: BindParameter[int] = bindparam("level", type_=Integer)
_DENIED = exists().where(denials.c.key.in_([bindparam("origin"), bindparam("token")]))
_SESSION_ENDED = exists().where(
    sessions.c.id == bindparam("session_id"),
    or_(
        sessions.c.ended_at.is_not(None),
        sessions.c.expires_at <= bindparam("now", type_=sessions.c.expires_at.type),
        sessions.c.last_seen_at <= bindparam("idle_since", type_=sessions.c.last_seen_at.type),
    ),
)

_SELECT = Prepared(
    select(
        *grants.COLUMNS,
        *clients.COLUMNS,
        *profiles.COLUMNS,
        people.c.standing.label("person_standing"),
        person_keys.c.wrapped_key,
        _DENIED.label("denied"),
        _SESSION_ENDED.label("session_ended"),
        grant_versions.c.terms.label("agreed_terms"),
        HIGHEST.label("seen_at"),
    )
    .join_from(grant_rows, people, grant_rows.c.person_id == people.c.id)
    .join(
        grant_versions,
        and_(grant_versions.c.grant_id == grant_rows.c.id, grant_versions.c.version == grant_rows.c.version),
    )
    .join(person_keys, person_keys.c.person_id == people.c.id)
    .join(client_rows, client_rows.c.id == grant_rows.c.client_id)
    .join(businesses, businesses.c.id == client_rows.c.business_id)
    .join(
        profile_rows,
        and_(
            profile_rows.c.persona_id == grant_rows.c.persona_id,
            profile_rows.c.level == case((grant_rows.c.level < _LEVEL, grant_rows.c.level), else_=_LEVEL),
        ),
    )
    .where(grant_rows.c.id == bindparam("grant_id"))
)


@dataclass(frozen=True)
class Found:
    """A grant and what surrounds it now. ``profile`` is of the lower of the token's level and the grant's."""

    grant: Grant
    client: Client
    person: Standing
    profile: Profile
    agreed_terms: Mapping[str, Any]
    """Of the decision in force, per claim, as its row holds them."""
    wrapped_key: bytes = field(repr=False)
    denied: bool
    session_ended: bool
    seen_at: datetime | None
    """The latest moment this installation has seen."""


def find(  # noqa: PLR0913 - what a token says of itself, and the time
    db: Connection,
    policy: Policy,
    *,
    grant_id: str,
    level: Level,
    origin: bytes,
    token: bytes,
    session_id: str | None,
    idle_since: datetime,
    now: datetime,
) -> Found | None:
    """Everything a token's use depends on; None when the grant, its person or its client is gone.

    ``origin`` and ``token`` are the two keys under which this token may have been denied; a session last seen at
    ``idle_since`` or before has ended.
    """
    row = _SELECT.first(
        db,
        grant_id=grant_id,
        level=int(level),
        origin=origin,
        token=token,
        session_id=session_id,
        idle_since=idle_since,
        now=now,
    )
    if row is None:
        return None
    return Found(
        grant=grants.read(row),
        client=clients.read(row, policy),
        person=Standing(row.person_standing),
        profile=profiles.read(row),
        agreed_terms=row.agreed_terms,
        wrapped_key=row.wrapped_key,
        denied=bool(row.denied),
        session_ended=bool(row.session_ended),
        seen_at=row.seen_at,
    )
