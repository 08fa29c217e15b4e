"""Events a receiver never took: shown to whom they were for and to the operator, and sent again on request."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, true

from app.services.wiring import Services
from app.storage import deliveries, outbox, streams
from app.storage.deliveries import Listed
from app.storage.tables.events import events
from app.storage.tables.streams import deliveries as rows

__all__ = ["Listed"]

MOST_LISTED = 500


@dataclass(frozen=True)
class Which:
    """Events to be sent again: the dead letters, those of these jti, or everything since a moment."""

    dead: bool = False
    jtis: Collection[str] = ()
    since: datetime | None = None


def dead(services: Services, client_id: str | None = None, limit: int = MOST_LISTED) -> Sequence[Listed]:
    """Dead letters, newest first; of one client, or for the operator of all."""
    return listed(services, client_id, limit, dead_only=True)


def listed(
    services: Services, client_id: str | None = None, limit: int = MOST_LISTED, *, dead_only: bool = False
) -> Sequence[Listed]:
    """Events with where they stand, newest first; one that nobody asked for has no stream."""
    conditions: list[ColumnElement[bool]] = [] if client_id is None else [events.c.client_id == client_id]
    if dead_only:
        conditions.append(rows.c.dead_at.is_not(None))
    with services.database.read() as db:
        return deliveries.listed(db, limit, *conditions)


def replay(services: Services, client_id: str, which: Which, now: datetime) -> int:
    """Send events of one client again, on every stream of theirs that wants them; each keeps its jti. How many."""
    with services.database.write() as db:
        streams.try_now(db, client_id)
        return _again(db, client_id, which, now)


def _again(db: Connection, client_id: str, which: Which, now: datetime) -> int:
    if which.dead:
        return deliveries.again(db, client_id, true(), now, dead_only=True)
    meant = events.c.id.in_(which.jtis) if which.since is None else events.c.occurred_at >= which.since
    deliveries.again(db, client_id, meant, now, dead_only=False)
    # A stream made since has no delivery of these yet.
    return outbox.fan_out_again(db, client_id, meant)
