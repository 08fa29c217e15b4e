"""The grants of one customer of a business are found without reading those of its others"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_index("ix_grants_business_sub", "grants", ["business_id", "sub"])
    op.drop_index("ix_grants_business_id", table_name="grants")


def downgrade() -> None:
    """Undo."""
    op.create_index("ix_grants_business_id", "grants", ["business_id"])
    op.drop_index("ix_grants_business_sub", table_name="grants")
