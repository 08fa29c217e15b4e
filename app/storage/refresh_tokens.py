"""Refresh tokens by digest, in families that descend from one code. Rotating and revoking are single statements."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from app.storage.columns import columns_of
from app.storage.prepared import Prepared
from app.storage.tables.grants import grants
from app.storage.tables.logins import refresh_tokens as rows


@dataclass(frozen=True)
class Stored:
    """One refresh token as it is kept; the token itself is not."""

    secret_digest: bytes = field(repr=False)
    family: bytes = field(repr=False)
    grant_id: str
    client_id: str
    content: Any
    created_at: datetime
    expires_at: datetime
    rotated_at: datetime | None = None
    successor_sealed: str | None = field(default=None, repr=False)
    revoked_at: datetime | None = None


_COLUMNS = columns_of(rows, Stored)
_FIND = Prepared(select(*_COLUMNS).where(rows.c.secret_digest == bindparam("digest")))
_ADD = Prepared(insert(rows))
_ROTATE = Prepared(
    update(rows)
    .where(
        rows.c.secret_digest == bindparam("digest"),
        rows.c.client_id == bindparam("client"),
        rows.c.rotated_at.is_(None),
        rows.c.revoked_at.is_(None),
        rows.c.expires_at > bindparam("now"),
    )
    .values(rotated_at=bindparam("now"), successor_sealed=bindparam("successor"))
    .returning(*_COLUMNS)
)
_REVOKE_FAMILY = (
    update(rows)
    .where(rows.c.family == bindparam("of_family"), rows.c.revoked_at.is_(None))
    .values(revoked_at=bindparam("now"))
)


def add(db: Connection, token: Stored) -> None:
    """A new refresh token."""
    _ADD.run(db, **vars(token))


def find(db: Connection, secret_digest: bytes) -> Stored | None:
    """The row of a token, whatever became of it."""
    row = _FIND.first(db, digest=secret_digest)
    return None if row is None else Stored(*row)


def rotate(db: Connection, secret_digest: bytes, client_id: str, successor_sealed: str, now: datetime) -> Stored | None:
    """Use a live token of this client up; None for every caller but the first, and for any other token."""
    row = _ROTATE.first(db, digest=secret_digest, client=client_id, successor=successor_sealed, now=now)
    return None if row is None else Stored(*row)


def revoke_family(db: Connection, family: bytes, now: datetime) -> None:
    """Revoke every token that descends from one code."""
    db.execute(_REVOKE_FAMILY, {"of_family": family, "now": now})


def end_with_grant(db: Connection, grant_id: str, ends_at: datetime) -> None:
    """Let every token that is not revoked live until its grant ends now, be that sooner or later than it was."""
    out = (rows.c.grant_id == grant_id, rows.c.revoked_at.is_(None))
    db.execute(update(rows).where(*out).values(expires_at=ends_at))


def revoke_all_of_grant(db: Connection, grant_id: str, now: datetime) -> None:
    """Revoke every refresh token of one grant; access tokens of an ended grant need no list."""
    out = (rows.c.grant_id == grant_id, rows.c.revoked_at.is_(None))
    db.execute(update(rows).where(*out).values(revoked_at=now))


def revoke_everybodys(db: Connection, now: datetime) -> None:
    """Nobody's refresh token works any more."""
    db.execute(update(rows).where(rows.c.revoked_at.is_(None)).values(revoked_at=now))


def revoke_all_of_person(db: Connection, person_id: str, now: datetime) -> list[bytes]:
    """Revoke every refresh token a person's grants have out; returns the families, for their access tokens."""
    of_person = select(grants.c.id).where(grants.c.person_id == person_id)
    revoked = db.execute(
        update(rows)
        .where(rows.c.grant_id.in_(of_person), rows.c.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(rows.c.family)
    )
    return sorted({row.family for row in revoked})
