"""What businesses deposited for a person: rows with a sealed document, gone when their time is over."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, bindparam, delete, exists, func, or_, select, update

from app.storage.columns import columns_of
from app.storage.prepared import Prepared
from app.storage.tables.grants import grants
from app.storage.tables.vault import deposits as rows
from app.storage.upsert import insert_if_absent


@dataclass(frozen=True)
class SealedDeposit:
    """One deposit as its row holds it. Without a document it was deleted before its time."""

    id: str
    person_id: str
    grant_id: str
    business_id: str
    type: str
    external_digest: bytes = field(repr=False)
    sent_digest: bytes = field(repr=False)
    document_sealed: bytes | None = field(repr=False)
    version: int
    deposited_at: datetime
    delete_at: datetime
    corrected_at: datetime | None = None


_COLUMNS = columns_of(rows, SealedDeposit)
_KEPT = rows.c.document_sealed.is_not(None)
_HAS_VAULT = Prepared(
    select(
        or_(
            exists().where(rows.c.person_id == bindparam("person_id"), _KEPT, rows.c.delete_at > bindparam("now")),
            exists().where(
                grants.c.person_id == bindparam("person_id"),
                grants.c.level == bindparam("high"),
                grants.c.ended_at.is_(None),
                grants.c.ends_at > bindparam("now"),
            ),
        ).label("so")
    )
)


def add(db: Connection, deposit: SealedDeposit) -> bool:
    """Keep one; False when the business has deposited something under this external id before."""
    return insert_if_absent(db, rows, vars(deposit))


def by_external_id(db: Connection, business_id: str, external_digest: bytes) -> SealedDeposit | None:
    """What a business deposited under an external id, deleted ones included."""
    return _one(db, rows.c.business_id == business_id, rows.c.external_digest == external_digest)


def under_grant(
    db: Connection,
    grant_id: str,
    types: Collection[str],
    now: datetime,
    after: tuple[datetime, str] | None,
    limit: int,
) -> Sequence[SealedDeposit]:
    """A page of what was deposited under one grant, oldest first; ``after`` is time and id of the last one seen."""
    query = select(*_COLUMNS).where(rows.c.grant_id == grant_id, rows.c.type.in_(types), _KEPT, rows.c.delete_at > now)
    if after is not None:
        at, seen = after
        query = query.where(or_(rows.c.deposited_at > at, and_(rows.c.deposited_at == at, rows.c.id > seen)))
    return [SealedDeposit(*row) for row in db.execute(query.order_by(rows.c.deposited_at, rows.c.id).limit(limit))]


def of_person(db: Connection, person_id: str, now: datetime, business_id: str | None) -> Sequence[SealedDeposit]:
    """Everything in one person's vault now, or the part one business put there, latest deposit first."""
    query = select(*_COLUMNS).where(rows.c.person_id == person_id, _KEPT, rows.c.delete_at > now)
    if business_id is not None:
        query = query.where(rows.c.business_id == business_id)
    return [SealedDeposit(*row) for row in db.execute(query.order_by(rows.c.deposited_at.desc(), rows.c.id))]


def counts(db: Connection, person_id: str, now: datetime) -> dict[str, dict[str, int]]:
    """How many deposits of each type each business has in one person's vault now."""
    found: dict[str, dict[str, int]] = {}
    for row in db.execute(
        select(rows.c.business_id, rows.c.type, func.count().label("number"))
        .where(rows.c.person_id == person_id, _KEPT, rows.c.delete_at > now)
        .group_by(rows.c.business_id, rows.c.type)
    ):
        found.setdefault(row.business_id, {})[row.type] = row.number
    return found


def find_own(db: Connection, person_id: str, deposit_id: str, now: datetime) -> SealedDeposit | None:
    """One deposit in this person's vault; None when it is nobody's, another's, or gone."""
    return _one(db, rows.c.id == deposit_id, rows.c.person_id == person_id, _KEPT, rows.c.delete_at > now)


def find_of_business(db: Connection, business_id: str, deposit_id: str, now: datetime) -> SealedDeposit | None:
    """One deposit of a business; None when it is nobody's, another's, or gone."""
    return _one(db, rows.c.id == deposit_id, rows.c.business_id == business_id, _KEPT, rows.c.delete_at > now)


def correct(db: Connection, deposit: SealedDeposit, document_sealed: bytes, now: datetime) -> bool:
    """Write the next version over this one; False when it was changed meanwhile."""
    this = (rows.c.id == deposit.id, rows.c.version == deposit.version, _KEPT)
    changed = {"document_sealed": document_sealed, "version": deposit.version + 1, "corrected_at": now}
    return db.execute(update(rows).where(*this).values(**changed)).rowcount == 1


def remove(db: Connection, ids: Collection[str], by: str, now: datetime) -> None:
    """Destroy the documents of some deposits; the empty rows stay until their time, so that a retry revives nothing."""
    gone = {"document_sealed": None, "removed_at": now, "removed_by": by}
    db.execute(update(rows).where(rows.c.id.in_(ids), _KEPT).values(**gone))


def delete_due(db: Connection, now: datetime, limit: int) -> int:
    """Delete at most ``limit`` deposits whose time is over; returns how many."""
    some = select(rows.c.id).where(rows.c.delete_at <= now).order_by(rows.c.delete_at).limit(limit)
    return db.execute(delete(rows).where(rows.c.id.in_(some))).rowcount


def has_vault(db: Connection, person_id: str, high: int, now: datetime) -> bool:
    """Whether there is anything in the person's vault, or a running grant under which there may be."""
    return bool(_HAS_VAULT.first(db, person_id=person_id, high=high, now=now).so)


def _one(db: Connection, *this: ColumnElement[bool]) -> SealedDeposit | None:
    row = db.execute(select(*_COLUMNS).where(*this)).one_or_none()
    return None if row is None else SealedDeposit(*row)
