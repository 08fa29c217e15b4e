"""Signing and sealing keys (private parts sealed), mail waiting to be sent."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, false

from app.storage.columns import Document, Utc
from app.storage.tables.metadata import metadata

signing_keys = Table(
    "signing_keys",
    metadata,
    Column("kid", String(64), primary_key=True),
    Column("alg", String(16), nullable=False),
    Column("private_sealed", LargeBinary, nullable=True),  # NULL once removed: the public part stays for receipts
    Column("public", Document, nullable=True),  # NULL for sealing keys
    Column("published_at", Utc, nullable=False),
    Column("signs_from_at", Utc, nullable=False),
    Column("retired_at", Utc, nullable=True),
    Column("removed_at", Utc, nullable=True),
)

mail = Table(
    "mail",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), nullable=True),
    Column("kind", String(32), nullable=False),
    Column("content_sealed", LargeBinary, nullable=False),  # recipient and words
    Column("created_at", Utc, nullable=False),
    Column("next_attempt_at", Utc, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("address_refused", Boolean, nullable=False, server_default=false()),  # nobody's to mend but the recipient's
    Index("ix_mail_next_attempt_at", "next_attempt_at"),
)
