"""Who chose a lower card beside what they share is not asked for the higher one at every login"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("grants", sa.Column("passed_over", sa.String(32), nullable=True))


def downgrade() -> None:
    """Undo."""
    op.drop_column("grants", "passed_over")
