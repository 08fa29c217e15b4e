"""The vault: what businesses deposited for a person, the loyalty numbers they know people by, and their look-ups."""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
)

from app.storage.columns import Utc
from app.storage.tables.metadata import metadata

deposits = Table(
    "deposits",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("grant_id", ForeignKey("grants.id", ondelete="CASCADE"), nullable=False),
    Column("business_id", ForeignKey("businesses.id", ondelete="CASCADE"), nullable=False),
    Column("type", String(16), nullable=False),
    # Keyed hashes of what the business sent: its own number, and everything together.
    Column("external_digest", LargeBinary, nullable=False),
    Column("sent_digest", LargeBinary, nullable=False),
    Column("document_sealed", LargeBinary, nullable=True),  # NULL once deleted before its time: a retry revives nothing
    Column("version", Integer, nullable=False),
    Column("deposited_at", Utc, nullable=False),
    Column("delete_at", Utc, nullable=False),
    Column("corrected_at", Utc, nullable=True),
    Column("removed_at", Utc, nullable=True),
    Column("removed_by", String(16), nullable=True),  # person | business
    UniqueConstraint("business_id", "external_digest"),
)
Index("ix_deposits_person_business", deposits.c.person_id, deposits.c.business_id, deposits.c.deposited_at)
Index("ix_deposits_grant_deposited", deposits.c.grant_id, deposits.c.deposited_at)
Index("ix_deposits_delete_at", deposits.c.delete_at)

loyalty_numbers = Table(
    "loyalty_numbers",
    metadata,
    Column("business_id", ForeignKey("businesses.id", ondelete="CASCADE"), primary_key=True),
    Column("number_digest", LargeBinary, primary_key=True),  # keyed hash; the number itself is nowhere
    Column("persona_id", String(32), nullable=False),
    Column("sector", String(512), nullable=False),
    Column("sub", String(64), nullable=False),
    Column("registered_at", Utc, nullable=False),
    ForeignKeyConstraint(["persona_id", "sector"], ["subjects.persona_id", "subjects.sector"], ondelete="CASCADE"),
    Index("ix_loyalty_numbers_persona_id", "persona_id"),
)

lookups = Table(
    "lookups",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), nullable=True),  # NULL: about nobody known here
    Column("business_id", ForeignKey("businesses.id", ondelete="CASCADE"), nullable=False),
    Column("grant_id", String(32), nullable=True),
    Column("at", Utc, nullable=False),
    Column("kind", String(16), nullable=False),  # check | deposit | read
    Column("channel", String(16), nullable=False),
    Column("datatype", String(16), nullable=False),
    Column("purpose", String(64), nullable=False),
    Column("allowed", Boolean, nullable=False),
    Column("why", String(32), nullable=False),  # told to the person, never to the business
    Column("place_sealed", LargeBinary, nullable=True),  # where somebody was is their own business
)
Index("ix_lookups_person_business_at", lookups.c.person_id, lookups.c.business_id, lookups.c.at)
Index("ix_lookups_at", lookups.c.at)
