"""Logos of businesses"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("businesses", sa.Column("logo_digest", sa.String(length=64), nullable=True))
    op.add_column("businesses", sa.Column("logo", sa.LargeBinary(), nullable=True))
    op.create_index(op.f("ix_businesses_logo_digest"), "businesses", ["logo_digest"], unique=False)


def downgrade() -> None:
    """Undo."""
    op.drop_index(op.f("ix_businesses_logo_digest"), "businesses")
    op.drop_column("businesses", "logo")
    op.drop_column("businesses", "logo_digest")
