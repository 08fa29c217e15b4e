"""Objecting to a purpose (GDPR 21): what a grant is used for, what a person can switch off, and what that takes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from app.domain.claim_terms import ClaimTerms, ground_held
from app.domain.grants import Grant
from app.domain.intended_use import ClaimUse, Ground, IntendedUse
from app.domain.levels import Level, Policy
from app.domain.purposes import purpose_ids

_MARKETING = frozenset({"Marketing", "DirectMarketing", "Advertising", "PersonalisedAdvertising"})
"""DPV terms of purposes nobody ever has to accept, whatever ground a business names (GDPR 21(2), (3))."""
_STRONGEST_FIRST = (Ground.LEGAL_DUTY, Ground.CONTRACT)


@dataclass(frozen=True)
class PurposeUse:
    """One purpose of a grant, and what an objection to it means."""

    id: str
    objected: bool
    fixed: Ground | None
    """The ground on which the business may go on in spite of an objection; None when the person can switch it off."""
    claims: frozenset[str]
    """The claims of the grant that serve it."""
    only: frozenset[str]
    """Those of them that serve no other purpose in force: without this one they are not released."""
    collects: bool
    """Whether the permission to collect serves it."""


def purposes_of(
    grant: Grant, agreed: Mapping[str, ClaimTerms], use: IntendedUse, policy: Policy, allowed: frozenset[str]
) -> tuple[PurposeUse, ...]:
    """The purposes of a grant in the order of the vocabulary, those objected to among them.

    ``agreed`` are the terms of its decision, ``allowed`` the purposes of the person's own profile at its level.
    """
    known = grant.objected | purpose_ids(grant.purposes)
    registered = use.registered(policy, grant.level)
    serving = {
        name: _as_given(registered[name], agreed.get(name), grant.objected) for name in grant.claims & registered.keys()
    }
    in_force = (known & allowed) - grant.objected
    return tuple(
        _use_of(purpose.id, purpose.dpv, grant, serving, use, in_force)
        for purpose in policy.purposes.values()
        if purpose.id in known
    )


def _as_given(use: ClaimUse, agreed: ClaimTerms | None, objected: frozenset[str]) -> ClaimUse:
    """Today's use of a claim, for what it was given for or would serve again if allowed, on the ground of then."""
    if agreed is None:
        return replace(use, purposes=use.purposes & objected)
    return replace(use, purposes=use.purposes & (agreed.purposes | objected), ground=ground_held(use.ground, agreed))


def _use_of(
    purpose: str,
    dpv: str,
    grant: Grant,
    serving: Mapping[str, ClaimUse],
    use: IntendedUse,
    in_force: frozenset[str],
) -> PurposeUse:
    claims = frozenset(name for name, claim_use in serving.items() if purpose in claim_use.purposes)
    collects = grant.collection is not None and purpose in grant.collection.purposes
    grounds = {serving[name].ground for name in claims}
    if not grounds and not collects:
        grounds = {_ground_declared(purpose, grant.level, use)}
    return PurposeUse(
        id=purpose,
        objected=purpose in grant.objected,
        fixed=None if dpv.rpartition("#")[2] in _MARKETING else _strongest(grounds),
        claims=claims,
        only=frozenset(name for name in claims if serving[name].purposes.isdisjoint(in_force - {purpose})),
        collects=collects,
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
