"""What a person ever shared: each grant with the client and business that got it, in one select."""

from collections.abc import Sequence

from sqlalchemy import Connection, Select, select

from app.domain.clients import Client
from app.domain.grants import Grant
from app.domain.levels import Policy
from app.storage import clients, grants
from app.storage.tables.grants import grants as grant_rows
from app.storage.tables.parties import businesses
from app.storage.tables.parties import clients as client_rows


def of_person(
    db: Connection, policy: Policy, person_id: str, business_id: str | None = None
) -> Sequence[tuple[Grant, Client]]:
    """With everybody, or with one business: latest decision first, ended ones among them."""
    query = _select().where(grant_rows.c.person_id == person_id).order_by(grant_rows.c.given_at.desc(), grant_rows.c.id)
    if business_id is not None:
        query = query.where(grant_rows.c.business_id == business_id)
    return [(grants.read(row), clients.read(row, policy)) for row in db.execute(query)]


def find(db: Connection, policy: Policy, grant_id: str) -> tuple[Grant, Client] | None:
    """One grant, whoever gave it, running or ended."""
    row = db.execute(_select().where(grant_rows.c.id == grant_id)).one_or_none()
    return None if row is None else (grants.read(row), clients.read(row, policy))


def _select() -> Select[tuple[object, ...]]:
    return (
        select(*grants.COLUMNS, *clients.COLUMNS)
        .join_from(grant_rows, client_rows, client_rows.c.id == grant_rows.c.client_id)
        .join(businesses, businesses.c.id == client_rows.c.business_id)
    )
