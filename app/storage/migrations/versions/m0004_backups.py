"""What a backup that is put back does not know"""

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    ages = op.create_table(
        "database_age",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("age", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_database_age")),
    )
    op.bulk_insert(ages, [{"id": 1, "name": uuid4().hex, "age": 0}])
    op.create_index("ix_grant_versions_decided_at", "grant_versions", ["decided_at"])
    op.create_index("ix_people_password_changed_at", "people", ["password_changed_at"])


def downgrade() -> None:
    """Undo."""
    op.drop_index("ix_people_password_changed_at", table_name="people")
    op.drop_index("ix_grant_versions_decided_at", table_name="grant_versions")
    op.drop_table("database_age")
