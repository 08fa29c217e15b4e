"""The record that claims went out: when, which names, through which door. Never a value."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import Connection, func, insert, select

from app.storage.prepared import Prepared
from app.storage.tables.grants import disclosures, grants


@dataclass(frozen=True)
class Disclosure:
    """One hand-over."""

    grant_id: str
    at: datetime
    door: str
    claims: frozenset[str]


_ADD = Prepared(insert(disclosures))


def add(db: Connection, grant_id: str, door: str, claims: frozenset[str], now: datetime) -> None:
    """Record one hand-over under a grant."""
    _ADD.run(db, id=uuid4().hex, grant_id=grant_id, at=now, door=door, claims=claims)


def of_person(db: Connection, person_id: str, business_id: str | None, limit: int = 300) -> Sequence[Disclosure]:
    """The latest hand-overs about one person, to one business or to all, under whichever grant, latest first."""
    query = (
        select(disclosures.c.grant_id, disclosures.c.at, disclosures.c.door, disclosures.c.claims)
        .join_from(disclosures, grants, disclosures.c.grant_id == grants.c.id)
        .where(grants.c.person_id == person_id)
    )
    if business_id is not None:
        query = query.where(grants.c.business_id == business_id)
    rows = db.execute(query.order_by(disclosures.c.at.desc(), disclosures.c.id).limit(limit))
    return [Disclosure(row.grant_id, row.at, row.door, row.claims) for row in rows]


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
