"""Purposes; grants with their append-only versions, what was disclosed under them, and each decision's receipt."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from app.storage.columns import Document, Names, Utc
from app.storage.tables.metadata import metadata, partial_index

purposes = Table(
    "purposes",  # every version this database was ever served with: a grant names one, and its meaning stays known
    metadata,
    Column("id", String(64), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("text", Document, nullable=False),  # per language
    Column("dpv", Text, nullable=False),
)

grants = Table(
    "grants",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("persona_id", ForeignKey("personas.id", ondelete="CASCADE"), nullable=False),
    Column("business_id", ForeignKey("businesses.id", ondelete="CASCADE"), nullable=False),
    Column("client_id", ForeignKey("clients.id", ondelete="CASCADE"), nullable=False),
    Column("sub", String(64), nullable=False),
    Column("level", Integer, nullable=False),
    Column("claims", Names, nullable=False),
    Column("purposes", Names, nullable=False),
    Column("retention", String(16), nullable=False),
    Column("collection", Document, nullable=True),
    Column("offline", Boolean, nullable=False),
    Column("first_given_at", Utc, nullable=False),
    Column("given_at", Utc, nullable=False),
    Column("ends_at", Utc, nullable=False),
    Column("ended_at", Utc, nullable=True),
    Column("end_reason", String(32), nullable=True),
    Column("paused_at", Utc, nullable=True),
    Column("objected", Names, nullable=False),  # ids of purposes
    Column("asked_at", Utc, nullable=True),  # "extend or end?", before this end
    Column("passed_over", String(32), nullable=True),  # fingerprint of a card
    Index("ix_grants_business_sub", "business_id", "sub"),
    Index("ix_grants_persona_client", "persona_id", "client_id"),
)
# What the retention job looks for: running grants whose end is near or past.
partial_index("ix_grants_running_ends_at", grants.c.ends_at, where=grants.c.ended_at.is_(None))
# One persona has at most one running grant at one client; the database decides between two submits.
partial_index(
    "uq_grants_running", grants.c.persona_id, grants.c.client_id, where=grants.c.ended_at.is_(None), unique=True
)

grant_versions = Table(
    "grant_versions",
    metadata,
    Column("grant_id", ForeignKey("grants.id", ondelete="CASCADE"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("act", String(16), nullable=False),
    Column("decided_at", Utc, nullable=False),
    Column("level", Integer, nullable=False),
    Column("asked", Names, nullable=False),  # the claims a client asked for when this was decided; none when none did
    Column("claims", Names, nullable=False),
    Column("purposes", Names, nullable=False),
    Column("retention", String(16), nullable=False),
    Column("collection", Document, nullable=True),
    Column("ends_at", Utc, nullable=False),
    Column("paused", Boolean, nullable=False),
    Column("objected", Names, nullable=False),
    Column("terms", Document, nullable=False),  # per claim: purposes, ground, until
    Column("notice", Document, nullable=False),  # language and the exact words shown
    Column("chain_index", Integer, nullable=False),  # its place among the receipts of one subject
    Column("receipt_id", String(32), nullable=False, unique=True),
    Column("receipt", Text, nullable=False),  # the signed JWS, the same bytes for both sides
    Index("ix_grant_versions_decided_at", "decided_at"),
)

disclosures = Table(
    "disclosures",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("grant_id", ForeignKey("grants.id", ondelete="CASCADE"), nullable=False),
    Column("at", Utc, nullable=False),
    Column("door", String(16), nullable=False),
    Column("claims", Names, nullable=False),
)
Index("ix_disclosures_grant_at", disclosures.c.grant_id, disclosures.c.at)

refused_requests = Table(
    "refused_requests",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("business_id", ForeignKey("businesses.id", ondelete="CASCADE"), nullable=False),
    Column("client_id", ForeignKey("clients.id", ondelete="CASCADE"), nullable=False),
    Column("asked", Names, nullable=False),  # the claims it would have liked
    Column("at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
    Index("ix_refused_requests_person_at", "person_id", "at"),
    Index("ix_refused_requests_expires_at", "expires_at"),
)
