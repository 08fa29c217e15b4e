"""The record that claims went out: when, which names, through which door. Never a value."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import BigInteger, Connection, func, insert, select, type_coerce

from app.storage.prepared import Prepared
from app.storage.tables.grants import disclosures, grants


@dataclass(frozen=True)
class Disclosure:
    """One hand-over."""

    grant_id: str
    at: datetime
    door: str
    claims: frozenset[str]


@dataclass(frozen=True)
class Handed:
    """Hand-overs of the same claims through the same door on one day: a shop that asks every minute is one line."""

    grant_id: str
    door: str
    claims: frozenset[str]
    first_at: datetime
    last_at: datetime
    count: int


_DAY = timedelta(days=1) // timedelta(microseconds=1)
_ADD = Prepared(insert(disclosures))


def add(db: Connection, grant_id: str, door: str, claims: frozenset[str], now: datetime) -> None:
    """Record one hand-over under a grant."""
    _ADD.run(db, id=uuid4().hex, grant_id=grant_id, at=now, door=door, claims=claims)


def of_person(db: Connection, person_id: str) -> Sequence[Disclosure]:
    """Every hand-over about one person, latest first."""
    rows = db.execute(
        select(disclosures.c.grant_id, disclosures.c.at, disclosures.c.door, disclosures.c.claims)
        .join_from(disclosures, grants, disclosures.c.grant_id == grants.c.id)
        .where(grants.c.person_id == person_id)
        .order_by(disclosures.c.at.desc(), disclosures.c.id)
    )
    return [Disclosure(row.grant_id, row.at, row.door, row.claims) for row in rows]


def by_day(db: Connection, person_id: str, business_id: str, limit: int = 1000) -> Sequence[Handed]:
    """What went to one business about one person, day by day (UTC), under whichever grant, latest first."""
    alike = (disclosures.c.grant_id, disclosures.c.door, disclosures.c.claims)
    at = disclosures.c.at
    last_at = func.max(at, type_=at.type).label("last_at")
    rows = db.execute(
        select(*alike, func.min(at, type_=at.type).label("first_at"), last_at, func.count().label("times"))
        .join_from(disclosures, grants, disclosures.c.grant_id == grants.c.id)
        .where(grants.c.person_id == person_id, grants.c.business_id == business_id)
        .group_by(*alike, type_coerce(at, BigInteger) // _DAY)
        .order_by(last_at.desc(), *alike)
        .limit(limit)
    )
    return [Handed(row.grant_id, row.door, row.claims, row.first_at, row.last_at, row.times) for row in rows]


def last_of_each(db: Connection, person_id: str, business_id: str | None) -> dict[str, datetime]:
    """When each of the person's grants was last used, all of them or those to one business."""
    query = (
        select(disclosures.c.grant_id, func.max(disclosures.c.at).label("at"))
        .join_from(disclosures, grants, disclosures.c.grant_id == grants.c.id)
        .where(grants.c.person_id == person_id)
        .group_by(disclosures.c.grant_id)
    )
    if business_id is not None:
        query = query.where(grants.c.business_id == business_id)
    return {row.grant_id: row.at for row in db.execute(query)}
