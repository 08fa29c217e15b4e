"""What a purpose meant when somebody agreed to it is still known once its version is raised"""

import sqlalchemy as sa
from alembic import op

from app.storage import columns

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "purposes",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", columns.Document(), nullable=False),
        sa.Column("dpv", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", "version", name=op.f("pk_purposes")),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("purposes")
