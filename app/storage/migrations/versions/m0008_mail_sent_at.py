"""Mail without the time it was sent: what was sent is gone"""

import sqlalchemy as sa
from alembic import op

from app.storage import columns

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.drop_column("mail", "sent_at")


def downgrade() -> None:
    """Undo."""
    op.add_column("mail", sa.Column("sent_at", columns.Utc(), nullable=True))
