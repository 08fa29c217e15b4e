"""What only a client's own registration reads and writes of it: its access token, its end (RFC 7592)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, delete, exists, select, update

from app.domain.grants import Grant, Standing
from app.storage import client_origins
from app.storage.grants import COLUMNS, read
from app.storage.tables.cases import cases
from app.storage.tables.grants import grants
from app.storage.tables.parties import businesses, clients


@dataclass(frozen=True)
class Registered:
    """What managing a registration needs beside the client itself."""

    registration_digest: bytes | None = field(repr=False)
    created_at: datetime
    intended_use: Mapping[str, Any] | None


def set_token(db: Connection, client_id: str, registration_digest: bytes) -> None:
    """The digest of the registration access token with which a client manages itself."""
    db.execute(update(clients).where(clients.c.id == client_id).values(registration_digest=registration_digest))


def registered(db: Connection, client_id: str) -> Registered | None:
    """The registration of a client; None when there is no such client."""
    row = db.execute(
        select(clients.c.registration_digest, clients.c.created_at, businesses.c.intended_use)
        .join_from(clients, businesses, clients.c.business_id == businesses.c.id)
        .where(clients.c.id == client_id)
    ).one_or_none()
    return None if row is None else Registered(row.registration_digest, row.created_at, row.intended_use)


def running_grants(db: Connection, client_id: str, business_id: str) -> Sequence[Grant]:
    """Everything people still allow this client."""
    its = (grants.c.business_id == business_id, grants.c.client_id == client_id)
    rows = db.execute(select(*COLUMNS).where(*its, grants.c.ended_at.is_(None)).order_by(grants.c.id))
    return [read(row) for row in rows]


def forget_unused(db: Connection, client_id: str, business_id: str) -> bool:
    """Delete a client nobody ever gave anything, with its business; False when somebody did."""
    used = select(_used(client_id, business_id))
    if db.execute(used).scalar_one():
        return False
    # A grant that is being made would go with the client: wait until it is there, and look again.
    db.execute(select(clients.c.id).where(clients.c.id == client_id).with_for_update())
    if db.execute(used).scalar_one():
        return False
    db.execute(delete(clients).where(clients.c.id == client_id))
    others = exists().where(clients.c.business_id == business_id)
    db.execute(delete(businesses).where(businesses.c.id == business_id, ~others))
    return True


def forget_all_unused(db: Connection, before: datetime, limit: int) -> int:
    """The same for clients that registered themselves and were last changed before then; returns how many went.

    A client whose business an operator has applied since is the operator's, and stays.
    """
    unused = (
        select(clients.c.id, clients.c.business_id)
        .join_from(clients, businesses, clients.c.business_id == businesses.c.id)
        .where(
            businesses.c.verified.is_(False),
            clients.c.registration_digest.is_not(None),
            clients.c.updated_at < before,
            ~_used(clients.c.id, clients.c.business_id),
        )
        .limit(limit)
        # Whoever is giving something at this moment holds the row: then it is not unused.
        .with_for_update(skip_locked=True, of=clients)
    )
    return sum(forget_unused(db, row.id, row.business_id) for row in db.execute(unused).all())


def _used(client_id: str | Column[Any], business_id: str | Column[Any]) -> ColumnElement[bool]:
    """Whether anybody ever gave the client anything. Of whoever erased their account since, the case alone is left."""
    given = exists().where(grants.c.business_id == business_id, grants.c.client_id == client_id)
    erased = exists().where(cases.c.business_id == business_id, cases.c.client_id == client_id)
    return given | erased


def retire(db: Connection, client_id: str, now: datetime) -> None:
    """Disable a client for good: no authentication, no token, no management; people keep their history of it."""
    db.execute(
        update(clients)
        .where(clients.c.id == client_id)
        .values(standing=Standing.DISABLED.value, secrets=[], registration_digest=None, updated_at=now)
    )
    client_origins.replace(db, client_id, ())
