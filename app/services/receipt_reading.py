"""Reads receipts back: for the person they are about, for the business under whose grant they were made.

Whether a receipt holds is asked of the archive of public keys, which keeps every key that ever signed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto
from typing import Any

from sqlalchemy import Connection

from app.crypto import jwt
from app.crypto.public_keys import public_keys
from app.domain.clients import Client
from app.domain.grants import Act, Grant
from app.domain.levels import Level
from app.domain.signing_algorithms import SIGNING_ALGORITHMS
from app.services import own_grants
from app.services.receipts import TYP, Notice, receipt_digest
from app.services.wiring import Services
from app.settings import ROOT
from app.storage import erasure_ledger, grant_versions, keys, shared_grants
from app.storage.grant_versions import Version

VERIFIER = ROOT / "docs" / "verify-receipt.html"
"""The page that checks receipts offline."""


class Turn(Enum):
    """What a change did that leaves the level as it was, where it has a name of its own."""

    PAUSED = auto()
    RESUMED = auto()
    OBJECTED = auto()
    ALLOWED = auto()


@dataclass(frozen=True)
class Listed:
    """One receipt in a list."""

    grant: Grant
    client: Client
    version: int
    act: Act
    turn: Turn | None
    level: Level
    decided_at: datetime


@dataclass(frozen=True)
class Receipt:
    """One receipt, opened."""

    grant: Grant
    client: Client
    version: int
    act: Act
    turn: Turn | None
    level: Level
    decided_at: datetime
    signed: str = field(repr=False)
    """The bytes both sides hold."""
    record: Mapping[str, Any]
    """What the bytes say, as signed."""
    notice: Notice
    digest: str
    before: tuple[str, int] | None
    """Grant and version of the receipt this one points at."""
    key_id: str
    holds: bool
    """Whether the signature is of a key of ours."""


def of_person(services: Services, person_id: str) -> Sequence[Listed]:
    """Every receipt of the person, latest first."""
    with services.database.read() as db:
        versions = grant_versions.of_person(db, person_id)
        # After them: each has its grant by then, but for who erased their account at this moment.
        given = shared_grants.of_person(db, services.policy, person_id)
    parties = {grant.id: (grant, client) for grant, client in given}
    all_of_them = {(each.grant_id, each.version): each for each in versions}
    return [
        Listed(
            *parties[each.grant_id],
            each.version,
            each.act,
            _turn(each, all_of_them.get((each.grant_id, each.version - 1))),
            each.level,
            each.decided_at,
        )
        for each in versions
        if each.grant_id in parties
    ]


def of_version(services: Services, person_id: str, grant_id: str, version: int) -> Receipt | None:
    """One receipt; None when there is none such, or it is another person's."""
    with services.database.read() as db:
        found = grant_versions.find_own(db, person_id, grant_id, version)
        if found is None:
            return None
        before = grant_versions.before(db, found)
        turn = _turn(found, grant_versions.find(db, grant_id, version - 1))
        record = _verified(db, found.receipt)
        grant, client = own_grants.own(services, db, grant_id, person_id)
    return Receipt(
        grant=grant,
        client=client,
        version=found.version,
        act=found.act,
        turn=turn,
        level=found.level,
        decided_at=found.decided_at,
        signed=found.receipt,
        record=record or {},
        notice=Notice(found.notice["language"], found.notice["text"]),
        digest=receipt_digest(found.receipt),
        before=None if before is None else (before.grant_id, before.version),
        key_id=jwt.unverified_key_id(found.receipt) or "",
        holds=record is not None,
    )


def signed_under_grant(services: Services, grant_id: str, version: int) -> str | None:
    """The signed bytes of one receipt. The caller has found that whoever asks acts under this grant."""
    with services.database.read() as db:
        found = grant_versions.find(db, grant_id, version)
    return None if found is None else found.receipt


def of_business(services: Services, business_id: str, grant_id: str) -> Mapping[int, str]:
    """Version to signed bytes, of every receipt about one grant to this business, oldest first; empty for any other.

    Whether the grant runs, has ended, or its giver erased their account makes no difference.
    """
    with services.database.read() as db:
        found = grant_versions.receipts_of_grant(db, business_id, grant_id)
        return found or erasure_ledger.kept(db, business_id, grant_id)


def archive(services: Services) -> dict[str, list[dict[str, Any]]]:
    """Every public key that ever signed, as a JWK set: with it a receipt verifies however old it is."""
    with services.database.read() as db:
        return {"keys": list(keys.archive(db))}


def _turn(version: Version, previous: Version | None) -> Turn | None:
    if version.act is not Act.CHANGE or previous is None or version.level is not previous.level:
        return None
    if version.paused is not previous.paused:
        return Turn.PAUSED if version.paused else Turn.RESUMED
    if version.objected - previous.objected:
        return Turn.OBJECTED
    return Turn.ALLOWED if previous.objected - version.objected else None


def _verified(db: Connection, receipt: str) -> dict[str, Any] | None:
    key = keys.public_of(db, jwt.unverified_key_id(receipt) or "")
    try:
        return jwt.verify(receipt, keys=public_keys({"keys": [key]}), algorithms=SIGNING_ALGORITHMS, types={TYP})
    except jwt.Untrusted:
        return None
