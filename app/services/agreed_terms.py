"""The terms per claim as a decision agreed them, whatever the business declares since: how they are kept and read.

The same words stand in a grant's version and in its receipt.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from app.domain.claim_terms import ClaimTerms
from app.domain.grants import Grant
from app.domain.intended_use import COLLECTION_GROUND, Ground
from app.domain.levels import Level
from app.domain.retention import Period
from app.storage import grant_versions

_BASES = {
    Ground.CONSENT: "https://w3id.org/dpv/legal/eu/gdpr#A6-1-a",
    Ground.CONTRACT: "https://w3id.org/dpv/legal/eu/gdpr#A6-1-b",
    Ground.LEGAL_DUTY: "https://w3id.org/dpv/legal/eu/gdpr#A6-1-c",
}
_NOT_WRITTEN = "P99Y"
"""Of a decision that was kept before its periods were: nothing is longer than it."""
GROUNDS = {iri: ground for ground, iri in _BASES.items()}
COLLECTION_BASIS = _BASES[COLLECTION_GROUND]


def of(db: Connection, grant: Grant) -> Mapping[str, ClaimTerms]:
    """The terms of this version of a grant."""
    version = grant_versions.find(db, grant.id, grant.version)
    return {} if version is None else read(version.terms)


def of_every_version(
    db: Connection, person_id: str, business_id: str | None = None, grant_id: str | None = None
) -> Mapping[str, list[tuple[Level, Mapping[str, ClaimTerms]]]]:
    """Per grant of a person level and terms of every version, oldest first."""
    found: dict[str, list[tuple[Level, Mapping[str, ClaimTerms]]]] = {}
    for grant, level, terms in grant_versions.all_terms(db, person_id, business_id, grant_id):
        found.setdefault(grant, []).append((level, read(terms)))
    return found


def read(terms: Mapping[str, Any]) -> dict[str, ClaimTerms]:
    """The terms of a version, as its row holds them."""
    return {
        name: ClaimTerms(
            frozenset(item["purposes"]),
            GROUNDS[item["lawful_basis"]],
            Period.parse(item.get("retention_period", _NOT_WRITTEN)),
            datetime.fromtimestamp(item["retention_until"], UTC),
        )
        for name, item in terms.items()
    }


def written(item: ClaimTerms, grant: Grant) -> dict[str, Any]:
    """The terms of one claim of a grant, as ``read`` takes them."""
    return {
        "purposes": sorted(item.purposes),
        "lawful_basis": _BASES[item.ground],
        "retention_period": str(item.lasts(grant.retention)),
        "retention_until": int(item.until.timestamp()),
    }
