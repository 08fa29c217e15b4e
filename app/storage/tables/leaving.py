"""What is left of people who were erased: that they were, and receipts that prove it to businesses. And exports."""

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from app.storage.columns import Utc
from app.storage.tables.metadata import metadata

erasure_ledger = Table(
    "erasure_ledger",
    metadata,
    Column("person_digest", LargeBinary, primary_key=True),  # keyed hash of an id that nothing else holds any more
    Column("erased_at", Utc, nullable=False),
)

kept_receipts = Table(
    "kept_receipts",
    metadata,
    # Of erased people. No column tells that two of them were about one person.
    Column("receipt_id", String(32), primary_key=True),
    Column("business_id", ForeignKey("businesses.id", ondelete="CASCADE"), nullable=False),
    Column("grant_id", String(32), nullable=False),
    Column("version", Integer, nullable=False),
    Column("receipt", Text, nullable=False),
    Column("keep_until", Utc, nullable=False, index=True),
    Index("ix_kept_receipts_business_grant", "business_id", "grant_id", "version"),
)

exports = Table(
    "exports",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("session_id", ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False),
    Column("language", String(8), nullable=False),
    Column("asked_at", Utc, nullable=False),
    Column("progress", Integer, nullable=False),  # parts gathered
    Column("content_sealed", LargeBinary, nullable=True),
    Column("ready_at", Utc, nullable=True),
    Column("expires_at", Utc, nullable=False),
    Index("ix_exports_expires_at", "expires_at"),
)
