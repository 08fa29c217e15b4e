"""Erasure cases, the answers businesses gave to them, and the links by which a business answers without software."""

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table, UniqueConstraint

from app.storage.columns import Document, Names, Utc
from app.storage.tables.metadata import metadata, partial_index

cases = Table(
    "cases",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("business_id", ForeignKey("businesses.id", ondelete="CASCADE"), nullable=False),
    Column("client_id", ForeignKey("clients.id", ondelete="CASCADE"), nullable=False),
    # A case outlives the account it came from: the business still has to erase.
    Column("person_id", ForeignKey("people.id", ondelete="SET NULL"), nullable=True, index=True),
    Column("grant_id", String(32), nullable=False),
    Column("round", Integer, nullable=False),  # asking twice is asking once; asking again what was refused is the next
    Column("sub", String(64), nullable=False),
    Column("reason", String(16), nullable=False),
    Column("items", Names, nullable=False),
    Column("txn", String(32), nullable=False),
    Column("opened_at", Utc, nullable=False),
    Column("answer_before", Utc, nullable=False),
    Column("state", String(24), nullable=False),
    Column("closed_at", Utc, nullable=True),
    Column("reminded_at", Utc, nullable=True),  # the business, once
    Column("overdue_told_at", Utc, nullable=True),  # the person, once
    UniqueConstraint("grant_id", "round"),
    Index("ix_cases_business_opened", "business_id", "opened_at", "id"),
)
partial_index("ix_cases_open", cases.c.opened_at, where=cases.c.closed_at.is_(None))

case_answers = Table(
    "case_answers",
    metadata,
    # Append-only: the number decides which of two answers was first.
    Column("case_id", ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("state", String(24), nullable=False),
    Column("answered_at", Utc, nullable=False),
    Column("refusals", Document, nullable=False),  # item, ground, until
    # The words the business typed, sealed with the person's key; NULL when there are none, or nobody to read them.
    Column("words_sealed", LargeBinary, nullable=True),
)

case_links = Table(
    "case_links",
    metadata,
    Column("secret_digest", LargeBinary, primary_key=True),
    Column("case_id", ForeignKey("cases.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", Utc, nullable=False),
)
