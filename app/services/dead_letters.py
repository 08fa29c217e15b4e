"""Events a receiver never took: shown to whom they were for and to the operator, and sent again on request."""

from collections.abc import Sequence
from datetime import datetime

from app.services.wiring import Services
from app.storage import deliveries, streams
from app.storage.deliveries import Listed, Which

__all__ = ["Listed", "Which"]

MOST_LISTED = 500


def listed(
    services: Services, client_id: str | None = None, limit: int = MOST_LISTED, *, dead_only: bool = False
) -> Sequence[Listed]:
    """Events of one client, or for the operator of all, newest first; one that nobody asked for has no stream."""
    with services.database.read() as db:
        return deliveries.listed(db, client_id, limit, dead_only=dead_only)


def replay(services: Services, client_id: str, which: Which, now: datetime) -> int:
    """Send events of one client again, on every stream of theirs that wants them; each keeps its jti. How many."""
    with services.database.write() as db:
        streams.try_now(db, client_id)
        return deliveries.again(db, client_id, which, now)
