"""Tokens refused before their time: one token by its own digest, a family by the digest of the code it came from."""

from datetime import datetime

from sqlalchemy import Connection, select

from app.storage.tables.logins import denials
from app.storage.upsert import insert_if_absent


def add(db: Connection, key: bytes, now: datetime, expires_at: datetime) -> None:
    """Deny from this commit on. ``expires_at`` is past the life of the last token the key stands for."""
    insert_if_absent(db, denials, {"key": key, "denied_at": now, "expires_at": expires_at})


def holds(db: Connection, key: bytes) -> bool:
    """Whether a key is denied."""
    return db.execute(select(denials.c.key).where(denials.c.key == key)).first() is not None
