"""A person's e-mail addresses: one spelling to find them by, sealed to keep them, proved by a link."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

from sqlalchemy import Connection

from app.crypto.field_encryption import PersonCipher, blind_index, unwrap
from app.services.fact_values import Accepted, Problem, Reason, Refused, read_claim
from app.services.wiring import Services
from app.storage import emails, person_keys
from app.storage.emails import Email

_VERSION = 1  # a row's address never changes


@dataclass(frozen=True)
class OwnAddress:
    """One address of a person, in clear, for themselves."""

    id: str
    address: str = field(repr=False)
    signs_in: bool
    confirmed: bool
    only: bool
    """No other address of the person signs in: this one stays until another does."""


def read(typed: str, now: datetime) -> str | Refused:
    """The address somebody typed in the form it is kept and mailed in, or what is wrong with it."""
    outcome = read_claim("email", {"email": typed}, today=now.date())
    if isinstance(outcome, Accepted):
        return str(outcome.value)
    return outcome if isinstance(outcome, Refused) else Refused((Problem("email", Reason.REQUIRED),))


def index(services: Services, address: str) -> bytes:
    """The keyed hash an account is found by. Upper and lower case are one address, whatever RFC 5321 allows."""
    return blind_index(services.secrets, address.casefold())


def are_found(services: Services) -> bool:
    """Whether addresses are found by the key this database was filled with, judged by one of its addresses.

    Undecryptable when the address cannot be read at all.
    """
    with services.database.read() as db:
        email = emails.any_readable(db)
        if email is None:
            return True
        return index(services, opened(cipher(services, db, email.person_id), email)) == email.address_index


def cipher(services: Services, db: Connection, person_id: str) -> PersonCipher:
    """The person's cipher; NoResultFound once their key was destroyed."""
    return unwrap(services.secrets, person_keys.wrapped(db, person_id), person_id)


def add(
    services: Services,
    db: Connection,
    cipher: PersonCipher,
    person_id: str,
    address: str,
    now: datetime,
    *,
    signs_in: bool,
    confirmed: bool = False,
) -> Email:
    """Keep an address of a person; IntegrityError when it is added as confirmed and is another's."""
    sealed = cipher.seal(address.encode(), table="emails", column="address_sealed", version=_VERSION)
    confirmed_at = now if confirmed else None
    email = Email(uuid4().hex, person_id, index(services, address), sealed, signs_in, now, confirmed_at)
    emails.add(db, email)
    return email


def opened(cipher: PersonCipher, email: Email) -> str:
    """The address in clear."""
    return cipher.open(email.address_sealed, table="emails", column="address_sealed", version=_VERSION).decode()


def of_person(services: Services, db: Connection, person_id: str) -> tuple[OwnAddress, ...]:
    """Every address of a person, oldest first; none of somebody who was erased."""
    found = emails.of_person(db, person_id)
    if not found:
        return ()
    own = cipher(services, db, person_id)
    in_use = {email.id for email in found if email.signs_in and email.confirmed_at}
    return tuple(
        OwnAddress(
            email.id,
            opened(own, email),
            email.signs_in,
            email.confirmed_at is not None,
            only=in_use <= {email.id},
        )
        for email in found
    )
