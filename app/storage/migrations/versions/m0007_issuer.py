"""The issuer a database is served under"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("database_age", sa.Column("issuer", sa.Text(), nullable=True))


def downgrade() -> None:
    """Undo."""
    op.drop_column("database_age", "issuer")
