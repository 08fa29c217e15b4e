"""The record of every question a business asked about a person, and of what came of it. No value, ever."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, or_, select

from app.storage.columns import columns_of
from app.storage.tables.vault import lookups as rows


@dataclass(frozen=True)
class Lookup:
    """One question: ``kind`` is check, deposit (refused) or read; ``why`` is empty when it was allowed."""

    id: str
    person_id: str | None
    business_id: str
    grant_id: str | None
    at: datetime
    kind: str
    channel: str
    datatype: str
    purpose: str
    allowed: bool
    why: str
    place_sealed: bytes | None = field(default=None, repr=False)


_COLUMNS = columns_of(rows, Lookup)


def add(db: Connection, lookups: Sequence[Lookup]) -> None:
    """Record some at once."""
    db.execute(insert(rows), [vars(each) for each in lookups])


def of_person(db: Connection, person_id: str, business_id: str | None, limit: int) -> Sequence[Lookup]:
    """The latest look-ups about a person, by one business or by all, latest first."""
    query = select(*_COLUMNS).where(rows.c.person_id == person_id)
    if business_id is not None:
        query = query.where(rows.c.business_id == business_id)
    return [Lookup(*row) for row in db.execute(query.order_by(rows.c.at.desc(), rows.c.id).limit(limit))]


def counts(db: Connection, person_id: str) -> dict[str, int]:
    """How often each business asked about a person."""
    query = select(rows.c.business_id, func.count().label("number")).where(rows.c.person_id == person_id)
    return {row.business_id: row.number for row in db.execute(query.group_by(rows.c.business_id))}


def remove_old(db: Connection, about_nobody_before: datetime, before: datetime, limit: int) -> int:
    """Delete at most ``limit`` look-ups nobody needs any more; returns how many."""
    old = or_(rows.c.at < before, rows.c.person_id.is_(None) & (rows.c.at < about_nobody_before))
    some = select(rows.c.id).where(old).limit(limit)
    return db.execute(delete(rows).where(rows.c.id.in_(some))).rowcount
