"""Decides which web pages of other sites may read an answer (CORS): those of the client itself, never with a cookie."""

from app.domain.client_addresses import origin
from app.domain.clients import Client
from app.services.wiring import Services
from app.storage import client_origins


def may_read(client: Client, page_origin: str) -> bool:
    """Whether a page at this origin may read what this client is told. A page that hides its origin may not."""
    return page_origin in {origin(uri) for uri in client.redirect_uris}


def may_ask(services: Services, page_origin: str) -> bool:
    """Whether a page at this origin may send a request at all, and read a refusal: the client is not known then."""
    if not page_origin.isascii() or not page_origin.isprintable():
        return False
    with services.database.read() as db:
        return client_origins.is_known(db, page_origin)
