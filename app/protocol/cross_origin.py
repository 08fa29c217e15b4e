"""Decides which web pages of other sites may read an answer (CORS): those of the client itself, never with a cookie."""

from app.domain.client_addresses import origin
from app.domain.clients import Client
from app.services.wiring import Services
from app.storage import client_origins


def may_read(client: Client | None, page_origin: str | None) -> bool:
    """Whether a page at this origin may read what this client is told. A page that hides its origin may not."""
    if client is None or page_origin is None or page_origin == "null":
        return False
    return page_origin in {origin(uri) for uri in client.redirect_uris}


def may_ask(services: Services, page_origin: str | None) -> bool:
    """Whether a page at this origin may send a request at all: asked beforehand, when the client is not known yet."""
    if page_origin is None or page_origin == "null" or not page_origin.isascii() or not page_origin.isprintable():
        return False
    with services.database.read() as db:
        return client_origins.is_known(db, page_origin)
