"""Reads the vault: the person everything until its day comes, a business its own under the live permission only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.crypto.field_encryption import unwrap
from app.domain.clients import Client
from app.domain.collection_check import Decision, Given, Question, Why, permission
from app.domain.errors import Refusal
from app.domain.grants import Grant
from app.domain.levels import Level
from app.services import addresses, collection_checks
from app.services.collection_checks import Asked, Checked, Customer
from app.services.local_time import rfc3339
from app.services.vault.documents import Deposit, opened
from app.services.wiring import Services
from app.storage import deposits, given_grants, lookups, loyalty_numbers, shared_grants, time_marks
from app.storage.lookups import Lookup

PAGE = 50
LATEST = 300


@dataclass(frozen=True)
class Page:
    """A page of deposits, and where the next one starts; None when this is the last."""

    deposits: Sequence[Deposit]
    after: tuple[datetime, str] | None


@dataclass(frozen=True)
class LookUp:
    """One question a business asked about the person, with the label of the place it came from."""

    record: Lookup
    place: str = field(repr=False)


@dataclass(frozen=True)
class Shelf:
    """What one business has in the vault, and since when it knows the person by a loyalty card."""

    business_id: str
    counts: Mapping[str, int]
    card_since: datetime | None
    asked: int


def is_shown(services: Services, person_id: str, now: datetime) -> bool:
    """Whether the vault means anything to this person: something is in it, or may be put in. One select."""
    with services.database.read() as db:
        return deposits.has_vault(db, person_id, int(Level.HIGH), now)


def businesses(services: Services, person_id: str, business_id: str | None = None) -> Mapping[str, Client]:
    """A client of every business the person ever shared with, or of this one: the one of the latest decision."""
    with services.database.read() as db:
        found = shared_grants.of_person(db, services.policy, person_id, business_id)
    return {grant.business_id: client for grant, client in reversed(found)}


def shelves(services: Services, person_id: str, now: datetime) -> Sequence[Shelf]:
    """Every business that deposited something that is still there, looked something up, or knows a card."""
    with services.database.read() as db:
        counts = deposits.counts(db, person_id, now)
        cards = loyalty_numbers.of_person(db, person_id)
        asked = lookups.counts(db, person_id)
    return [
        Shelf(business_id, counts.get(business_id, {}), cards.get(business_id), asked.get(business_id, 0))
        for business_id in sorted({*counts, *cards, *asked})
    ]


def card_since(services: Services, person_id: str, business_id: str) -> datetime | None:
    """Since when one business knows the person by a loyalty card; None when it does not."""
    with services.database.read() as db:
        return loyalty_numbers.of_person(db, person_id).get(business_id)


def of_person(services: Services, person_id: str, now: datetime, business_id: str | None = None) -> Sequence[Deposit]:
    """Everything in the person's vault now, or one business's part of it, what happened last first."""
    with services.database.read() as db:
        rows = deposits.of_person(db, person_id, now, business_id)
        if not rows:
            return ()
        cipher = addresses.cipher(services, db, person_id)
    return sorted((opened(cipher, row) for row in rows), key=lambda each: each.document.occurred_at, reverse=True)


def one(services: Services, person_id: str, deposit_id: str, now: datetime) -> Deposit | None:
    """One deposit of the person; None when there is none such."""
    with services.database.read() as db:
        row = deposits.find_own(db, person_id, deposit_id, now)
        return None if row is None else opened(addresses.cipher(services, db, person_id), row)


def looked_up(
    services: Services, person_id: str, business_id: str | None = None, limit: int = LATEST
) -> Sequence[LookUp]:
    """The latest questions businesses, or one of them, asked about the person, latest first."""
    with services.database.read() as db:
        rows = lookups.of_person(db, person_id, business_id, limit)
        if not rows:
            return ()
        cipher = addresses.cipher(services, db, person_id)
    return [LookUp(row, collection_checks.place_of(cipher, row)) for row in rows]


def of_business(
    services: Services,
    client: Client,
    sub: str,
    only: str | None,
    after: tuple[datetime, str] | None,
    now: datetime,
) -> Page:
    """A page of what the business deposited for one customer, of one type or all that are still allowed.

    Refusal access_denied when it may collect nothing of this customer now, whoever that is; TooMany. The person
    sees that it was read.
    """
    collection_checks.throttle(services, client, "vault_deposits", services.settings.vault.deposits_per_minute, now)
    with services.database.read() as db:
        subject = given_grants.subject(db, client.sector, sub)
        given = given_grants.of_subject(db, services.policy, client.business.id, sub) if subject else ()
        seen_at = time_marks.seen(db, now)
        allowed = _allowed(services, given, seen_at)
        rows: Sequence[deposits.SealedDeposit] = ()
        if subject is not None and allowed is not None:
            grant, types = allowed
            wanted = types if only is None else types & {only}
            rows = deposits.under_grant(db, grant.id, wanted, seen_at, after, PAGE + 1)
    grant_found = None if allowed is None else allowed[0]
    decision = Decision(None if grant_found else Why.NO_GRANT, grant_found or (given[0].grant if given else None))
    asked = Asked(Customer(sub=sub), Question("", only or ""))
    collection_checks.record(services, client, "read", [(asked, Checked(decision, subject))], now)
    if subject is None or allowed is None:
        raise Refusal("access_denied", "There is no permission to read this.", logged="not permitted")
    cipher = unwrap(services.secrets, subject.wrapped_key, subject.person_id)
    page = [opened(cipher, row) for row in rows[:PAGE]]
    return Page(page, (page[-1].deposited_at, page[-1].id) if len(rows) > PAGE else None)


def as_document(deposit: Deposit) -> dict[str, Any]:
    """One deposit as JSON: what a business reads back and an export holds."""
    document = deposit.document
    return {
        "id": deposit.id,
        "type": deposit.type,
        "external_id": document.external_id,
        "occurred_at": rfc3339(document.occurred_at),
        "channel": document.channel,
        "purpose": document.purpose,
        "deposited_at": rfc3339(deposit.deposited_at),
        "delete_at": rfc3339(deposit.delete_at),
        "content": document.content,
        "corrected": list(document.corrected),
        "corrected_at": None if deposit.corrected_at is None else rfc3339(deposit.corrected_at),
        "remark": document.remark,
    }


def _allowed(services: Services, given: Sequence[Given], now: datetime) -> tuple[Grant, frozenset[str]] | None:
    for each in given:
        found = permission(each, services.policy, now)
        if not isinstance(found, Why):
            return each.grant, found.datatypes
    return None
