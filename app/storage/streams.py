"""Event streams as their receivers wish them, and the subjects they took off. Leases are for ``receivers``."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, delete, exists, insert, or_, select, update

from app.domain.streams import Status
from app.storage.columns import columns_of
from app.storage.tables.grants import grants
from app.storage.tables.parties import clients
from app.storage.tables.streams import stream_exclusions, streams
from app.storage.upsert import insert_if_absent


@dataclass(frozen=True)
class Stream:
    """One stream as stored. Only ``services.streams`` opens the sealed header."""

    id: str
    client_id: str
    method: str
    endpoint_url: str | None
    authorization_sealed: bytes | None = field(repr=False)
    events_requested: tuple[str, ...]
    description: str | None
    status: Status
    status_reason: str | None
    created_at: datetime


COLUMNS = columns_of(streams, Stream)


def read(row: Any) -> Stream:
    """The stream in a row that holds ``COLUMNS``."""
    return replace(Stream(*row), events_requested=tuple(row.events_requested), status=Status(row.status))


def add(db: Connection, stream: Stream) -> None:
    """A new stream; its receiver has not failed yet."""
    db.execute(insert(streams).values(**_values(stream), failures=0))


def find(db: Connection, stream_id: str, client_id: str) -> Stream | None:
    """One stream, when it is this client's."""
    row = db.execute(_one(stream_id, client_id)).one_or_none()
    return None if row is None else read(row)


def hold(db: Connection, stream_id: str, client_id: str) -> Stream | None:
    """The same, before changing it or what waits on it: nobody else does until this transaction ends."""
    row = db.execute(_one(stream_id, client_id).with_for_update(key_share=True)).one_or_none()
    return None if row is None else read(row)


def of_client(db: Connection, client_id: str) -> Sequence[Stream]:
    """A client's streams, oldest first."""
    return [read(row) for row in db.execute(_of_client(client_id))]


def held(db: Connection, client_id: str) -> Sequence[Stream]:
    """The same, before queuing on them: none is deleted until this transaction ends."""
    return [read(row) for row in db.execute(_of_client(client_id).with_for_update(read=True, key_share=True))]


def write(db: Connection, stream: Stream) -> None:
    """Write a known stream anew. What was changed may have mended it: its receiver is tried again at once.

    Whoever is delivering by the old wishes loses its lease. That it failed is remembered until it takes something.
    """
    changed = {**_values(stream), "retry_at": None, "lease": None, "leased_until_at": None}
    db.execute(update(streams).where(streams.c.id == stream.id).values(**changed))


def remove(db: Connection, stream_id: str) -> None:
    """Delete a stream with everything that waits on it."""
    db.execute(delete(streams).where(streams.c.id == stream_id))


def claim_verification(db: Connection, stream_id: str, now: datetime, least: timedelta) -> bool:
    """Note that a verification is asked now; False when the one before is less than ``least`` ago.

    A receiver that is left alone after failures is tried at once: it says it is there.
    """
    earlier = or_(streams.c.verified_at.is_(None), streams.c.verified_at <= now - least, streams.c.verified_at > now)
    asked = update(streams).where(streams.c.id == stream_id, earlier).values(verified_at=now, retry_at=None)
    return db.execute(asked).rowcount == 1


def try_now(db: Connection, client_id: str) -> None:
    """Try a client's receivers at once, however often they failed."""
    db.execute(update(streams).where(streams.c.client_id == client_id).values(retry_at=None))


def exclude(db: Connection, stream: Stream, sub: str) -> bool:
    """Tell nothing about this subject on this stream; False when it is no subject of this client."""
    its_business = select(clients.c.business_id).where(clients.c.id == stream.client_id).scalar_subquery()
    of_client = (grants.c.business_id == its_business, grants.c.client_id == stream.client_id)
    known = exists().where(*of_client, grants.c.sub == sub)
    if not db.execute(select(known)).scalar_one():
        return False
    insert_if_absent(db, stream_exclusions, {"stream_id": stream.id, "sub": sub})
    return True


def excluded(db: Connection, stream_ids: Collection[str], sub: str) -> frozenset[str]:
    """The streams among these that do not want to hear about this subject."""
    query = select(stream_exclusions.c.stream_id)
    of_these = (stream_exclusions.c.stream_id.in_(stream_ids), stream_exclusions.c.sub == sub)
    return frozenset(db.execute(query.where(*of_these)).scalars())


def include(db: Connection, stream_id: str, sub: str) -> None:
    """Take that back."""
    of_this = (stream_exclusions.c.stream_id == stream_id, stream_exclusions.c.sub == sub)
    db.execute(delete(stream_exclusions).where(*of_this))


def _one(stream_id: str, client_id: str) -> Select[Any]:
    return select(*COLUMNS).where(streams.c.id == stream_id, streams.c.client_id == client_id)


def _of_client(client_id: str) -> Select[Any]:
    return select(*COLUMNS).where(streams.c.client_id == client_id).order_by(streams.c.created_at, streams.c.id)


def _values(stream: Stream) -> dict[str, Any]:
    return {**vars(stream), "events_requested": list(stream.events_requested), "status": stream.status.value}
