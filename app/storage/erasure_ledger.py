"""The ledger of erased people, as far as the database keeps it, and the receipts kept for businesses."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, insert, select

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


def keep_receipts(db: Connection, person_id: str) -> None:
    """Copy every receipt of a person to where it is the business's alone, without a word that joins two of them."""
    theirs = (
        select(
            grant_versions.c.receipt_id,
            grants.c.business_id,
            grant_versions.c.grant_id,
            grant_versions.c.version,
            grant_versions.c.receipt,
        )
        .join_from(grant_versions, grants, grants.c.id == grant_versions.c.grant_id)
        .where(grants.c.person_id == person_id)
    )
    names = ["receipt_id", "business_id", "grant_id", "version", "receipt"]
    db.execute(insert(kept_receipts).from_select(names, theirs))


def kept(db: Connection, business_id: str, grant_id: str) -> list[str]:
    """The receipts a business has of one grant of somebody who was erased, oldest first."""
    own = (kept_receipts.c.business_id == business_id, kept_receipts.c.grant_id == grant_id)
    return list(db.execute(select(kept_receipts.c.receipt).where(*own).order_by(kept_receipts.c.version)).scalars())
