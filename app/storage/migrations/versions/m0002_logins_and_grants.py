"""Logins, grants and upkeep"""

import sqlalchemy as sa
from alembic import op

from app.storage import columns

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "denials",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("denied_at", columns.Utc(), nullable=False),
        sa.Column("expires_at", columns.Utc(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_denials")),
    )
    op.create_index("ix_denials_expires_at", "denials", ["expires_at"], unique=False)
    op.create_table(
        "signing_keys",
        sa.Column("kid", sa.String(length=64), nullable=False),
        sa.Column("alg", sa.String(length=16), nullable=False),
        sa.Column("private_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("public", columns.Document(), nullable=True),
        sa.Column("published_at", columns.Utc(), nullable=False),
        sa.Column("signs_from_at", columns.Utc(), nullable=False),
        sa.Column("retired_at", columns.Utc(), nullable=True),
        sa.Column("removed_at", columns.Utc(), nullable=True),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_signing_keys")),
    )
    op.create_table(
        "single_use",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("used_at", columns.Utc(), nullable=False),
        sa.Column("expires_at", columns.Utc(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_single_use")),
    )
    op.create_index("ix_single_use_expires_at", "single_use", ["expires_at"], unique=False)
    op.create_table(
        "throttles",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("window_ends_at", columns.Utc(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_throttles")),
    )
    op.create_index("ix_throttles_window_ends_at", "throttles", ["window_ends_at"], unique=False)
    op.create_table(
        "mail",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.Column("next_attempt_at", columns.Utc(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("sent_at", columns.Utc(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_mail_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail")),
    )
    op.create_index("ix_mail_next_attempt_at", "mail", ["next_attempt_at"], unique=False)
    op.create_table(
        "sessions",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("secret_digest", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.Column("auth_time_at", columns.Utc(), nullable=False),
        sa.Column("last_seen_at", columns.Utc(), nullable=False),
        sa.Column("expires_at", columns.Utc(), nullable=False),
        sa.Column("ended_at", columns.Utc(), nullable=True),
        sa.Column("acr", sa.String(length=64), nullable=False),
        sa.Column("amr", columns.Names(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_sessions_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
        sa.UniqueConstraint("secret_digest", name=op.f("uq_sessions_secret_digest")),
    )
    op.create_index(op.f("ix_sessions_person_id"), "sessions", ["person_id"], unique=False)
    op.create_table(
        "authorization_requests",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("handle_digest", sa.LargeBinary(), nullable=False),
        sa.Column("client_id", sa.String(length=128), nullable=False),
        sa.Column("content", columns.Document(), nullable=False),
        sa.Column("hint_index", sa.LargeBinary(), nullable=True),
        sa.Column("browser_digest", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.Column("expires_at", columns.Utc(), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=True),
        sa.Column("grant_id", sa.String(length=32), nullable=True),
        sa.Column("completed_at", columns.Utc(), nullable=True),
        sa.ForeignKeyConstraint(
            ["client_id"], ["clients.id"], name=op.f("fk_authorization_requests_client_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_authorization_requests_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authorization_requests")),
        sa.UniqueConstraint("handle_digest", name=op.f("uq_authorization_requests_handle_digest")),
    )
    op.create_index("ix_authorization_requests_expires_at", "authorization_requests", ["expires_at"], unique=False)
    op.create_index(
        op.f("ix_authorization_requests_hint_index"), "authorization_requests", ["hint_index"], unique=False
    )
    op.create_table(
        "grants",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("persona_id", sa.String(length=32), nullable=False),
        sa.Column("business_id", sa.String(length=64), nullable=False),
        sa.Column("client_id", sa.String(length=128), nullable=False),
        sa.Column("sub", sa.String(length=64), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("claims", columns.Names(), nullable=False),
        sa.Column("purposes", columns.Names(), nullable=False),
        sa.Column("retention", sa.String(length=16), nullable=False),
        sa.Column("collection", columns.Document(), nullable=True),
        sa.Column("offline", sa.Boolean(), nullable=False),
        sa.Column("first_given_at", columns.Utc(), nullable=False),
        sa.Column("given_at", columns.Utc(), nullable=False),
        sa.Column("ends_at", columns.Utc(), nullable=False),
        sa.Column("ended_at", columns.Utc(), nullable=True),
        sa.Column("end_reason", sa.String(length=32), nullable=True),
        sa.Column("paused_at", columns.Utc(), nullable=True),
        sa.Column("objected", columns.Names(), nullable=False),
        sa.Column("asked_at", columns.Utc(), nullable=True),
        sa.ForeignKeyConstraint(
            ["business_id"], ["businesses.id"], name=op.f("fk_grants_business_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_grants_client_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_grants_person_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["persona_id"], ["personas.id"], name=op.f("fk_grants_persona_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grants")),
    )
    op.create_index(op.f("ix_grants_business_id"), "grants", ["business_id"], unique=False)
    op.create_index(op.f("ix_grants_person_id"), "grants", ["person_id"], unique=False)
    op.create_index(
        "ix_grants_running_ends_at",
        "grants",
        ["ends_at"],
        unique=False,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "uq_grants_running",
        "grants",
        ["persona_id", "client_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "disclosures",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("grant_id", sa.String(length=32), nullable=False),
        sa.Column("at", columns.Utc(), nullable=False),
        sa.Column("door", sa.String(length=16), nullable=False),
        sa.Column("claims", columns.Names(), nullable=False),
        sa.ForeignKeyConstraint(["grant_id"], ["grants.id"], name=op.f("fk_disclosures_grant_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disclosures")),
    )
    op.create_index("ix_disclosures_grant_at", "disclosures", ["grant_id", "at"], unique=False)
    op.create_table(
        "grant_versions",
        sa.Column("grant_id", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(length=16), nullable=False),
        sa.Column("decided_at", columns.Utc(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("asked", columns.Names(), nullable=False),
        sa.Column("claims", columns.Names(), nullable=False),
        sa.Column("purposes", columns.Names(), nullable=False),
        sa.Column("retention", sa.String(length=16), nullable=False),
        sa.Column("collection", columns.Document(), nullable=True),
        sa.Column("ends_at", columns.Utc(), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("objected", columns.Names(), nullable=False),
        sa.Column("terms", columns.Document(), nullable=False),
        sa.Column("notice", columns.Document(), nullable=False),
        sa.Column("chain_index", sa.Integer(), nullable=False),
        sa.Column("receipt_id", sa.String(length=32), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["grant_id"], ["grants.id"], name=op.f("fk_grant_versions_grant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("grant_id", "version", name=op.f("pk_grant_versions")),
        sa.UniqueConstraint("receipt_id", name=op.f("uq_grant_versions_receipt_id")),
    )
    op.create_table(
        "refresh_tokens",
        sa.Column("secret_digest", sa.LargeBinary(), nullable=False),
        sa.Column("family", sa.LargeBinary(), nullable=False),
        sa.Column("grant_id", sa.String(length=32), nullable=False),
        sa.Column("client_id", sa.String(length=128), nullable=False),
        sa.Column("content", columns.Document(), nullable=False),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.Column("expires_at", columns.Utc(), nullable=False),
        sa.Column("rotated_at", columns.Utc(), nullable=True),
        sa.Column("successor_sealed", sa.Text(), nullable=True),
        sa.Column("revoked_at", columns.Utc(), nullable=True),
        sa.ForeignKeyConstraint(
            ["client_id"], ["clients.id"], name=op.f("fk_refresh_tokens_client_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["grant_id"], ["grants.id"], name=op.f("fk_refresh_tokens_grant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("secret_digest", name=op.f("pk_refresh_tokens")),
    )
    op.create_index(op.f("ix_refresh_tokens_family"), "refresh_tokens", ["family"], unique=False)
    op.create_index(op.f("ix_refresh_tokens_grant_id"), "refresh_tokens", ["grant_id"], unique=False)


def downgrade() -> None:
    """Undo."""
    for table in (
        "refresh_tokens",
        "grant_versions",
        "disclosures",
        "grants",
        "authorization_requests",
        "sessions",
        "mail",
        "throttles",
        "single_use",
        "signing_keys",
        "denials",
    ):
        op.drop_table(table)
