"""What has had its time is found without reading what has not"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_ENDED = sa.text("ended_at IS NOT NULL")
_UNCONFIRMED = sa.text("confirmed_at IS NULL")


def upgrade() -> None:
    """Apply."""
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"])
    op.create_index("ix_sessions_ended", "sessions", ["ended_at"], sqlite_where=_ENDED, postgresql_where=_ENDED)
    op.create_index("ix_refresh_tokens_expires_at", "refresh_tokens", ["expires_at"])
    op.create_index(
        "ix_people_unconfirmed", "people", ["created_at"], sqlite_where=_UNCONFIRMED, postgresql_where=_UNCONFIRMED
    )


def downgrade() -> None:
    """Undo."""
    op.drop_index("ix_people_unconfirmed", table_name="people")
    op.drop_index("ix_refresh_tokens_expires_at", table_name="refresh_tokens")
    op.drop_index("ix_sessions_ended", table_name="sessions")
    op.drop_index("ix_sessions_expires_at", table_name="sessions")
