"""The data relation after the handover"""

import sqlalchemy as sa
from alembic import op

from app.storage import columns

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "erasure_ledger",
        sa.Column("person_digest", sa.LargeBinary(), nullable=False),
        sa.Column("erased_at", columns.Utc(), nullable=False),
        sa.PrimaryKeyConstraint("person_digest", name=op.f("pk_erasure_ledger")),
    )
    op.create_table(
        "sandbox_clock",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("offset_s", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sandbox_clock")),
    )
    op.create_table(
        "time_marks",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("highest_at", columns.Utc(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_time_marks")),
    )
    op.create_table(
        "kept_receipts",
        sa.Column("receipt_id", sa.String(length=32), nullable=False),
        sa.Column("business_id", sa.String(length=64), nullable=False),
        sa.Column("grant_id", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.Column("keep_until", columns.Utc(), nullable=False),
        sa.ForeignKeyConstraint(
            ["business_id"], ["businesses.id"], name=op.f("fk_kept_receipts_business_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("receipt_id", name=op.f("pk_kept_receipts")),
    )
    op.create_index(
        "ix_kept_receipts_business_grant", "kept_receipts", ["business_id", "grant_id", "version"], unique=False
    )
    op.create_index(op.f("ix_kept_receipts_keep_until"), "kept_receipts", ["keep_until"], unique=False)
    op.create_table(
        "lookups",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=True),
        sa.Column("business_id", sa.String(length=64), nullable=False),
        sa.Column("grant_id", sa.String(length=32), nullable=True),
        sa.Column("at", columns.Utc(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("datatype", sa.String(length=16), nullable=False),
        sa.Column("purpose", sa.String(length=64), nullable=False),
        sa.Column("allowed", sa.Boolean(), nullable=False),
        sa.Column("why", sa.String(length=32), nullable=False),
        sa.Column("place_sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["business_id"], ["businesses.id"], name=op.f("fk_lookups_business_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_lookups_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lookups")),
    )
    op.create_index("ix_lookups_at", "lookups", ["at"], unique=False)
    op.create_index("ix_lookups_person_business_at", "lookups", ["person_id", "business_id", "at"], unique=False)
    op.create_table(
        "cases",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("business_id", sa.String(length=64), nullable=False),
        sa.Column("client_id", sa.String(length=128), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=True),
        sa.Column("grant_id", sa.String(length=32), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("sub", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("items", columns.Names(), nullable=False),
        sa.Column("txn", sa.String(length=32), nullable=False),
        sa.Column("opened_at", columns.Utc(), nullable=False),
        sa.Column("answer_before", columns.Utc(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("closed_at", columns.Utc(), nullable=True),
        sa.Column("reminded_at", columns.Utc(), nullable=True),
        sa.Column("overdue_told_at", columns.Utc(), nullable=True),
        sa.ForeignKeyConstraint(
            ["business_id"], ["businesses.id"], name=op.f("fk_cases_business_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_cases_client_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_cases_person_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("grant_id", "round", name=op.f("uq_cases_grant_id_round")),
    )
    op.create_index("ix_cases_business_opened", "cases", ["business_id", "opened_at", "id"], unique=False)
    op.create_index(
        "ix_cases_open",
        "cases",
        ["opened_at"],
        unique=False,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(op.f("ix_cases_person_id"), "cases", ["person_id"], unique=False)
    op.create_table(
        "events",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("type", sa.String(length=128), nullable=False),
        sa.Column("txn", sa.String(length=32), nullable=False),
        sa.Column("business_id", sa.String(length=64), nullable=False),
        sa.Column("client_id", sa.String(length=128), nullable=False),
        sa.Column("sub", sa.String(length=64), nullable=False),
        sa.Column("grant_id", sa.String(length=32), nullable=False),
        sa.Column("occurred_at", columns.Utc(), nullable=False),
        sa.Column("content", columns.Document(), nullable=False),
        sa.Column("fanned_out_at", columns.Utc(), nullable=True),
        sa.ForeignKeyConstraint(
            ["business_id"], ["businesses.id"], name=op.f("fk_events_business_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_events_client_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
    )
    op.create_index("ix_events_client_occurred", "events", ["client_id", "occurred_at"], unique=False)
    op.create_index(
        "ix_events_not_fanned_out",
        "events",
        ["occurred_at"],
        unique=False,
        sqlite_where=sa.text("fanned_out_at IS NULL"),
        postgresql_where=sa.text("fanned_out_at IS NULL"),
    )
    op.create_index("ix_events_occurred_at", "events", ["occurred_at"], unique=False)
    op.create_table(
        "exports",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("session_id", sa.String(length=32), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("asked_at", columns.Utc(), nullable=False),
        sa.Column("progress", sa.Integer(), nullable=False),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("ready_at", columns.Utc(), nullable=True),
        sa.Column("expires_at", columns.Utc(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_exports_person_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name=op.f("fk_exports_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exports")),
        sa.UniqueConstraint("person_id", name=op.f("uq_exports_person_id")),
    )
    op.create_index("ix_exports_expires_at", "exports", ["expires_at"], unique=False)
    op.create_table(
        "logouts",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("client_id", sa.String(length=128), nullable=False),
        sa.Column("sub", sa.String(length=64), nullable=False),
        sa.Column("sid", sa.String(length=64), nullable=False),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.Column("next_attempt_at", columns.Utc(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_logouts_client_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_logouts")),
    )
    op.create_index("ix_logouts_next_attempt_at", "logouts", ["next_attempt_at"], unique=False)
    op.create_table(
        "streams",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("client_id", sa.String(length=128), nullable=False),
        sa.Column("method", sa.String(length=32), nullable=False),
        sa.Column("endpoint_url", sa.Text(), nullable=True),
        sa.Column("authorization_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("events_requested", columns.Document(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("status_reason", sa.Text(), nullable=True),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.Column("verified_at", columns.Utc(), nullable=True),
        sa.Column("lease", sa.String(length=32), nullable=True),
        sa.Column("leased_until_at", columns.Utc(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("retry_at", columns.Utc(), nullable=True),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_streams_client_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_streams")),
    )
    op.create_index(op.f("ix_streams_client_id"), "streams", ["client_id"], unique=False)
    op.create_table(
        "case_answers",
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("answered_at", columns.Utc(), nullable=False),
        sa.Column("refusals", columns.Document(), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_answers_case_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("case_id", "number", name=op.f("pk_case_answers")),
    )
    op.create_table(
        "case_links",
        sa.Column("secret_digest", sa.LargeBinary(), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_links_case_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("secret_digest", name=op.f("pk_case_links")),
    )
    op.create_index(op.f("ix_case_links_case_id"), "case_links", ["case_id"], unique=False)
    op.create_table(
        "deliveries",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("stream_id", sa.String(length=32), nullable=False),
        sa.Column("jti", sa.String(length=32), nullable=False),
        sa.Column("event_id", sa.String(length=32), nullable=True),
        sa.Column("state", sa.Text(), nullable=True),
        sa.Column("queued_at", columns.Utc(), nullable=False),
        sa.Column("next_attempt_at", columns.Utc(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("delivered_at", columns.Utc(), nullable=True),
        sa.Column("dead_at", columns.Utc(), nullable=True),
        sa.Column("problem", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_deliveries_event_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["stream_id"], ["streams.id"], name=op.f("fk_deliveries_stream_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("stream_id", "jti", name=op.f("uq_deliveries_stream_id_jti")),
    )
    op.create_index(
        "ix_deliveries_dead",
        "deliveries",
        ["dead_at"],
        unique=False,
        sqlite_where=sa.text("dead_at IS NOT NULL"),
        postgresql_where=sa.text("dead_at IS NOT NULL"),
    )
    op.create_index(op.f("ix_deliveries_event_id"), "deliveries", ["event_id"], unique=False)
    op.create_index(
        "ix_deliveries_waiting",
        "deliveries",
        ["stream_id", "queued_at"],
        unique=False,
        sqlite_where=sa.text("delivered_at IS NULL AND dead_at IS NULL"),
        postgresql_where=sa.text("delivered_at IS NULL AND dead_at IS NULL"),
    )
    op.create_table(
        "deposits",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("grant_id", sa.String(length=32), nullable=False),
        sa.Column("business_id", sa.String(length=64), nullable=False),
        sa.Column("type", sa.String(length=16), nullable=False),
        sa.Column("external_digest", sa.LargeBinary(), nullable=False),
        sa.Column("sent_digest", sa.LargeBinary(), nullable=False),
        sa.Column("document_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("deposited_at", columns.Utc(), nullable=False),
        sa.Column("delete_at", columns.Utc(), nullable=False),
        sa.Column("corrected_at", columns.Utc(), nullable=True),
        sa.Column("removed_at", columns.Utc(), nullable=True),
        sa.Column("removed_by", sa.String(length=16), nullable=True),
        sa.ForeignKeyConstraint(
            ["business_id"], ["businesses.id"], name=op.f("fk_deposits_business_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["grant_id"], ["grants.id"], name=op.f("fk_deposits_grant_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_deposits_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deposits")),
        sa.UniqueConstraint("business_id", "external_digest", name=op.f("uq_deposits_business_id_external_digest")),
    )
    op.create_index("ix_deposits_delete_at", "deposits", ["delete_at"], unique=False)
    op.create_index("ix_deposits_grant_deposited", "deposits", ["grant_id", "deposited_at"], unique=False)
    op.create_index(
        "ix_deposits_person_business", "deposits", ["person_id", "business_id", "deposited_at"], unique=False
    )
    op.create_table(
        "loyalty_numbers",
        sa.Column("business_id", sa.String(length=64), nullable=False),
        sa.Column("number_digest", sa.LargeBinary(), nullable=False),
        sa.Column("persona_id", sa.String(length=32), nullable=False),
        sa.Column("sector", sa.String(length=512), nullable=False),
        sa.Column("sub", sa.String(length=64), nullable=False),
        sa.Column("registered_at", columns.Utc(), nullable=False),
        sa.ForeignKeyConstraint(
            ["business_id"], ["businesses.id"], name=op.f("fk_loyalty_numbers_business_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["persona_id", "sector"],
            ["subjects.persona_id", "subjects.sector"],
            name=op.f("fk_loyalty_numbers_persona_id_sector"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("business_id", "number_digest", name=op.f("pk_loyalty_numbers")),
    )
    op.create_index("ix_loyalty_numbers_persona_id", "loyalty_numbers", ["persona_id"], unique=False)
    op.create_table(
        "session_grants",
        sa.Column("session_id", sa.String(length=32), nullable=False),
        sa.Column("grant_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["grant_id"], ["grants.id"], name=op.f("fk_session_grants_grant_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name=op.f("fk_session_grants_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("session_id", "grant_id", name=op.f("pk_session_grants")),
    )
    op.create_index(op.f("ix_session_grants_grant_id"), "session_grants", ["grant_id"], unique=False)
    op.create_table(
        "stream_exclusions",
        sa.Column("stream_id", sa.String(length=32), nullable=False),
        sa.Column("sub", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["stream_id"], ["streams.id"], name=op.f("fk_stream_exclusions_stream_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("stream_id", "sub", name=op.f("pk_stream_exclusions")),
    )


def downgrade() -> None:
    """Undo."""
    for table in (
        "stream_exclusions",
        "session_grants",
        "loyalty_numbers",
        "deposits",
        "deliveries",
        "case_links",
        "case_answers",
        "streams",
        "logouts",
        "exports",
        "events",
        "cases",
        "lookups",
        "kept_receipts",
        "time_marks",
        "sandbox_clock",
        "erasure_ledger",
    ):
        op.drop_table(table)
