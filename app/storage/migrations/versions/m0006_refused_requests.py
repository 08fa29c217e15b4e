"""Requests a person answered by sharing nothing"""

import sqlalchemy as sa
from alembic import op

from app.storage import columns

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "refused_requests",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("business_id", sa.String(length=64), nullable=False),
        sa.Column("client_id", sa.String(length=128), nullable=False),
        sa.Column("asked", columns.Names(), nullable=False),
        sa.Column("at", columns.Utc(), nullable=False),
        sa.Column("expires_at", columns.Utc(), nullable=False),
        sa.ForeignKeyConstraint(
            ["business_id"], ["businesses.id"], name=op.f("fk_refused_requests_business_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["client_id"], ["clients.id"], name=op.f("fk_refused_requests_client_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_refused_requests_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refused_requests")),
    )
    op.create_index("ix_refused_requests_person_at", "refused_requests", ["person_id", "at"], unique=False)
    op.create_index("ix_refused_requests_expires_at", "refused_requests", ["expires_at"], unique=False)


def downgrade() -> None:
    """Undo."""
    op.drop_table("refused_requests")
