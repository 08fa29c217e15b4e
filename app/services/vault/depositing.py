"""Takes a deposit of a business into the vault: only under a live permission, once per number of the business."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import Connection

from app.crypto.field_encryption import unwrap
from app.domain.clients import Client
from app.domain.collection_check import Question
from app.domain.errors import Faulty, Refusal
from app.domain.grants import Grant
from app.domain.retention import Period
from app.services import collection_checks
from app.services.collection_checks import Asked, Checked, Customer
from app.services.vault import schemas
from app.services.vault.documents import Deposit, Document, keyed_digest, opened, seal
from app.services.wiring import Services
from app.storage import deposits, given_grants, grant_versions, people, time_marks
from app.storage.deposits import SealedDeposit
from app.storage.given_grants import Subject
from app.storage.grant_versions import Version

LONGEST_KEPT = Period(6)
"""Nothing stays longer, whatever was agreed."""
_AHEAD = timedelta(minutes=5)
_BEHIND = timedelta(minutes=1)
"""How far the clock of a till may be off."""


@dataclass(frozen=True)
class Offered:
    """What a business wants to deposit; ``document`` was not yet held against its schema."""

    customer: Customer = field(repr=False)
    type: str
    said_at: datetime | None = field(repr=False)
    """When it happened as the business said; unsaid, the document has the moment it came."""
    document: Document


def deposit(services: Services, client: Client, offered: Offered, now: datetime) -> tuple[Deposit, bool]:
    """Keep a deposit; the same one sent again is the same deposit, and then the second value is False.

    Faulty with everything wrong with it; Refusal access_denied when it may not be kept (and nobody is told why but
    the person), conflict (409) when the business used this external id for something else or under a permission that
    ended, gone (410) when it was deleted since; TooMany.
    """
    collection_checks.throttle(services, client, "vault_deposits", services.settings.vault.deposits_per_minute, now)
    found = schemas.faults(offered.type, offered.document.content)
    if found:
        raise Faulty(found)
    question = Question(offered.document.channel, offered.type, offered.document.purpose)
    asked = Asked(offered.customer, question)
    refused: Checked | None = None
    with services.database.write() as db:
        subject = _locked(services, db, client, offered.customer)
        checked = collection_checks.decided(services, db, client, asked, time_marks.seen(db, now))
        grant, until = checked.decision.grant, checked.decision.until
        if subject is None or grant is None or until is None:
            refused = checked
        else:
            return _kept(services, db, client, offered, subject, grant, until, now)
    collection_checks.record(services, client, "deposit", [(asked, refused)], now)
    raise Refusal("access_denied", "This may not be kept: the customer did not allow it.", logged="not permitted")


def _locked(services: Services, db: Connection, client: Client, customer: Customer) -> Subject | None:
    """The customer, whose decisions wait from now on until the deposit is in: none ends between check and insert."""
    subject = given_grants.subject(db, client.sector, collection_checks.sub_of(services, db, client, customer))
    return subject if subject is not None and people.lock(db, subject.person_id) else None


def _kept(
    services: Services,
    db: Connection,
    client: Client,
    offered: Offered,
    subject: Subject,
    grant: Grant,
    until: datetime,
    now: datetime,
) -> tuple[Deposit, bool]:
    document, cipher = offered.document, unwrap(services.secrets, subject.wrapped_key, subject.person_id)
    external_digest = keyed_digest(services, "external id", client.business.id, document.external_id)
    sent_digest = keyed_digest(services, "sent", client.business.id, grant.sub, offered.type, _canonical(offered))
    before = deposits.by_external_id(db, client.business.id, external_digest)
    if before is None:
        _check_moment(db, grant, document.occurred_at, now)
        made = SealedDeposit(
            id=(deposit_id := uuid4().hex),
            person_id=subject.person_id,
            grant_id=grant.id,
            business_id=client.business.id,
            type=offered.type,
            external_digest=external_digest,
            sent_digest=sent_digest,
            document_sealed=seal(cipher, deposit_id, 1, document),
            version=1,
            deposited_at=now,
            delete_at=min(until, LONGEST_KEPT.after(now)),
        )
        if deposits.add(db, made):
            return opened(cipher, made), True
        before = deposits.by_external_id(db, client.business.id, external_digest)
    if before is None or before.sent_digest != sent_digest or before.person_id != subject.person_id:
        raise Refusal("conflict", "This external_id is of another deposit.")
    if before.document_sealed is None or before.delete_at <= now:
        raise Refusal("gone", "This deposit was deleted.")
    if before.grant_id != grant.id:
        # To answer 200 would promise a deposit that this permission does not let the business read.
        raise Refusal("conflict", "This external_id is of a deposit under an earlier permission.")
    return opened(cipher, before), False


def _check_moment(db: Connection, grant: Grant, occurred_at: datetime, now: datetime) -> None:
    """What happened before the permission was given or while it was paused might not be collected; what is to come
    has not happened.
    """
    if occurred_at > now + _AHEAD:
        raise Faulty((("occurred_at", "lies in the future"),))
    versions = grant_versions.of_grant(db, grant.id)
    if occurred_at < _since(grant, versions) - _BEHIND:
        raise Faulty((("occurred_at", "lies before the customer gave this permission"),))
    if _paused(versions, occurred_at - _BEHIND) and _paused(versions, occurred_at + _BEHIND):
        raise Faulty((("occurred_at", "lies in a time for which the customer had paused this permission"),))


def _paused(versions: Sequence[Version], at: datetime) -> bool:
    """Whether the grant was paused then (GDPR 18)."""
    in_force = [version for version in versions if version.decided_at <= at]
    return bool(in_force) and in_force[-1].paused


def _since(grant: Grant, versions: Sequence[Version]) -> datetime:
    """Since when the permission to collect has been in the grant without a break."""
    since = grant.given_at
    for version in reversed(versions):
        if version.collection is None:
            break
        since = min(since, version.decided_at)
    return since


def _canonical(offered: Offered) -> str:
    document = offered.document
    said_at = None if offered.said_at is None else offered.said_at.isoformat()
    plain = [said_at, document.channel, document.purpose, document.content]
    return json.dumps(plain, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
