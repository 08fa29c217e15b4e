"""E-mail addresses of people, found by keyed hash. A confirmed address belongs to one account; a claim to none."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from app.domain.grants import Standing
from app.storage.columns import columns_of
from app.storage.prepared import Prepared
from app.storage.tables.people import emails as rows
from app.storage.tables.people import people, person_keys


@dataclass(frozen=True)
class Email:
    """One address of a person, sealed. ``signs_in`` once confirmed: the person can sign in and recover with it."""

    id: str
    person_id: str
    address_index: bytes = field(repr=False)
    address_sealed: bytes = field(repr=False)
    signs_in: bool
    created_at: datetime
    confirmed_at: datetime | None = None


@dataclass(frozen=True)
class SignInAccount:
    """Whom a confirmed address signs in."""

    person_id: str
    email_id: str
    password_hash: str | None = field(repr=False)
    standing: Standing


_COLUMNS = columns_of(rows, Email)
_OF_PERSON = Prepared(
    select(*_COLUMNS).where(rows.c.person_id == bindparam("person_id")).order_by(rows.c.created_at, rows.c.id)
)
_ADD = Prepared(insert(rows))
_ACCOUNT = Prepared(
    select(rows.c.id, rows.c.person_id, people.c.password_hash, people.c.standing)
    .join_from(rows, people, rows.c.person_id == people.c.id)
    .where(rows.c.address_index == bindparam("address_index"), rows.c.confirmed_at.is_not(None), rows.c.signs_in)
)


def add(db: Connection, email: Email) -> None:
    """A person's new address; IntegrityError when it is added as confirmed and belongs to somebody."""
    _ADD.run(db, **vars(email))


def of_person(db: Connection, person_id: str) -> Sequence[Email]:
    """Every address of a person, oldest first."""
    return [Email(*row) for row in _OF_PERSON.all(db, person_id=person_id)]


def any_readable(db: Connection) -> Email | None:
    """Some address of somebody who was not erased, if there is one."""
    row = db.execute(select(*_COLUMNS).join(person_keys, person_keys.c.person_id == rows.c.person_id).limit(1)).first()
    return None if row is None else Email(*row)


def account(db: Connection, address_index: bytes) -> SignInAccount | None:
    """The account a confirmed address signs in, whatever its standing."""
    row = _ACCOUNT.first(db, address_index=address_index)
    if row is None:
        return None
    return SignInAccount(row.person_id, row.id, row.password_hash, Standing(row.standing))


def holder(db: Connection, address_index: bytes) -> str | None:
    """Id of the person who confirmed this address; None while nobody has."""
    confirmed = (rows.c.address_index == address_index, rows.c.confirmed_at.is_not(None))
    return db.execute(select(rows.c.person_id).where(*confirmed)).scalar_one_or_none()


def confirm(db: Connection, email_id: str, now: datetime) -> None:
    """Confirm an address, unless it is confirmed. IntegrityError when another person confirmed it first."""
    db.execute(update(rows).where(rows.c.id == email_id, rows.c.confirmed_at.is_(None)).values(confirmed_at=now))


def sign_in_with(db: Connection, email_id: str, now: datetime) -> None:
    """Let an address sign in once it is confirmed. Its age begins here: what it was before outranks nobody."""
    before = (rows.c.id == email_id, rows.c.signs_in.is_(False))
    db.execute(update(rows).where(*before).values(signs_in=True, created_at=now))


def stop_signing_in(db: Connection, email_ids: Sequence[str]) -> None:
    """Let these addresses neither sign in nor recover."""
    db.execute(update(rows).where(rows.c.id.in_(email_ids)).values(signs_in=False))


def remove(db: Connection, email_id: str) -> None:
    """Forget an address, and the links sent to it."""
    db.execute(delete(rows).where(rows.c.id == email_id))
