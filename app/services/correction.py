"""A person corrects what they keep; every shop with a live grant for it is told in the same act. Names, no values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection

from app.domain.derived import with_derived_names
from app.domain.errors import Refusal
from app.domain.events import EventType
from app.services import addresses, facts
from app.services.events import announce, new_txn
from app.services.release import readable
from app.services.wiring import Services
from app.storage import deliveries, grants, held, people


@dataclass(frozen=True)
class Told:
    """One correction a business was told of; no claims when it was of something in the vault."""

    at: datetime
    claims: frozenset[str]
    taken_at: datetime | None
    """When the business took the message; None when it did not, or takes none."""


class Overtaken(Refusal):
    """Another window changed some of the same claims since the form was opened; nothing was written."""

    def __init__(self, claims: frozenset[str]) -> None:
        super().__init__("overtaken", "This was changed meanwhile.")
        self.claims = claims


def correct(
    services: Services,
    person_id: str,
    persona_id: str,
    changes: Mapping[str, Any],
    now: datetime,
    shown: Mapping[str, str] = MappingProxyType({}),
) -> frozenset[str]:
    """Write what the person changed and tell who holds it, in one transaction (GDPR 16 and 19).

    Returns the claims that really changed. ``changes`` is as ``facts.write`` takes it: a value, None to forget
    it, ``facts.HIDDEN``. Shops read the new value at userinfo; what they find none of is told as removed. ``shown``
    has the fingerprints of what the form began with: what it left as it was undoes no later change, and what both
    changed raises ``Overtaken``.
    """
    with services.database.write() as db:
        people.lock(db, person_id)
        cipher = addresses.cipher(services, db, person_id)
        since = facts.overtaken(db, cipher, person_id, persona_id, changes, shown)
        if any(since.values()):
            raise Overtaken(frozenset(claim for claim, clashes in since.items() if clashes))
        changes = {claim: value for claim, value in changes.items() if claim not in since}
        changed = facts.write(services, db, cipher, person_id, persona_id, changes, now)
        if changed:
            _tell(services, db, person_id, facts.users_within(db, person_id, persona_id, changed), now)
    return changed


def mark_email(services: Services, db: Connection, person_id: str, now: datetime) -> None:
    """Mark the e-mail facts as the addresses on the account prove them now, and tell who gets whether they are."""
    for persona_id in facts.mark_email(services, db, addresses.cipher(services, db, person_id), person_id):
        users = facts.users_within(db, person_id, persona_id, ("email",))
        flags = {user: frozenset({"email_verified"}) for user, claims in users.items() if claims}
        _tell(services, db, person_id, flags, now)


def _tell(
    services: Services, db: Connection, person_id: str, users: Mapping[str, frozenset[str]], now: datetime
) -> None:
    """``users`` are the personas for whom something changed, and what."""
    kept = held.names(db, person_id, tuple(users))
    for grant in grants.of_person(db, person_id):
        names = with_derived_names(users.get(grant.persona_id, ())) - {"updated_at"}
        if grant.ended_at is not None or grant.claims.isdisjoint(names):
            continue
        names &= readable(services, db, grant, now)
        if not names:
            continue
        # Not what was taken away: a later persona that gives up its own value may have the first one's again.
        has = kept[grant.persona_id]
        content = {"claims": sorted(names & has), "removed": sorted(names - has)}
        told = {member: claims for member, claims in content.items() if claims}
        txn = new_txn()  # of this grant alone: a common one would tell two businesses that they share a customer
        announce(db, EventType.TOKEN_CLAIMS_CHANGE, grant, txn, now, told)
        announce(db, EventType.DATA_CHANGED, grant, txn, now, told)


def told_to(services: Services, person_id: str, business_id: str) -> tuple[Told, ...]:
    """What a business was told of corrections of this person, latest first."""
    with services.database.read() as db:
        found = deliveries.told_of_person(db, person_id, EventType.DATA_CHANGED, business_id)
    return tuple(
        Told(event.occurred_at, frozenset([*event.content.get("claims", ()), *event.content.get("removed", ())]), at)
        for event, at in found
    )
