"""Logos of businesses as they are served: each found by its digest, which its business carries."""

import hashlib

from sqlalchemy import Connection, select, update

from app.storage.tables.parties import businesses


def keep(db: Connection, business_id: str, png: bytes | None) -> None:
    """The logo of a business from now on; None takes it away."""
    digest = None if png is None else hashlib.sha256(png).hexdigest()
    db.execute(update(businesses).where(businesses.c.id == business_id).values(logo=png, logo_digest=digest))


def find(db: Connection, digest: str) -> bytes | None:
    """The picture with this digest, if a business has it as its logo."""
    return db.execute(select(businesses.c.logo).where(businesses.c.logo_digest == digest).limit(1)).scalar()


def address_of(db: Connection, business_id: str) -> str | None:
    """Where the logo we have of a business was fetched; None when we have none."""
    had = select(businesses.c.details).where(businesses.c.id == business_id, businesses.c.logo_digest.is_not(None))
    details = db.execute(had).scalar() or {}
    address = details.get("logo_uri")
    return None if address is None else str(address)
