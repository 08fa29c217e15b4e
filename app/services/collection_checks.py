"""Answers a business that asks whether it may collect something about a person, and records that it asked.

Fails closed, and alike: a subject nobody has, another business's, and one who gave no permission get one answer.
"""

from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

from sqlalchemy import Connection

from app.crypto.field_encryption import PersonCipher, unwrap
from app.domain.clients import Client
from app.domain.collection import CHANNELS, DATATYPES
from app.domain.collection_check import Decision, Given, Question, decide
from app.services import loyalty_numbers, throttles
from app.services.throttles import Limit
from app.services.wiring import Services
from app.storage import given_grants, lookups, time_marks
from app.storage.given_grants import Subject
from app.storage.lookups import Lookup

MOST_AT_ONCE = 100
_VERSION = 1  # a look-up never changes
_UNKNOWN = "unknown"


@dataclass(frozen=True)
class Customer:
    """Whom a business means: a sub it knows, or the number of a loyalty card it registered. One of the two."""

    sub: str | None = field(default=None, repr=False)
    loyalty_number: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Asked:
    """One question about one customer; ``place`` is a short label of where, for the person to read."""

    customer: Customer
    question: Question
    place: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Checked:
    """One question decided, and the person it turned out to be about."""

    decision: Decision
    subject: Subject | None


def check(services: Services, client: Client, asked: Sequence[Asked], now: datetime) -> list[Decision]:
    """Decide every question in its place; TooMany when this client asks more often than is allowed."""
    throttle(services, client, "vault_checks", services.settings.vault.checks_per_minute, now)
    with services.database.read() as db:
        seen_at = time_marks.seen(db, now)
        given = {customer: _given(services, db, client, customer) for customer in {each.customer for each in asked}}
    checked = [_decided(services, each.question, *given[each.customer], seen_at) for each in asked]
    record(services, client, "check", list(zip(asked, checked, strict=True)), now)
    return [each.decision for each in checked]


def decided(services: Services, db: Connection, client: Client, asked: Asked, seen_at: datetime) -> Checked:
    """Decide one question, at the latest moment seen."""
    return _decided(services, asked.question, *_given(services, db, client, asked.customer), seen_at)


def sub_of(services: Services, db: Connection, client: Client, customer: Customer) -> str:
    """The sub a business means; empty, which is nobody's, for a number it never registered."""
    if customer.sub is not None:
        return customer.sub
    return loyalty_numbers.sub_of(services, db, client, customer.loyalty_number or "") or ""


def record(
    services: Services, client: Client, kind: str, checked: Sequence[tuple[Asked, Checked]], now: datetime
) -> None:
    """Write down that this was asked, for the person to see; about nobody known here it is kept for a day."""
    with services.database.note() as db:
        lookups.add(db, [_lookup(services, client, kind, asked, each, now) for asked, each in checked])


def throttle(services: Services, client: Client, kind: str, most: int, now: datetime) -> None:
    """Count one request of this client; TooMany when there were more than ``most`` within the minute."""
    told = "Too many requests within a minute."
    throttles.admit(services, Limit(kind, most, 60), client.id, now, told, logged=f"{kind} throttled")


def forget_old(services: Services, about_nobody_before: datetime, before: datetime, limit: int) -> int:
    """Delete a batch of look-ups older than this, those about nobody known sooner; returns how many went."""
    with services.database.write() as db:
        return lookups.remove_old(db, about_nobody_before, before, limit)


def place_of(cipher: PersonCipher, lookup: Lookup) -> str:
    """The place label of a look-up, as the business gave it."""
    if lookup.place_sealed is None:
        return ""
    return cipher.open(lookup.place_sealed, table="lookups", column="place_sealed", version=_VERSION).decode()


def _given(
    services: Services, db: Connection, client: Client, customer: Customer
) -> tuple[Subject | None, Sequence[Given]]:
    """What a customer gave the business. The same statements run for one that exists and for one that does not."""
    sub = sub_of(services, db, client, customer)
    subject = given_grants.subject(db, client.sector, sub)
    given = given_grants.of_subject(db, services.policy, client.business.id, sub)
    return subject, given if subject else ()


def _decided(
    services: Services, question: Question, subject: Subject | None, given: Sequence[Given], seen_at: datetime
) -> Checked:
    return Checked(decide(question, given, services.policy, seen_at), subject)


def _lookup(services: Services, client: Client, kind: str, asked: Asked, checked: Checked, now: datetime) -> Lookup:
    decision, subject, question = checked.decision, checked.subject, asked.question
    return Lookup(
        id=uuid4().hex,
        person_id=None if subject is None else subject.person_id,
        business_id=client.business.id,
        grant_id=None if decision.grant is None else decision.grant.id,
        at=now,
        kind=kind,
        # Only words of ours are kept: what a business makes up could hold anything.
        channel=_word(question.channel, CHANNELS),
        datatype=_word(question.datatype, DATATYPES),
        purpose=_word(question.purpose or "", services.policy.purposes),
        allowed=decision.allowed,
        why=decision.why.value if decision.why else "",
        place_sealed=None if subject is None or not asked.place else _sealed(services, subject, asked.place),
    )


def _word(said: str, known: Container[str]) -> str:
    return said if not said or said in known else _UNKNOWN


def _sealed(services: Services, subject: Subject, place: str) -> bytes:
    cipher = unwrap(services.secrets, subject.wrapped_key, subject.person_id)
    return cipher.seal(place.encode(), table="lookups", column="place_sealed", version=_VERSION)
