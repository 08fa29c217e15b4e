"""What a grant pins: whether it still covers a request, what is new if it does not, and what of it holds now."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from app.domain.claim_terms import ClaimTerms, agreed_uses
from app.domain.collection import Collection
from app.domain.grants import Grant
from app.domain.intended_use import IntendedUse
from app.domain.levels import Level, Policy
from app.domain.profiles import Profile
from app.domain.proposals import Proposal, collection_allowed
from app.domain.purposes import purpose_ids


@dataclass(frozen=True)
class Difference:
    """What a proposal holds beyond a live grant; empty means the grant covers it."""

    claims: frozenset[str] = frozenset()
    """Those not given yet, and those that would now serve another purpose."""
    firmer: frozenset[str] = frozenset()
    """Those given already that would now rest on a stronger ground."""
    purposes: frozenset[str] = frozenset()
    longer: bool = False
    """Whether the whole, or some claim that is given already, may be kept for longer than was agreed."""
    collection: bool = False
    offline: bool = False
    level: bool = False
    extras: frozenset[str] = frozenset()
    """Optional claims, so not part of the proposal, that were never asked for before.

    Whether the person holds them makes no difference: otherwise a silent login would tell.
    """

    @property
    def on_card(self) -> frozenset[str]:
        """The claims of the proposal that are new in one way or another."""
        return self.claims | self.firmer

    def __bool__(self) -> bool:
        wider = self.on_card or self.purposes or self.extras
        return bool(wider or self.longer or self.collection or self.offline or self.level)


def difference(
    grant: Grant, agreed: Mapping[str, ClaimTerms], proposal: Proposal, asked_before: frozenset[str]
) -> Difference:
    """What the person would newly give, or may. A grant only ever pins what was shown when it was given.

    ``agreed`` are the terms per claim of the grant's decision. ``asked_before`` are the claims that were asked for in
    any decision about it: whoever left an extra unticked has answered, and is not asked again at every login.
    """
    # A card that gives nothing names all its level declares; beside a grant that gives something none of it is more.
    gives = bool(grant.claims) or grant.collection is not None
    idle = gives and not proposal.claims and proposal.collection is None
    return Difference(
        claims=frozenset(name for name in proposal.claims if _is_new(name, grant, agreed, proposal)),
        firmer=frozenset(name for name in proposal.claims if _is_firmer(name, grant, agreed, proposal)),
        purposes=frozenset() if idle else proposal.purposes - grant.purposes,
        longer=proposal.retention > grant.retention
        or any(_is_longer(name, grant, agreed, proposal) for name in agreed),
        collection=proposal.collection is not None
        and not (grant.collection is not None and grant.collection.covers(proposal.collection)),
        offline=proposal.offline and not grant.offline,
        level=proposal.level > grant.level,
        extras=(proposal.extras | proposal.not_held) - proposal.claims - grant.claims - asked_before,
    )


def _is_new(name: str, grant: Grant, agreed: Mapping[str, ClaimTerms], proposal: Proposal) -> bool:
    if name not in grant.claims or name not in agreed:
        return True
    return not proposal.terms[name].purposes <= agreed[name].purposes


def _is_firmer(name: str, grant: Grant, agreed: Mapping[str, ClaimTerms], proposal: Proposal) -> bool:
    known = name in grant.claims & agreed.keys()
    return known and proposal.terms[name].ground.outweighs(agreed[name].ground)


def _is_longer(name: str, grant: Grant, agreed: Mapping[str, ClaimTerms], proposal: Proposal) -> bool:
    if name not in grant.claims & proposal.claims:
        return False
    return proposal.terms[name].lasts(proposal.retention) > agreed[name].lasts(grant.retention)


def covers(
    grant: Grant,
    agreed: Mapping[str, ClaimTerms],
    proposal: Proposal,
    asked_before: frozenset[str],
    *,
    came_down: bool = False,
) -> bool:
    """Whether a login can be answered under the grant without asking: nothing in the proposal goes beyond it.

    A level below the grant's, or below where the person has come down from (``came_down``), ends with the grant and
    stays on its grounds, however long and on whatever ground a business might keep it on its own.
    """
    new = difference(grant, agreed, proposal, asked_before)
    below = came_down or proposal.level < grant.level
    return not (replace(new, longer=False, firmer=frozenset()) if below else new)


def levels_within(grant: Grant, accepted: tuple[Level, ...]) -> list[Level]:
    """The accepted levels the grant reaches, highest first; none means the client asks for more than was given."""
    return sorted((level for level in accepted if level <= grant.level), reverse=True)


def agreed_profile(grant: Grant, profile: Profile) -> Profile:
    """The profile with no purpose but those of the grant: what a business declares later was never agreed to."""
    return replace(profile, purposes=profile.purposes & purpose_ids(grant.purposes) - grant.objected)


def kept_off(grant: Grant, agreed: Mapping[str, ClaimTerms]) -> frozenset[str]:
    """The claims of a grant that its giver's objections keep back: they serve nothing else."""
    return frozenset(
        name for name in grant.claims & agreed.keys() if grant.objected and agreed[name].purposes <= grant.objected
    )


def still_given(grant: Grant, agreed: Mapping[str, ClaimTerms], use: IntendedUse, policy: Policy) -> Grant:
    """The grant without the claims that its business no longer declares for the purposes they were given for.

    Such a claim is asked for like one that was never given. ``agreed`` are the terms of the decision still in force:
    a claim without terms is not given either.
    """
    uses = agreed_uses(use.registered(policy, grant.level), agreed)
    return replace(grant, claims=grant.claims & {name for name, each in uses.items() if each.purposes})


def purposes_now(grant: Grant, use: IntendedUse, profile: Profile) -> frozenset[str]:
    """The ids of the purposes that still hold at the profile's level: agreed, declared and allowed, all three."""
    level_use = use.levels.get(profile.level)
    if level_use is None:
        return frozenset()
    return purpose_ids(grant.purposes) & level_use.purposes & profile.purposes


def collection_now(grant: Grant, use: IntendedUse, policy: Policy, profile: Profile) -> Collection | None:
    """The permission to collect as it still holds at the profile's level; None below the level that has it."""
    level_use = use.levels.get(profile.level)
    if level_use is None or grant.collection is None:
        return None
    return collection_allowed(level_use, profile, policy, grant.collection)
