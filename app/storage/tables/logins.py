"""Sessions, authorization requests, and everything that may happen only once."""

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from app.storage.columns import Document, Names, Utc
from app.storage.tables.metadata import metadata, partial_index

sessions = Table(
    "sessions",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("secret_digest", LargeBinary, nullable=False, unique=True),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", Utc, nullable=False),
    Column("auth_time_at", Utc, nullable=False),
    Column("last_seen_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
    Column("ended_at", Utc, nullable=True),
    Column("acr", String(64), nullable=False),
    Column("amr", Names, nullable=False),
    Index("ix_sessions_expires_at", "expires_at"),
)
partial_index("ix_sessions_ended", sessions.c.ended_at, where=sessions.c.ended_at.is_not(None))

authorization_requests = Table(
    "authorization_requests",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("handle_digest", LargeBinary, nullable=False, unique=True),
    Column("client_id", ForeignKey("clients.id", ondelete="CASCADE"), nullable=False),
    Column("content", Document, nullable=False),  # an AuthorizationRequest
    Column("hint_index", LargeBinary, nullable=True, index=True),  # keyed hash of whom the client expects
    Column("browser_digest", LargeBinary, nullable=True),  # NULL until a browser first opens a pushed request
    Column("created_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), nullable=True),  # who decided
    Column("grant_id", String(32), nullable=True),  # the decision made for this request
    Column("completed_at", Utc, nullable=True),
    Index("ix_authorization_requests_expires_at", "expires_at"),
)

single_use = Table(
    "single_use",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("kind", String(16), nullable=False),  # code | jti | ...
    Column("used_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
    Index("ix_single_use_expires_at", "expires_at"),
)

denials = Table(
    "denials",
    metadata,
    Column("key", LargeBinary, primary_key=True),  # digest of one token, or of the code it came from
    Column("denied_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
    Index("ix_denials_expires_at", "expires_at"),
)

throttles = Table(
    "throttles",
    metadata,
    Column("key", LargeBinary, primary_key=True),  # keyed hash of the account, client or source
    Column("window_ends_at", Utc, nullable=False),
    Column("count", Integer, nullable=False),
    Index("ix_throttles_window_ends_at", "window_ends_at"),
)

refresh_tokens = Table(
    "refresh_tokens",
    metadata,
    Column("secret_digest", LargeBinary, primary_key=True),
    Column("family", LargeBinary, nullable=False, index=True),  # digest of the code it came from
    Column("grant_id", ForeignKey("grants.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("client_id", ForeignKey("clients.id", ondelete="CASCADE"), nullable=False),
    Column("content", Document, nullable=False),  # scope, claims, auth_time, acr, amr, session: no personal value
    Column("created_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
    Column("rotated_at", Utc, nullable=True),
    Column("successor_sealed", Text, nullable=True),
    Column("revoked_at", Utc, nullable=True),
    Index("ix_refresh_tokens_expires_at", "expires_at"),
)
