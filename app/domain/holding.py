"""What a business gets under a running grant now, by whichever of its tokens.

The overview, the grant query and who is told of a correction all say this. A token speaks for the level it was issued
at, so what a person's profile leaves out at one level may go out at another below the grant's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from app.domain.claim_terms import ClaimTerms, agreed_uses
from app.domain.collection import Collection
from app.domain.collection_check import still_collected
from app.domain.consent import agreed_profile, purposes_now
from app.domain.grants import Grant
from app.domain.intended_use import IntendedUse
from app.domain.levels import Level, Policy
from app.domain.profiles import Profile
from app.domain.release import Asked, Channel, Terms, decide


@dataclass(frozen=True)
class Holding:
    """The claims, held by the persona or not, the ids of the purposes they are for, and the permission to collect."""

    claims: frozenset[str]
    purposes: frozenset[str]
    collection: Collection | None


NOTHING = Holding(frozenset(), frozenset(), None)


def holding(
    grant: Grant,
    agreed: Mapping[str, ClaimTerms],
    use: IntendedUse,
    policy: Policy,
    profiles: Mapping[Level, Profile],
    now: datetime,
) -> Holding:
    """What holds of a running grant, a paused one as if it were resumed.

    ``agreed`` are the terms per claim of its decision, ``profiles`` its persona's own.
    """
    highest = use.offered(grant.level)
    claims, purposes = frozenset[str](), frozenset[str]()
    for level, profile in profiles.items():
        if level <= highest:
            allowed = agreed_profile(grant, profile)
            terms = bounds(grant, agreed, use, policy, allowed, held=grant.claims)
            claims |= decide(Channel.PREVIEW, Asked(grant.claims), terms, now).released
            purposes |= purposes_now(grant, use, allowed)
    own = profiles.get(highest)
    return Holding(claims, purposes, None if own is None else still_collected(grant, use, policy, own, now))


def bounds(
    grant: Grant,
    agreed: Mapping[str, ClaimTerms],
    use: IntendedUse,
    policy: Policy,
    allowed: Profile,
    held: frozenset[str],
) -> Terms:
    """What a release under the grant at the level of ``allowed`` is bounded by; see ``agreed_profile``."""
    until = {name: item.until for name, item in agreed.items()}
    registered = agreed_uses(use.registered(policy, allowed.level), agreed)
    return Terms(registered, allowed, replace(grant.consent, until=until), held)
