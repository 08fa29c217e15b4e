"""Exports people asked for: one a person, sealed with the person's key, gone after their time."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, tuple_, update

from app.storage.columns import columns_of
from app.storage.tables.leaving import exports as rows


@dataclass(frozen=True)
class Export:
    """One export; ``progress`` counts the parts gathered, ``ready_at`` is set once it can be fetched."""

    id: str
    person_id: str
    session_id: str
    language: str
    asked_at: datetime
    expires_at: datetime
    progress: int = 0
    ready_at: datetime | None = None
    content_sealed: bytes | None = field(default=None, repr=False)


_COLUMNS = columns_of(rows, Export)


def replace(db: Connection, export: Export) -> None:
    """A new export in place of the one before it. The caller holds the person's lock."""
    db.execute(delete(rows).where(rows.c.person_id == export.person_id))
    db.execute(insert(rows).values(**vars(export)))


def of_session(db: Connection, session_id: str, now: datetime) -> Export | None:
    """The export this session asked for, when its time is not over."""
    own = (rows.c.session_id == session_id, rows.c.expires_at > now)
    row = db.execute(select(*_COLUMNS).where(*own)).one_or_none()
    return None if row is None else Export(*row)


def waiting(db: Connection, now: datetime, after: tuple[datetime, str], limit: int) -> Sequence[Export]:
    """Exports to prepare, the longest waiting first: the next that were asked after this moment and id."""
    at = (rows.c.asked_at, rows.c.id)
    later = tuple_(*at) > tuple_(*after, types=[column.type for column in at])
    query = select(*_COLUMNS).where(rows.c.ready_at.is_(None), rows.c.expires_at > now, later)
    return [Export(*row) for row in db.execute(query.order_by(*at).limit(limit))]


def advance(db: Connection, export_id: str, progress: int) -> None:
    """So many parts are gathered."""
    db.execute(update(rows).where(rows.c.id == export_id, rows.c.ready_at.is_(None)).values(progress=progress))


def keep(db: Connection, export_id: str, content_sealed: bytes, now: datetime) -> bool:
    """It is ready; False when another worker was first, or it was replaced."""
    open_ = (rows.c.id == export_id, rows.c.ready_at.is_(None))
    return db.execute(update(rows).where(*open_).values(content_sealed=content_sealed, ready_at=now)).rowcount == 1
