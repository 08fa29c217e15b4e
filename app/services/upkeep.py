"""Takes away what has had its time: old requests, links, sessions, registrations nobody confirmed or used."""

from datetime import datetime, timedelta

from app.services.wiring import Services
from app.storage import expired, registrations

_CLIENTS = "clients"
_UNUSED_FOR = timedelta(days=90)
"""A client that registered itself and that nobody gave anything by then is forgotten."""
KINDS = (*expired.KINDS, _CLIENTS)


def remove_expired(services: Services, kind: str, now: datetime, limit: int) -> int:
    """One small transaction of one kind; returns how many rows went."""
    with services.database.write() as db:
        if kind == _CLIENTS:
            return registrations.forget_all_unused(db, now - _UNUSED_FOR, limit)
        return expired.remove(db, kind, now, limit)
