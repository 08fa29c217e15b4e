"""A person objects to one purpose at one business, or allows it again (GDPR 21). Both act at the very next call."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from app.domain.claim_terms import ClaimTerms, claim_terms
from app.domain.clients import Client
from app.domain.errors import Refusal
from app.domain.grants import Grant
from app.domain.levels import Level
from app.domain.objection import PurposeUse, objected_to, purposes_of
from app.domain.profiles import Profile
from app.domain.purposes import purpose_id
from app.services import agreed_terms, grant_versions, own_grants
from app.services.receipts import Notice
from app.services.wiring import Services
from app.storage import profiles, time_marks


@dataclass(frozen=True)
class Listed:
    """One purpose of a grant as its giver sees it."""

    use: PurposeUse
    ends_at: datetime
    """When the grant ends."""
    allowed: bool
    """Whether the person's own profile allows it at all."""
    shown: str
    """What the form that allows it again posts back, to say what was on screen."""


def listed(services: Services, grant_id: str, person_id: str, now: datetime) -> tuple[Listed, ...]:
    """The purposes of a live grant; Refusal ``no_grant`` when it is not this person's live grant."""
    with services.database.read() as db:
        grant, client = own_grants.live(services, db, grant_id, person_id, now)
        own, terms, seen_at = _profiles(db, grant), agreed_terms.of(db, grant), time_marks.seen(db, now)
    allowed = frozenset[str]().union(*(each.purposes for level, each in own.items() if level <= grant.level))
    return tuple(
        Listed(use, grant.ends_at, use.id in allowed, _shown(services, use))
        for use in purposes_of(grant, terms, client.business.intended_use, services.policy, own, seen_at)
    )


def object_to(services: Services, grant_id: str, person_id: str, purpose: str, notice: Notice, now: datetime) -> Grant:
    """Switch one purpose off; a claim that serves no other is withheld from now on, on tokens already out too.

    Refusal ``no_grant`` when it is not this person's live grant, ``no_purpose`` when the grant has no such purpose,
    ``fixed`` when a contract or the law needs it.
    """
    return _switch(services, grant_id, person_id, purpose, notice, now, on=False)


def allow(
    services: Services,
    grant_id: str,
    person_id: str,
    purpose: str,
    notice: Notice,
    now: datetime,
    *,
    seen: str | None = None,
) -> Grant:
    """Lift an objection: the purpose as it is worded today, until the grant's end. Refusals as for ``object_to``, and
    ``changed`` when ``seen``, what a page showed of it, is not what it means by now.
    """
    return _switch(services, grant_id, person_id, purpose, notice, now, on=True, seen=seen)


def _switch(
    services: Services,
    grant_id: str,
    person_id: str,
    purpose: str,
    notice: Notice,
    now: datetime,
    *,
    on: bool,
    seen: str | None = None,
) -> Grant:
    with services.database.write() as db:
        grant, client = own_grants.held(services, db, grant_id, person_id, now)
        own, agreed, seen_at = _profiles(db, grant), agreed_terms.of(db, grant), time_marks.seen(db, now)
        found = purposes_of(grant, agreed, client.business.intended_use, services.policy, own, seen_at)
        use = next((each for each in found if each.id == purpose), None)
        if use is None:
            raise Refusal("no_purpose", "The grant has no such purpose.")
        if use.objected is not on:
            return grant
        if seen is not None and seen != _shown(services, use):
            raise Refusal("changed", "The purpose means something else than the page said.")
        if not on and use.fixed is not None:
            raise Refusal("fixed", "A contract or the law needs this purpose.")
        after = _allowed(services, grant, purpose) if on else objected_to(grant, purpose)
        terms = _terms(services, grant, agreed, after, client, own)
        return grant_versions.take(services, db, grant, client, after, terms, notice, now)


def _allowed(services: Services, grant: Grant, purpose: str) -> Grant:
    others = frozenset(each for each in grant.purposes if purpose_id(each) != purpose)
    return replace(
        grant,
        version=grant.version + 1,
        objected=grant.objected - {purpose},
        purposes=others | {services.policy.purposes[purpose].reference},
    )


def _terms(
    services: Services,
    before: Grant,
    agreed: Mapping[str, ClaimTerms],
    after: Grant,
    client: Client,
    own: Mapping[Level, Profile],
) -> dict[str, ClaimTerms]:
    """The terms as they were agreed; a purpose that comes back does so in the claims that serve it, no day longer."""
    back, use, terms = before.objected - after.objected, client.business.intended_use, dict(agreed)
    for level in sorted((each for each in own if each <= after.level), reverse=True):
        today = claim_terms(after.claims, use, services.policy, own[level], after.given_at, after.ends_at)
        for name, item in today.items():
            if returning := item.purposes & back:  # and nothing else that its business has come to want it for
                known = terms.get(name, replace(item, purposes=frozenset()))
                terms[name] = replace(known, purposes=known.purposes | returning)
    return terms


def _shown(services: Services, use: PurposeUse) -> str:
    return f"{services.policy.purposes[use.id].reference}.{use.fingerprint}"


def _profiles(db: Connection, grant: Grant) -> Mapping[Level, Profile]:
    return profiles.of_persona(db, grant.person_id, grant.persona_id)
