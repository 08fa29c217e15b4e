"""The ledger of erased people, as far as the database keeps it, and the receipts kept for businesses."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, insert, literal, select

from app.storage.tables.grants import grant_versions, grants
from app.storage.tables.leaving import erasure_ledger as rows
from app.storage.tables.leaving import kept_receipts
from app.storage.upsert import insert_if_absent


def add(db: Connection, person_digest: bytes, erased_at: datetime) -> None:
    """Enter one person; who is in it already stays as they were."""
    insert_if_absent(db, rows, {"person_digest": person_digest, "erased_at": erased_at})


def all_(db: Connection) -> Mapping[bytes, datetime]:
    """Everybody in it, and since when."""
    return {
        bytes(row.person_digest): row.erased_at for row in db.execute(select(rows.c.person_digest, rows.c.erased_at))
    }


def keep_receipts(db: Connection, person_id: str, until: datetime) -> None:
    """Copy every receipt of a person to where it is the business's alone, without a word that joins two of them."""
    theirs = (
        select(
            grant_versions.c.receipt_id,
            grants.c.business_id,
            grant_versions.c.grant_id,
            grant_versions.c.version,
            grant_versions.c.receipt,
            literal(until, kept_receipts.c.keep_until.type),
        )
        .join_from(grant_versions, grants, grants.c.id == grant_versions.c.grant_id)
        .where(grants.c.person_id == person_id)
    )
    names = ["receipt_id", "business_id", "grant_id", "version", "receipt", "keep_until"]
    db.execute(insert(kept_receipts).from_select(names, theirs))


def kept(db: Connection, business_id: str, grant_id: str) -> Mapping[int, str]:
    """Version to receipt, of one grant that somebody who was erased gave this business; oldest first."""
    own = (kept_receipts.c.business_id == business_id, kept_receipts.c.grant_id == grant_id)
    query = select(kept_receipts.c.version, kept_receipts.c.receipt).where(*own).order_by(kept_receipts.c.version)
    return {row.version: row.receipt for row in db.execute(query)}
