"""One deposit in clear, and how it is sealed: with the person's key, for its own row and version only."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from app.crypto.digests import keyed
from app.crypto.field_encryption import PersonCipher
from app.services.wiring import Services
from app.storage.deposits import SealedDeposit


@dataclass(frozen=True)
class Document:
    """What a business deposited, with what the person made of it."""

    external_id: str = field(repr=False)
    """The business's own number for it."""
    occurred_at: datetime = field(repr=False)
    channel: str = field(repr=False)
    purpose: str | None
    content: Mapping[str, Any] = field(repr=False)
    corrected: tuple[str, ...] = ()
    """Names of the members the person corrected."""
    remark: str = field(default="", repr=False)
    """The person's own words about it."""


@dataclass(frozen=True)
class Deposit:
    """One deposit in somebody's vault."""

    id: str
    person_id: str
    grant_id: str
    business_id: str
    type: str
    version: int
    deposited_at: datetime
    delete_at: datetime
    corrected_at: datetime | None
    document: Document


def seal(cipher: PersonCipher, deposit_id: str, version: int, document: Document) -> bytes:
    """The document as its row holds it."""
    plain = {
        "external_id": document.external_id,
        "occurred_at": document.occurred_at.isoformat(),
        "channel": document.channel,
        "purpose": document.purpose,
        "content": document.content,
        "corrected": document.corrected,
        "remark": document.remark,
    }
    packed = json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode()
    return cipher.seal(packed, table="deposits", column=deposit_id, version=version)


def opened(cipher: PersonCipher, sealed: SealedDeposit) -> Deposit:
    """The deposit in a row that still has its document."""
    packed = cipher.open(sealed.document_sealed or b"", table="deposits", column=sealed.id, version=sealed.version)
    plain = json.loads(packed)
    occurred_at = datetime.fromisoformat(plain["occurred_at"]).astimezone(UTC)
    corrected = tuple(plain["corrected"])
    return Deposit(
        id=sealed.id,
        person_id=sealed.person_id,
        grant_id=sealed.grant_id,
        business_id=sealed.business_id,
        type=sealed.type,
        version=sealed.version,
        deposited_at=sealed.deposited_at,
        delete_at=sealed.delete_at,
        corrected_at=sealed.corrected_at,
        document=Document(**{**plain, "occurred_at": occurred_at, "corrected": corrected}),
    )


def keyed_digest(services: Services, label: str, *parts: str) -> bytes:
    """What the database may hold of something it must recognise and must not tell."""
    text = json.dumps(["deposit", label, *parts], ensure_ascii=True).encode()
    return keyed(services.secrets.email_index, b"\x00" + text)
