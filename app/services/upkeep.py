"""Takes away what has had its time: old requests, links, sessions, registrations that nobody confirmed."""

from datetime import datetime

from app.services.wiring import Services
from app.storage import expired

KINDS = tuple(expired.KINDS)


def remove_expired(services: Services, kind: str, now: datetime, limit: int) -> int:
    """One small transaction of one kind; returns how many rows went."""
    with services.database.write() as db:
        return expired.remove(db, kind, now, limit)
