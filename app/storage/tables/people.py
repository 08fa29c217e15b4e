"""People, their keys, e-mail addresses, personas, facts and profiles. Every personal value is sealed."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text, text

from app.storage.columns import Document, Names, Utc
from app.storage.tables.metadata import metadata, partial_index

people = Table(
    "people",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("standing", String(16), nullable=False),
    Column("password_hash", Text, nullable=True),
    Column("password_changed_at", Utc, nullable=True),
    Column("language", String(8), nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("confirmed_at", Utc, nullable=True),
    Column("erasing_notice", Document, nullable=True),  # the words an erasure that was begun was decided on
)
Index("ix_people_password_changed_at", people.c.password_changed_at)
partial_index("ix_people_unconfirmed", people.c.created_at, where=people.c.confirmed_at.is_(None))
partial_index("ix_people_erasing", people.c.id, where=people.c.standing == "erasing")

person_keys = Table(
    "person_keys",
    metadata,
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("wrapped_key", LargeBinary, nullable=False),
)

emails = Table(
    "emails",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("address_index", LargeBinary, nullable=False),  # keyed hash of the normalised address
    Column("address_sealed", LargeBinary, nullable=False),
    Column("signs_in", Boolean, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("confirmed_at", Utc, nullable=True),
)
# One address signs in to one account: an unconfirmed claim to it never blocks the person who proves it.
partial_index(
    "uq_emails_confirmed_address", emails.c.address_index, where=emails.c.confirmed_at.is_not(None), unique=True
)
Index("ix_emails_address_index", emails.c.address_index)

email_links = Table(
    "email_links",
    metadata,
    Column("secret_digest", LargeBinary, primary_key=True),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("email_id", ForeignKey("emails.id", ondelete="CASCADE"), nullable=False),
    Column("purpose", String(16), nullable=False),  # confirm | recover | remove
    Column("created_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
    Column("used_at", Utc, nullable=True),
    Column("next_path", Text, nullable=True),  # the request to come back to, a path of ours
)

personas = Table(
    "personas",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("label_sealed", LargeBinary, nullable=False),
    Column("colour", String(16), nullable=False),
    Column("first", Boolean, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("removed_at", Utc, nullable=True),
)
partial_index("uq_personas_first_of_person", personas.c.person_id, where=text("first"), unique=True)

facts = Table(
    "facts",
    metadata,
    Column("persona_id", ForeignKey("personas.id", ondelete="CASCADE"), primary_key=True),
    Column("claim", String(32), primary_key=True),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("value_sealed", LargeBinary, nullable=True),  # NULL: this persona does not use the first one's value
    Column("version", Integer, nullable=False),
    Column("updated_at", Utc, nullable=False),
    Column("verified_at", Utc, nullable=True),
    Column("verified_by", String(32), nullable=True),
)

profiles = Table(
    "profiles",
    metadata,
    Column("persona_id", ForeignKey("personas.id", ondelete="CASCADE"), primary_key=True),
    Column("level", Integer, primary_key=True),
    Column("claims", Names, nullable=False),
    Column("purposes", Names, nullable=False),
    Column("longest", String(16), nullable=False),
    Column("updated_at", Utc, nullable=False),
)
