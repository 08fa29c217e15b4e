"""Receipts: the signed record of one consent decision, the same bytes for the person and the business.

The fields are those of ISO/IEC TS 27560:2023 with W3C DPV terms. Names of claims only, never a value.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection

from app.crypto import jwt
from app.domain.cases import Case, in_item_order
from app.domain.claim_terms import ClaimTerms, duties, without_given_up_duties
from app.domain.claims import CATALOGUE, in_catalogue_order
from app.domain.clients import Business, Client
from app.domain.grants import Act, EndReason, Grant
from app.domain.purposes import purpose_id
from app.services import agreed_terms, purposes
from app.services.wiring import Services
from app.storage import grant_versions
from app.storage.grant_versions import Tip, Version

TYP = "consent-receipt+jwt"
SCHEMA = "ISO/IEC TS 27560:2023"

_DPV = "https://w3id.org/dpv#"
_EVENT_STATES = {
    Act.GIVE: "ConsentGiven",
    Act.CHANGE: "RenewedConsentGiven",
    Act.WITHDRAW: "ConsentWithdrawn",
    Act.EXPIRE: "ConsentExpired",
}
_ENDED_BY_OTHERS: Mapping[EndReason | None, str] = {
    EndReason.REVOKED_BY_CLIENT: "ConsentRevoked",
    EndReason.LOST: "ConsentInvalidated",
}
"""DPV keeps what a person withdraws apart from what a controller revokes, and from what neither can prove any more."""
_RIGHTS = "https://w3id.org/dpv/legal/eu/gdpr#"
_ERASURE, _RESTRICTION, _OBJECTION = (_RIGHTS + article for article in ("A17", "A18", "A21"))


@dataclass(frozen=True)
class Notice:
    """The exact words the person decided on, in the language they read."""

    language: str
    text: str

    @property
    def text_digest(self) -> str:
        """SHA-256 of the words, in hex."""
        return sha256(self.text.encode()).hexdigest()


def write(  # noqa: PLR0913 - one decision has this many sides
    services: Services,
    db: Connection,
    grant: Grant,
    client: Client,
    act: Act,
    terms: Mapping[str, ClaimTerms],
    notice: Notice,
    now: datetime,
    *,
    case: Case | None = None,
    asked: frozenset[str] = frozenset(),
) -> None:
    """Append the grant's version together with its receipt, in the caller's transaction; ``case`` when it is ERASE.

    ``asked`` are the claims a client asked for, when it did: kept with the version, no part of what is signed.

    The caller holds the person's lock: each receipt carries the digest of the one before it about the same subject.
    Two personas of one person are two subjects, and no receipt tells that they belong together. A duty its business
    gave up since is no duty in ``terms`` any more.
    """
    before = grant_versions.tip(db, grant.person_id, grant.sub)
    declared = client.business.intended_use.registered(services.policy, grant.level)
    terms = without_given_up_duties(terms, declared, grant.ended_at or grant.ends_at)
    record = {
        **_head(services, grant, before, now),
        "event": _event(grant, act, now),
        "processing": _processing(services, db, grant, client, terms, notice)
        | _kept_by_law(services, db, grant, client, terms, now),
    } | ({} if case is None else {"erasure_request": _erasure_request(case)})
    grant_versions.add(
        db,
        Version(
            grant_id=grant.id,
            version=grant.version,
            act=act,
            decided_at=now,
            level=grant.level,
            claims=grant.claims,
            purposes=grant.purposes,
            retention=str(grant.retention),
            collection=None if grant.collection is None else grant.collection.as_detail(),
            ends_at=grant.ends_at,
            terms={name: agreed_terms.written(item, grant) for name, item in terms.items()},
            notice={"language": notice.language, "text": notice.text},
            chain_index=0 if before is None else before.chain_index + 1,
            paused=grant.paused_at is not None,
            objected=grant.objected,
            asked=asked,
            receipt_id=record["jti"],
            receipt=_signed(services, record, now),
        ),
    )


def receipt_digest(receipt: str) -> str:
    """SHA-256 of a signed receipt, in hex: what the next one calls it by."""
    return sha256(receipt.encode("ascii")).hexdigest()


def _head(services: Services, grant: Grant, before: Tip | None, now: datetime) -> dict[str, Any]:
    """Which receipt this is, about whom and what, and the one it follows."""
    receipt_id = uuid4().hex
    return {
        "iss": services.settings.issuer,
        "iat": int(now.timestamp()),
        "jti": receipt_id,
        "schema_version": SCHEMA,
        "record_id": receipt_id,
        "pii_principal_id": grant.sub,
        "grant_id": grant.id,
        "grant_version": grant.version,
        "previous_receipt": None if before is None else receipt_digest(before.receipt),
    }


def _signed(services: Services, record: Mapping[str, Any], now: datetime) -> str:
    algorithms = services.settings.keys.algorithms
    key = services.keys.ring(now).signer("ES256" if "ES256" in algorithms else "RS256", now)
    return jwt.sign(key, record, typ=TYP)


def _event(grant: Grant, act: Act, now: datetime) -> dict[str, Any]:
    # Asking to erase leaves the consent in the state its end brought it to.
    ending = Act.EXPIRE if grant.end_reason is EndReason.EXPIRED else Act.WITHDRAW
    state = _EVENT_STATES[ending if act is Act.ERASE else act]
    if act is Act.CHANGE and grant.paused_at is not None:
        state = "ConsentStatusInvalidForProcessing"
    at = now if act is Act.ERASE else grant.ended_at or now
    return {
        "event_type": act.value,
        "event_state": _DPV + _ENDED_BY_OTHERS.get(grant.end_reason, state),
        "event_time": at.isoformat(timespec="seconds"),
        "validity_duration": str(grant.retention) if grant.ended_at is None else "P0D",
        "validity_until": int((grant.ended_at or grant.ends_at).timestamp()),
        "entity_id": grant.sub,
    } | ({} if grant.end_reason is None else {"end_reason": grant.end_reason.value})


def _erasure_request(case: Case) -> dict[str, Any]:
    return {
        "right": _ERASURE,
        "case_id": case.id,
        "reason": case.reason.value,
        "items": list(in_item_order(case.items)),
        "answer_before": int(case.answer_before.timestamp()),
    }


def _processing(
    services: Services, db: Connection, grant: Grant, client: Client, terms: Mapping[str, ClaimTerms], notice: Notice
) -> dict[str, Any]:
    details = client.business.details
    in_force = {name: replace(item, purposes=item.purposes - grant.objected) for name, item in terms.items()}
    collection = grant.collecting
    return {
        "level": grant.level.word,
        "privacy_notice": details.get("privacy_policy_uri"),
        "notice_sha256": notice.text_digest,
        "language": notice.language,
        "purposes": [
            _purpose(services, db, reference)
            for reference in sorted(grant.purposes)
            if purpose_id(reference) not in grant.objected
        ],
        "pii_information": [
            _pii(name, in_force[name], grant)
            for name in in_catalogue_order(grant.claims & in_force.keys())
            if in_force[name].purposes or not grant.objected
        ],
        "authorization_details": []
        if collection is None
        else [collection.as_detail() | {"lawful_basis": agreed_terms.COLLECTION_BASIS}],
        "pii_controllers": [_controller(client.business)],
        "storage_locations": [details["country"]] if details.get("country") else [],
        "retention_period": str(grant.retention),
        "jurisdiction": "EU",
        "recipient_third_parties": [],
        "withdrawal_method": f"{services.settings.issuer}/sharing/{grant.id}",
    } | _restrictions(grant)


def _kept_by_law(
    services: Services, db: Connection, grant: Grant, client: Client, terms: Mapping[str, ClaimTerms], now: datetime
) -> dict[str, Any]:
    """What was given under an earlier version, and has to be kept although it is given no more."""
    if grant.version == 1:
        return {}
    versions = agreed_terms.of_every_version(db, grant.person_id, grant_id=grant.id)[grant.id]
    kept = duties(versions, client.business.intended_use, services.policy, grant.ended_at or grant.ends_at)
    gone = [name for name in in_catalogue_order(kept.keys() - (grant.claims & terms.keys())) if now < kept[name].until]
    return {"retained_by_law": [_pii(name, kept[name], grant) for name in gone]} if gone else {}


def _pii(name: str, item: ClaimTerms, grant: Grant) -> dict[str, Any]:
    return {"pii_type": name, "pii_category": CATALOGUE[name].dpv, **agreed_terms.written(item, grant)}


def _restrictions(grant: Grant) -> dict[str, Any]:
    """The rights of GDPR 18 and 21 as the person exercises them now; the purposes objected to are in no other list."""
    found: dict[str, Any] = {}
    if grant.paused_at is not None and grant.ended_at is None:
        found["restriction"] = {"right": _RESTRICTION, "since": grant.paused_at.isoformat(timespec="seconds")}
    if grant.objected:
        found["objection"] = {"right": _OBJECTION, "purposes": sorted(grant.objected)}
    return found


def _purpose(services: Services, db: Connection, reference: str) -> dict[str, Any]:
    name, _, version = reference.partition("@")
    purpose = purposes.meant(services, db, reference)
    return {"purpose": name, "version": int(version), "dpv": None if purpose is None else purpose.dpv}


def _controller(business: Business) -> dict[str, Any]:
    details = business.details
    return {
        "id": business.id,
        "name": details.get("legal_name") or business.name,
        "contact": details.get("privacy_contact"),
        "address": business.website,
        "type": _DPV + "DataController",
    }
