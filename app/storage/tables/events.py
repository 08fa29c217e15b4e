"""Events waiting to be told to businesses, written in the transaction of the act they tell of."""

from sqlalchemy import Column, ForeignKey, Index, String, Table

from app.storage.columns import Document, Utc
from app.storage.tables.metadata import metadata, partial_index

events = Table(
    "events",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("type", String(128), nullable=False),
    Column("txn", String(32), nullable=False),
    Column("business_id", ForeignKey("businesses.id", ondelete="CASCADE"), nullable=False),
    Column("client_id", ForeignKey("clients.id", ondelete="CASCADE"), nullable=False),
    Column("sub", String(64), nullable=False),
    Column("grant_id", String(32), nullable=False),  # no foreign key: an event outlives an erased account's grant
    Column("occurred_at", Utc, nullable=False),
    Column("content", Document, nullable=False),
    Column("fanned_out_at", Utc, nullable=True),  # when it was queued for the streams that want it
    Index("ix_events_client_occurred", "client_id", "occurred_at"),
    Index("ix_events_grant_id", "grant_id"),
    Index("ix_events_occurred_at", "occurred_at"),
)
partial_index("ix_events_not_fanned_out", events.c.occurred_at, where=events.c.fanned_out_at.is_(None))
