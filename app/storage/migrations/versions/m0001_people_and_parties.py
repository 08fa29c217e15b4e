"""People, businesses and clients"""

import sqlalchemy as sa
from alembic import op

from app.storage import columns

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "businesses",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("website", sa.Text(), nullable=True),
        sa.Column("details", columns.Document(), nullable=False),
        sa.Column("intended_use", columns.Document(), nullable=True),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("standing", sa.String(length=16), nullable=False),
        sa.Column("identity_changed_at", columns.Utc(), nullable=True),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.Column("updated_at", columns.Utc(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_businesses")),
    )
    op.create_table(
        "initial_access_tokens",
        sa.Column("secret_digest", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.Column("expires_at", columns.Utc(), nullable=False),
        sa.Column("revoked_at", columns.Utc(), nullable=True),
        sa.PrimaryKeyConstraint("secret_digest", name=op.f("pk_initial_access_tokens")),
    )
    op.create_table(
        "people",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("standing", sa.String(length=16), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("password_changed_at", columns.Utc(), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.Column("confirmed_at", columns.Utc(), nullable=True),
        sa.Column("erasing_notice", columns.Document(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
    )
    op.create_index(
        "ix_people_erasing",
        "people",
        ["id"],
        unique=False,
        sqlite_where=sa.text("standing = 'erasing'"),
        postgresql_where=sa.text("standing = 'erasing'"),
    )
    op.create_table(
        "clients",
        sa.Column("id", sa.String(length=128), nullable=False),
        sa.Column("business_id", sa.String(length=64), nullable=False),
        sa.Column("sector", sa.Text(), nullable=False),
        sa.Column("metadata", columns.Document(), nullable=False),
        sa.Column("secrets", columns.Document(), nullable=False),
        sa.Column("registration_digest", sa.LargeBinary(), nullable=True),
        sa.Column("standing", sa.String(length=16), nullable=False),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.Column("updated_at", columns.Utc(), nullable=False),
        sa.ForeignKeyConstraint(
            ["business_id"], ["businesses.id"], name=op.f("fk_clients_business_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clients")),
    )
    op.create_index(op.f("ix_clients_business_id"), "clients", ["business_id"], unique=False)
    op.create_table(
        "emails",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("address_index", sa.LargeBinary(), nullable=False),
        sa.Column("address_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("signs_in", sa.Boolean(), nullable=False),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.Column("confirmed_at", columns.Utc(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_emails_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emails")),
    )
    op.create_index("ix_emails_address_index", "emails", ["address_index"], unique=False)
    op.create_index(op.f("ix_emails_person_id"), "emails", ["person_id"], unique=False)
    op.create_index(
        "uq_emails_confirmed_address",
        "emails",
        ["address_index"],
        unique=True,
        sqlite_where=sa.text("confirmed_at IS NOT NULL"),
        postgresql_where=sa.text("confirmed_at IS NOT NULL"),
    )
    op.create_table(
        "person_keys",
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_person_keys_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_person_keys")),
    )
    op.create_table(
        "personas",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("label_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("colour", sa.String(length=16), nullable=False),
        sa.Column("first", sa.Boolean(), nullable=False),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.Column("removed_at", columns.Utc(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_personas_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_personas")),
    )
    op.create_index(op.f("ix_personas_person_id"), "personas", ["person_id"], unique=False)
    op.create_index(
        "uq_personas_first_of_person",
        "personas",
        ["person_id"],
        unique=True,
        sqlite_where=sa.text("first"),
        postgresql_where=sa.text("first"),
    )
    op.create_table(
        "client_origins",
        sa.Column("origin", sa.String(length=512), nullable=False),
        sa.Column("client_id", sa.String(length=128), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["clients.id"], name=op.f("fk_client_origins_client_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("origin", "client_id", name=op.f("pk_client_origins")),
    )
    op.create_table(
        "email_links",
        sa.Column("secret_digest", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("email_id", sa.String(length=32), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.Column("expires_at", columns.Utc(), nullable=False),
        sa.Column("used_at", columns.Utc(), nullable=True),
        sa.Column("next_path", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["email_id"], ["emails.id"], name=op.f("fk_email_links_email_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_email_links_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("secret_digest", name=op.f("pk_email_links")),
    )
    op.create_index(op.f("ix_email_links_person_id"), "email_links", ["person_id"], unique=False)
    op.create_table(
        "facts",
        sa.Column("persona_id", sa.String(length=32), nullable=False),
        sa.Column("claim", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("value_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", columns.Utc(), nullable=False),
        sa.Column("verified_at", columns.Utc(), nullable=True),
        sa.Column("verified_by", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_facts_person_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["persona_id"], ["personas.id"], name=op.f("fk_facts_persona_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("persona_id", "claim", name=op.f("pk_facts")),
    )
    op.create_index(op.f("ix_facts_person_id"), "facts", ["person_id"], unique=False)
    op.create_table(
        "profiles",
        sa.Column("persona_id", sa.String(length=32), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("claims", columns.Names(), nullable=False),
        sa.Column("purposes", columns.Names(), nullable=False),
        sa.Column("longest", sa.String(length=16), nullable=False),
        sa.Column("updated_at", columns.Utc(), nullable=False),
        sa.ForeignKeyConstraint(
            ["persona_id"], ["personas.id"], name=op.f("fk_profiles_persona_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("persona_id", "level", name=op.f("pk_profiles")),
    )
    op.create_table(
        "subjects",
        sa.Column("persona_id", sa.String(length=32), nullable=False),
        sa.Column("sector", sa.String(length=512), nullable=False),
        sa.Column("sub", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["persona_id"], ["personas.id"], name=op.f("fk_subjects_persona_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("persona_id", "sector", name=op.f("pk_subjects")),
        sa.UniqueConstraint("sub", name=op.f("uq_subjects_sub")),
    )
    op.create_index("ix_subjects_sector_sub", "subjects", ["sector", "sub"], unique=False)


def downgrade() -> None:
    """Undo."""
    for table in (
        "subjects",
        "profiles",
        "facts",
        "email_links",
        "client_origins",
        "personas",
        "person_keys",
        "emails",
        "clients",
        "people",
        "initial_access_tokens",
        "businesses",
    ):
        op.drop_table(table)
