"""Makes accounts: person, key, first persona, profiles, address and facts, in the caller's one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection

from app.crypto.field_encryption import new_person_key, unwrap
from app.domain.grants import Standing
from app.services import addresses, facts, personas
from app.services.wiring import Services
from app.storage import people, person_keys
from app.storage.people import Person


@dataclass(frozen=True)
class NewPerson:
    """What an account starts with. ``facts`` are values in the shape of their claims, read before."""

    email: str = field(repr=False)
    password_hash: str | None = field(repr=False)
    language: str
    facts: Mapping[str, Any] = field(default_factory=dict, repr=False)
    confirmed: bool = False
    """Whether the address counts as proved: for accounts that an operator makes."""


@dataclass(frozen=True)
class Created:
    """A new account."""

    person_id: str
    persona_id: str
    email_id: str


def create(services: Services, db: Connection, new: NewPerson, now: datetime) -> Created:
    """Make an account; IntegrityError when it is confirmed and somebody else confirmed the address before."""
    person_id = uuid4().hex
    wrapped = new_person_key(services.secrets, person_id)
    people.add(
        db,
        Person(
            id=person_id,
            standing=Standing.ACTIVE,
            password_hash=new.password_hash,
            password_changed_at=now if new.password_hash else None,
            language=new.language,
            created_at=now,
            confirmed_at=now if new.confirmed else None,
        ),
    )
    person_keys.add(db, person_id, wrapped)
    cipher = unwrap(services.secrets, wrapped, person_id)
    email = addresses.add(services, db, cipher, person_id, new.email, now, signs_in=True, confirmed=new.confirmed)
    persona_id = personas.add_first(services, db, cipher, person_id, now)
    known = {"email": new.email, **new.facts}
    facts.write(services, db, cipher, person_id, persona_id, known, now)
    return Created(person_id, persona_id, email.id)
