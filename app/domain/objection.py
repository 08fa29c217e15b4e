"""Objecting to a purpose (GDPR 21): what a grant is used for, what a person can switch off, and what that takes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from app.domain.claim_terms import ClaimTerms, cut_off, without_given_up_duties
from app.domain.grants import Grant
from app.domain.holding import holding
from app.domain.intended_use import ClaimUse, Ground, IntendedUse
from app.domain.levels import Level, Policy
from app.domain.profiles import Profile
from app.domain.purposes import Purpose, purpose_ids

_MARKETING = frozenset({"Marketing", "DirectMarketing", "Advertising", "PersonalisedAdvertising"})
"""DPV terms of purposes nobody ever has to accept, whatever ground a business names (GDPR 21(2), (3))."""
_STRONGEST_FIRST = (Ground.LEGAL_DUTY, Ground.CONTRACT)


@dataclass(frozen=True)
class PurposeUse:
    """One purpose of a grant, and what an objection to it means."""

    id: str
    objected: bool
    ground: Ground
    """The strongest on which it is served."""
    fixed: Ground | None
    """The ground on which the business may go on in spite of an objection; None when the person can switch it off."""
    terms: Mapping[str, ClaimTerms]
    """The claims of the grant that serve it, each with a ground and a last day of its own."""
    only: frozenset[str]
    """Those of them that go out for no other purpose at any level: an objection takes them, and no more."""
    collects_until: datetime | None
    """The last day of the permission to collect, when that serves it."""

    @property
    def claims(self) -> frozenset[str]:
        """The claims of the grant that serve it."""
        return frozenset(self.terms)

    @property
    def fingerprint(self) -> str:
        """The same for two uses that mean the same when they are allowed."""
        each = sorted((name, item.ground.value, item.until.isoformat()) for name, item in self.terms.items())
        collects = self.collects_until and self.collects_until.isoformat()
        meaning = (self.id, each, collects, self.ground.value)
        return sha256(repr(meaning).encode()).hexdigest()[:32]


def purposes_of(
    grant: Grant,
    agreed: Mapping[str, ClaimTerms],
    use: IntendedUse,
    policy: Policy,
    profiles: Mapping[Level, Profile],
    now: datetime,
) -> tuple[PurposeUse, ...]:
    """The purposes of a grant in the order of the vocabulary, those objected to among them.

    ``agreed`` are the terms of its decision, ``profiles`` its persona's own.
    """
    known = grant.objected | purpose_ids(grant.purposes)
    registered = use.registered(policy, grant.level)
    held_to = without_given_up_duties(agreed, registered, grant.ends_at)
    serving = {name: _as_given(registered[name], held_to.get(name), grant) for name in grant.claims & registered.keys()}
    held = holding(grant, agreed, use, policy, profiles, now).claims
    return tuple(
        _use_of(
            purpose,
            grant,
            serving,
            use,
            held - holding(objected_to(grant, purpose.id), agreed, use, policy, profiles, now).claims,
        )
        for purpose in policy.purposes.values()
        if purpose.id in known
    )


def objected_to(grant: Grant, purpose: str) -> Grant:
    """The next version of a grant, with one purpose switched off."""
    return replace(grant, version=grant.version + 1, objected=grant.objected | {purpose})


def _as_given(use: ClaimUse, agreed: ClaimTerms | None, grant: Grant) -> ClaimTerms:
    """The terms of a claim, for what it was given for or would serve again if allowed."""
    if agreed is None:
        today = ClaimTerms(use.purposes, use.ground, use.retention, use.retention.after(grant.given_at))
        return replace(cut_off(today, grant.ends_at), purposes=use.purposes & grant.objected)
    return replace(agreed, purposes=use.purposes & (agreed.purposes | grant.objected))


def _use_of(
    purpose: Purpose, grant: Grant, serving: Mapping[str, ClaimTerms], use: IntendedUse, taken: frozenset[str]
) -> PurposeUse:
    terms = {name: item for name, item in serving.items() if purpose.id in item.purposes}
    collects_until = None
    if grant.collection is not None and purpose.id in grant.collection.purposes:
        collects_until = min(grant.ends_at, grant.collection.retention.after(grant.given_at))
    grounds = {item.ground for item in terms.values()}
    if not grounds and collects_until is None:
        grounds = {_ground_declared(purpose.id, grant.level, use)}
    strongest = _strongest(grounds)
    return PurposeUse(
        id=purpose.id,
        objected=purpose.id in grant.objected,
        ground=strongest or Ground.CONSENT,
        fixed=None if purpose.dpv.rpartition("#")[2] in _MARKETING else strongest,
        terms=terms,
        only=taken,
        collects_until=collects_until,
    )


def _strongest(grounds: Iterable[Ground]) -> Ground | None:
    """The permission to collect is consent, and consent keeps nothing on."""
    found = frozenset(grounds)
    return next((ground for ground in _STRONGEST_FIRST if ground in found), None)


def _ground_declared(purpose: str, level: Level, use: IntendedUse) -> Ground:
    """The ground of the lowest level that names a purpose no claim of the grant serves."""
    declaring = (each for each in sorted(use.levels) if each <= level and purpose in use.levels[each].purposes)
    lowest = next(declaring, None)
    return Ground.CONSENT if lowest is None else use.levels[lowest].ground
