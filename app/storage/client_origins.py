"""The web origins of clients' redirect URIs: a browser asks before it sends, and does not say for which client."""

from collections.abc import Iterable

from sqlalchemy import Connection, delete, exists, insert, select

from app.domain.client_addresses import origin
from app.storage.tables.parties import client_origins as rows


def replace(db: Connection, client_id: str, redirect_uris: Iterable[str]) -> None:
    """The origins of a client are those of these addresses, and no others."""
    db.execute(delete(rows).where(rows.c.client_id == client_id))
    origins = {found for uri in redirect_uris if (found := origin(uri)) is not None}
    if origins:
        db.execute(insert(rows), [{"origin": found, "client_id": client_id} for found in sorted(origins)])


def is_known(db: Connection, page_origin: str) -> bool:
    """Whether any client has a redirect URI at this origin."""
    return bool(db.execute(select(exists().where(rows.c.origin == page_origin))).scalar_one())
