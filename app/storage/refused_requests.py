"""The record that a business asked and the person shared nothing. Names of claims, never a value."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import Connection, insert, select

from app.domain.clients import Client
from app.domain.levels import Policy
from app.storage import clients
from app.storage.tables.grants import refused_requests as rows
from app.storage.tables.parties import businesses
from app.storage.tables.parties import clients as client_rows


@dataclass(frozen=True)
class RefusedRequest:
    """One request that was answered with nothing."""

    business_id: str
    asked: frozenset[str]
    at: datetime


def add(db: Connection, person_id: str, client: Client, asked: frozenset[str], at: datetime, until: datetime) -> None:
    """Record one, to be told until ``until``."""
    row = {"id": uuid4().hex, "person_id": person_id, "business_id": client.business.id, "client_id": client.id}
    db.execute(insert(rows).values(**row, asked=asked, at=at, expires_at=until))


def of_person(
    db: Connection, policy: Policy, person_id: str, limit: int = 300
) -> Sequence[tuple[RefusedRequest, Client]]:
    """Everything a person refused, latest first, each with the client that asked."""
    query = (
        select(rows.c.asked, rows.c.at, *clients.COLUMNS)
        .join_from(rows, client_rows, client_rows.c.id == rows.c.client_id)
        .join(businesses, businesses.c.id == client_rows.c.business_id)
        .where(rows.c.person_id == person_id)
        .order_by(rows.c.at.desc(), rows.c.id)
        .limit(limit)
    )
    found = []
    for row in db.execute(query):
        client = clients.read(row, policy)
        found.append((RefusedRequest(client.business.id, row.asked, row.at), client))
    return found
