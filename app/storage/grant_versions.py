"""The append-only history of grants: one row and one receipt per decision, never changed again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, tuple_

from app.domain.grants import Act, EndReason
from app.domain.levels import Level
from app.storage.columns import columns_of
from app.storage.prepared import Prepared
from app.storage.tables.grants import grant_versions as rows
from app.storage.tables.grants import grants


@dataclass(frozen=True)
class Version:
    """One decision as it was taken."""

    grant_id: str
    version: int
    act: Act
    decided_at: datetime
    level: Level
    claims: frozenset[str]
    purposes: frozenset[str]
    retention: str
    collection: Any
    ends_at: datetime
    terms: Any
    notice: Any
    chain_index: int
    receipt_id: str
    receipt: str
    paused: bool = False
    objected: frozenset[str] = frozenset()
    asked: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Tip:
    """The newest receipt of one subject: the next one points at it."""

    chain_index: int
    receipt: str


_ADD = Prepared(insert(rows))
_TIP = Prepared(
    select(rows.c.chain_index, rows.c.receipt)
    .join_from(rows, grants, rows.c.grant_id == grants.c.id)
    .where(grants.c.person_id == bindparam("person_id"), grants.c.sub == bindparam("sub"))
    .order_by(rows.c.chain_index.desc())
    .limit(1)
)


def add(db: Connection, version: Version) -> None:
    """Append one decision; IntegrityError when this version of the grant is there already."""
    _ADD.run(db, **{**vars(version), "act": version.act.value, "level": int(version.level)})


def of_grant(db: Connection, grant_id: str) -> Sequence[Version]:
    """Every decision about one grant, first one first."""
    return [_read(row) for row in db.execute(_select().where(rows.c.grant_id == grant_id).order_by(rows.c.version))]


def find(db: Connection, grant_id: str, version: int) -> Version | None:
    """One decision."""
    return _one(db, _select().where(rows.c.grant_id == grant_id, rows.c.version == version))


def find_own(db: Connection, person_id: str, grant_id: str, version: int) -> Version | None:
    """One decision, when it is this person's."""
    query = _select().join(grants, rows.c.grant_id == grants.c.id).where(grants.c.person_id == person_id)
    return _one(db, query.where(rows.c.grant_id == grant_id, rows.c.version == version))


def of_person(db: Connection, person_id: str) -> Sequence[Version]:
    """Every decision a person ever took, latest first."""
    query = (
        _select()
        .join(grants, rows.c.grant_id == grants.c.id)
        .where(grants.c.person_id == person_id)
        .order_by(rows.c.decided_at.desc(), rows.c.chain_index.desc())
    )
    return [_read(row) for row in db.execute(query)]


def before(db: Connection, version: Version) -> Version | None:
    """The decision whose receipt this one's points at: the one before it about the same subject."""
    if version.chain_index == 0:
        return None
    subject = select(grants.c.person_id, grants.c.sub).where(grants.c.id == version.grant_id).subquery()
    query = (
        _select()
        .join(grants, rows.c.grant_id == grants.c.id)
        .join(subject, (subject.c.sub == grants.c.sub) & (subject.c.person_id == grants.c.person_id))
        .where(rows.c.chain_index == version.chain_index - 1)
    )
    return _one(db, query)


def of_business(db: Connection, person_id: str, business_id: str) -> Sequence[Version]:
    """Every decision a person took about one business, under whichever grant, first one first."""
    query = (
        _select()
        .join(grants, rows.c.grant_id == grants.c.id)
        .where(grants.c.person_id == person_id, grants.c.business_id == business_id)
        .order_by(rows.c.decided_at, rows.c.chain_index)
    )
    return [_read(row) for row in db.execute(query)]


def receipts_of_grant(db: Connection, business_id: str, grant_id: str) -> Mapping[int, str]:
    """Version to signed receipt of one grant, when it was given to this business; oldest first."""
    query = select(rows.c.version, rows.c.receipt).join_from(rows, grants, rows.c.grant_id == grants.c.id)
    own = query.where(rows.c.grant_id == grant_id, grants.c.business_id == business_id).order_by(rows.c.version)
    return {row.version: row.receipt for row in db.execute(own)}


def all_terms(
    db: Connection, person_id: str, business_id: str | None = None, grant_id: str | None = None
) -> Sequence[tuple[str, Level, Any]]:
    """Grant, level and terms of every version of a person's grants, or of those to one business; oldest first."""
    query = select(rows.c.grant_id, rows.c.level, rows.c.terms).join_from(rows, grants).order_by(rows.c.version)
    query = query.where(grants.c.person_id == person_id)
    if business_id is not None:
        query = query.where(grants.c.business_id == business_id)
    if grant_id is not None:
        query = query.where(rows.c.grant_id == grant_id)
    return [(row.grant_id, Level(row.level), row.terms) for row in db.execute(query)]


def given_of_person(db: Connection, person_id: str) -> Sequence[tuple[str, frozenset[str], Any]]:
    """Grant, claims and collection of every version of every grant of a person, running or ended."""
    query = select(rows.c.grant_id, rows.c.claims, rows.c.collection).join_from(rows, grants)
    return [tuple(row) for row in db.execute(query.where(grants.c.person_id == person_id))]


def asked_before(db: Connection, grant_id: str) -> frozenset[str]:
    """The claims its giver was asked for, given or not, whenever something was decided about one grant."""
    found = db.execute(select(rows.c.asked).where(rows.c.grant_id == grant_id)).scalars()
    return frozenset[str]().union(*found)


@dataclass(frozen=True)
class Decided:
    """That something was decided about a grant, and when."""

    grant_id: str
    version: int
    act: Act
    at: datetime
    end_reason: EndReason | None
    """Why the grant has ended by now."""


def decided(db: Connection, after: tuple[datetime, str, int], limit: int) -> Sequence[Decided]:
    """Which decisions were taken: the next after this moment, grant and version, in that order."""
    place = (rows.c.decided_at, rows.c.grant_id, rows.c.version)
    query = (
        select(rows.c.grant_id, rows.c.version, rows.c.act, rows.c.decided_at, grants.c.end_reason)
        .join_from(rows, grants, grants.c.id == rows.c.grant_id)
        .where(tuple_(*place) > tuple_(*after, types=[column.type for column in place]))
    )
    found = db.execute(query.order_by(*place).limit(limit))
    return [
        Decided(
            row.grant_id,
            row.version,
            Act(row.act),
            row.decided_at,
            None if row.end_reason is None else EndReason(row.end_reason),
        )
        for row in found
    ]


def tip(db: Connection, person_id: str, sub: str) -> Tip | None:
    """The newest receipt about one subject; the caller holds the person's lock if it means to add the next."""
    found = _TIP.first(db, person_id=person_id, sub=sub)
    return None if found is None else Tip(*found)


def _select() -> Any:
    return select(*columns_of(rows, Version))


def _one(db: Connection, query: Any) -> Version | None:
    row = db.execute(query).one_or_none()
    return None if row is None else _read(row)


def _read(row: Any) -> Version:
    return replace(Version(*row), act=Act(row.act), level=Level(row.level))
