"""Initial access tokens (RFC 7591 §3): who holds one may register clients."""

from datetime import datetime

from sqlalchemy import Connection, exists, insert, select, update

from app.storage.tables.parties import initial_access_tokens as rows


def add(db: Connection, secret_digest: bytes, note: str, now: datetime, expires_at: datetime) -> None:
    """A new one; ``note`` says for whom, in the operator's words."""
    row = {"secret_digest": secret_digest, "note": note, "created_at": now, "expires_at": expires_at}
    db.execute(insert(rows), row)


def is_live(db: Connection, secret_digest: bytes, now: datetime) -> bool:
    """Whether it may be used now."""
    live = (rows.c.secret_digest == secret_digest, rows.c.revoked_at.is_(None), rows.c.expires_at > now)
    return bool(db.execute(select(exists().where(*live))).scalar_one())


def revoke(db: Connection, secret_digest: bytes, now: datetime) -> bool:
    """Revoke one; False when there was none to revoke."""
    live = (rows.c.secret_digest == secret_digest, rows.c.revoked_at.is_(None))
    return db.execute(update(rows).where(*live).values(revoked_at=now)).rowcount == 1
