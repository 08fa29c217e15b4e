"""Event streams of clients, what is to be delivered on them, and logouts to be told; which session visited whom."""

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text, UniqueConstraint

from app.storage.columns import Document, Utc
from app.storage.tables.metadata import metadata, partial_index

streams = Table(
    "streams",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("client_id", ForeignKey("clients.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("method", String(32), nullable=False),
    Column("endpoint_url", Text, nullable=True),
    Column("authorization_sealed", LargeBinary, nullable=True),
    Column("events_requested", Document, nullable=False),
    Column("description", Text, nullable=True),
    Column("status", String(16), nullable=False),
    Column("status_reason", Text, nullable=True),
    Column("created_at", Utc, nullable=False),
    Column("verified_at", Utc, nullable=True),  # when its receiver last asked for a verification event
    # A receiver is tried by one worker at a time, and left alone for a while after it failed.
    Column("lease", String(32), nullable=True),
    Column("leased_until_at", Utc, nullable=True),
    Column("failures", Integer, nullable=False),
    Column("retry_at", Utc, nullable=True),
)

stream_exclusions = Table(
    "stream_exclusions",
    metadata,
    # Subjects a receiver took off its stream; everybody else is on it.
    Column("stream_id", ForeignKey("streams.id", ondelete="CASCADE"), primary_key=True),
    Column("sub", String(64), primary_key=True),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("stream_id", ForeignKey("streams.id", ondelete="CASCADE"), nullable=False),
    Column("jti", String(32), nullable=False),  # of an event, or of one verification
    Column("event_id", ForeignKey("events.id", ondelete="CASCADE"), nullable=True, index=True),
    Column("state", Text, nullable=True),  # of a verification: what its receiver wants to read in it
    Column("queued_at", Utc, nullable=False),
    Column("next_attempt_at", Utc, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("delivered_at", Utc, nullable=True),
    Column("dead_at", Utc, nullable=True),
    Column("problem", String(64), nullable=True),  # one word: what went wrong at the last attempt
    UniqueConstraint("stream_id", "jti"),
)
_waiting = deliveries.c.delivered_at.is_(None) & deliveries.c.dead_at.is_(None)
partial_index("ix_deliveries_waiting", deliveries.c.stream_id, deliveries.c.queued_at, where=_waiting)
partial_index("ix_deliveries_dead", deliveries.c.dead_at, where=deliveries.c.dead_at.is_not(None))

session_grants = Table(
    "session_grants",
    metadata,
    # Under which grants a session gave a client tokens: who must hear of its end (Back-Channel Logout 1.0 §2.3).
    Column("session_id", ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
    Column("grant_id", ForeignKey("grants.id", ondelete="CASCADE"), primary_key=True, index=True),
)

logouts = Table(
    "logouts",
    metadata,
    Column("id", String(32), primary_key=True),  # the jti of every token that tells it
    Column("client_id", ForeignKey("clients.id", ondelete="CASCADE"), nullable=False),
    Column("sub", String(64), nullable=False),
    Column("sid", String(64), nullable=False),  # as in the client's ID tokens; the session may be gone by now
    Column("created_at", Utc, nullable=False),
    Column("next_attempt_at", Utc, nullable=False),
    Column("attempts", Integer, nullable=False),
    Index("ix_logouts_next_attempt_at", "next_attempt_at"),
)
