"""Businesses, their clients, and the pairwise subjects people have there."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, LargeBinary, String, Table, Text, UniqueConstraint

from app.storage.columns import Document, Utc
from app.storage.tables.metadata import metadata

businesses = Table(
    "businesses",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", Text, nullable=False),
    Column("website", Text, nullable=True),
    Column("details", Document, nullable=False),
    Column("intended_use", Document, nullable=True),  # as declared; NULL: the plain OpenID Connect use
    Column("verified", Boolean, nullable=False),
    Column("standing", String(16), nullable=False),
    Column("identity_changed_at", Utc, nullable=True),  # when it last took another name or address by itself
    Column("created_at", Utc, nullable=False),
    Column("updated_at", Utc, nullable=False),
    Column("logo_digest", String(64), nullable=True, index=True),
    Column("logo", LargeBinary, nullable=True),  # a PNG of ours
)

clients = Table(
    "clients",
    metadata,
    Column("id", String(128), primary_key=True),
    Column("business_id", ForeignKey("businesses.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("sector", Text, nullable=False),
    Column("metadata", Document, nullable=False),  # RFC 7591 members, checked
    Column("secrets", Document, nullable=False),  # [[digest hex, expires_at or null], ...]
    Column("registration_digest", LargeBinary, nullable=True),  # of the registration access token (RFC 7592)
    Column("standing", String(16), nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("updated_at", Utc, nullable=False),
)

client_origins = Table(
    "client_origins",
    metadata,
    # A browser asks before it sends (CORS preflight), and does not say for which client.
    Column("origin", String(512), primary_key=True),
    Column("client_id", ForeignKey("clients.id", ondelete="CASCADE"), primary_key=True),
)

initial_access_tokens = Table(
    "initial_access_tokens",
    metadata,
    Column("secret_digest", LargeBinary, primary_key=True),
    Column("note", Text, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
    Column("revoked_at", Utc, nullable=True),
)

subjects = Table(
    "subjects",
    metadata,
    Column("persona_id", ForeignKey("personas.id", ondelete="CASCADE"), primary_key=True),
    Column("sector", String(512), primary_key=True),
    Column("sub", String(64), nullable=False),
    UniqueConstraint("sub"),
)
Index("ix_subjects_sector_sub", subjects.c.sector, subjects.c.sub)
