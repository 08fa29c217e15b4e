"""Writes businesses and clients. Reading a client with its business is ``storage.clients``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from app.storage import client_origins
from app.storage.columns import columns_of
from app.storage.tables.parties import businesses, clients


@dataclass(frozen=True)
class BusinessRow:
    """A business as stored."""

    id: str
    name: str
    website: str | None
    details: Mapping[str, Any]
    intended_use: Mapping[str, Any] | None
    verified: bool
    standing: str
    identity_changed_at: datetime | None = None


@dataclass(frozen=True)
class ClientRow:
    """A client as stored."""

    id: str
    business_id: str
    sector: str
    metadata: Mapping[str, Any]
    secrets: Sequence[Sequence[Any]] = field(repr=False)
    standing: str


def find_business(db: Connection, business_id: str) -> BusinessRow | None:
    """One business."""
    row = db.execute(_businesses().where(businesses.c.id == business_id)).one_or_none()
    return None if row is None else BusinessRow(*row)


def hold_business(db: Connection, business_id: str) -> BusinessRow | None:
    """One business, and from here to the end of this transaction nobody else changes it or its clients.

    So what is read of them afterwards is what will be written over. On SQLite every writer has that already.
    """
    held = _businesses().where(businesses.c.id == business_id).with_for_update(key_share=True)
    row = db.execute(held).one_or_none()
    return None if row is None else BusinessRow(*row)


def hold_client(db: Connection, client_id: str) -> ClientRow | None:
    """One client, its business held."""
    its_business = select(clients.c.business_id).where(clients.c.id == client_id).scalar_subquery()
    db.execute(select(businesses.c.id).where(businesses.c.id == its_business).with_for_update(key_share=True))
    return find_client(db, client_id)


def all_businesses(db: Connection) -> Sequence[BusinessRow]:
    """Every business, by id."""
    return [BusinessRow(*row) for row in db.execute(_businesses().order_by(businesses.c.id))]


def find_client(db: Connection, client_id: str) -> ClientRow | None:
    """One client."""
    row = db.execute(_clients().where(clients.c.id == client_id)).one_or_none()
    return None if row is None else ClientRow(*row)


def clients_of(db: Connection, business_id: str | None = None) -> Sequence[ClientRow]:
    """The clients of one business, or of all."""
    query = _clients().order_by(clients.c.business_id, clients.c.id)
    if business_id is not None:
        query = query.where(clients.c.business_id == business_id)
    return [ClientRow(*row) for row in db.execute(query)]


def write_business(db: Connection, row: BusinessRow, now: datetime, *, new: bool) -> None:
    """Store a business, new or changed. IntegrityError when it was new and another made it meanwhile."""
    values = {**vars(row), "updated_at": now}
    if new:
        db.execute(insert(businesses).values(**values, created_at=now))
    else:
        db.execute(update(businesses).where(businesses.c.id == row.id).values(**values))


def write_client(db: Connection, row: ClientRow, now: datetime, *, new: bool) -> None:
    """Store a client in the same way; its registration access token stays as it is."""
    values = {**vars(row), "updated_at": now}
    if new:
        db.execute(insert(clients).values(**values, created_at=now))
    else:
        db.execute(update(clients).where(clients.c.id == row.id).values(**values))
    client_origins.replace(db, row.id, row.metadata["redirect_uris"])


def _businesses() -> Any:
    return select(*columns_of(businesses, BusinessRow))


def _clients() -> Any:
    return select(*columns_of(clients, ClientRow))
