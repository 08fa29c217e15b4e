"""Everything that may happen only once, by digest: the database decides who was first."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from app.storage.tables.logins import single_use
from app.storage.upsert import insert_if_absent

_USED = select(single_use.c.used_at).where(single_use.c.digest == bindparam("digest"))


def claim_once(db: Connection, digest: bytes, kind: str, now: datetime, expires_at: datetime) -> bool:
    """Use a one-time value up; False for every caller but the first, on every node.

    Belongs in the transaction that issues what the value is good for. ``expires_at`` is when the row may go:
    not before the value itself is refused for its age.
    """
    row = {"digest": digest, "kind": kind, "used_at": now, "expires_at": expires_at}
    return insert_if_absent(db, single_use, row)


def was_used(db: Connection, digest: bytes) -> bool:
    """Whether the value was claimed before."""
    return db.execute(_USED, {"digest": digest}).one_or_none() is not None
