"""What a persona shares with one client, and the events about one grant, are found without reading all there are"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_index("ix_grants_persona_client", "grants", ["persona_id", "client_id"])
    op.create_index("ix_events_grant_id", "events", ["grant_id"])


def downgrade() -> None:
    """Undo."""
    op.drop_index("ix_events_grant_id", table_name="events")
    op.drop_index("ix_grants_persona_client", table_name="grants")
