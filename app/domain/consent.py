"""What a card proposes, what a grant pins, whether the grant still covers a request, and what is new if it does not."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from app.domain.claim_terms import ClaimTerms, claim_terms, cut_off
from app.domain.collection import Collection
from app.domain.grants import Grant
from app.domain.intended_use import ClaimUse, IntendedUse, LevelUse, Need
from app.domain.levels import Level, Policy
from app.domain.profiles import Profile, without
from app.domain.purposes import purpose_id, purpose_ids
from app.domain.release import Asked, Channel, Consent, Release, Terms, Withheld, decide
from app.domain.retention import Period, ends_at


@dataclass(frozen=True)
class Proposal:
    """One card: exactly what sharing at this level would release, and on which terms."""

    level: Level
    claims: frozenset[str]
    """Released when the person shares, extras they ticked included."""
    extras: frozenset[str]
    """Optional claims the person holds and may tick."""
    missing: Mapping[str, Withheld]
    """Required claims that would not be released, with the reason: while any is left, nothing can be shared."""
    withheld: Mapping[str, Withheld]
    purposes: frozenset[str]
    """What ``claims`` and the permission are used for, as references ``id@version``."""
    offered_purposes: frozenset[str]
    """The same with every extra ticked."""
    retention: Period
    ends_at: datetime
    terms: Mapping[str, ClaimTerms]
    """Per claim of ``claims`` and ``extras``."""
    collection: Collection | None
    offline: bool

    @property
    def complete(self) -> bool:
        """Whether this level can be shared now."""
        return not self.missing

    @property
    def fingerprint(self) -> str:
        """The same for two cards that promise the same: a form posts back the one that was on screen.

        Ticks are the person's own doing and the end date moves with the clock; neither is part of it.
        """
        promise = (
            self.level.word,
            sorted(self.claims - self.extras),
            sorted(self.extras),
            sorted(self.offered_purposes),
            str(self.retention),
            None if self.collection is None else sorted(self.collection.as_detail().items()),
            self.offline,
            [(name, sorted(item.purposes), item.ground.value) for name, item in sorted(self.terms.items())],
        )
        return sha256(repr(promise).encode()).hexdigest()[:32]


def propose(  # noqa: PLR0913 - the five bounds of the release rule, the choice and the time
    asked: Asked,
    use: IntendedUse,
    policy: Policy,
    profile: Profile,
    held: frozenset[str],
    now: datetime,
    *,
    ticked: frozenset[str] = frozenset(),
    wanted_collection: Collection | None = None,
    offline: bool = False,
    objected: frozenset[str] = frozenset(),
) -> Proposal:
    """The card of ``profile.level``: decided by the same rule that later releases (all or nothing for required claims).

    ``ticked`` are optional extras the person chose; anything in it that is not an offered extra is ignored.
    ``objected`` are purposes the person switched off at this business: a claim that serves no other is left out,
    and is not missing, for to be without it is what they want.
    """
    level_use, whole_profile, profile = use.levels[profile.level], profile, without(profile, objected)
    longest = (profile.longest, level_use.retention, policy.rules[profile.level].longest)
    end = ends_at(now, longest)
    registered = use.registered(policy, profile.level)
    everything = Consent(frozenset(registered), end)
    whole = decide(Channel.PREVIEW, asked, Terms(registered, profile, everything, held), now)
    optional = frozenset(name for name in whole.released if registered[name].need is Need.OPTIONAL)
    chosen = (whole.released - optional) | (optional & ticked)
    terms = claim_terms(chosen | optional, use, policy, profile, now, end)
    collection = _collection(level_use, profile, policy, wanted_collection)
    declared = level_use.purposes & profile.purposes
    return Proposal(
        level=profile.level,
        claims=chosen,
        extras=optional,
        missing=_missing(whole, registered, whole_profile),
        withheld=whole.withheld,
        purposes=_references(declared & purposes_served(terms, chosen, collection) or declared, policy),
        offered_purposes=_references(declared, policy),
        retention=min(longest),
        ends_at=end,
        terms=terms,
        collection=collection,
        offline=offline,
    )


def agreed_profile(grant: Grant, profile: Profile) -> Profile:
    """The profile with no purpose but those of the grant: what a business declares later was never agreed to."""
    return replace(profile, purposes=profile.purposes & purpose_ids(grant.purposes) - grant.objected)


@dataclass(frozen=True)
class Difference:
    """What a proposal holds beyond a live grant; empty means the grant covers it."""

    claims: frozenset[str] = frozenset()
    """Those not given yet, and those that would now serve another purpose."""
    purposes: frozenset[str] = frozenset()
    longer: bool = False
    collection: bool = False
    offline: bool = False
    level: bool = False

    def __bool__(self) -> bool:
        return bool(self.claims or self.purposes or self.longer or self.collection or self.offline or self.level)


def difference(grant: Grant, agreed: Mapping[str, ClaimTerms], proposal: Proposal) -> Difference:
    """What the person would newly give. A grant only ever pins what was shown when it was given.

    ``agreed`` are the terms per claim of the grant's decision.
    """
    return Difference(
        claims=frozenset(name for name in proposal.claims if _is_new(name, grant, agreed, proposal)),
        purposes=proposal.purposes - grant.purposes,
        longer=proposal.retention > grant.retention,
        collection=proposal.collection is not None
        and not (grant.collection is not None and grant.collection.covers(proposal.collection)),
        offline=proposal.offline and not grant.offline,
        level=proposal.level > grant.level,
    )


def _is_new(name: str, grant: Grant, agreed: Mapping[str, ClaimTerms], proposal: Proposal) -> bool:
    if name not in grant.claims or name not in agreed:
        return True
    return not proposal.terms[name].purposes <= agreed[name].purposes


def covers(grant: Grant, agreed: Mapping[str, ClaimTerms], proposal: Proposal, *, came_down: bool = False) -> bool:
    """Whether a login can be answered under the grant without asking: nothing in the proposal goes beyond it.

    A level below the grant's, or below where the person has come down from (``came_down``), ends with the grant,
    however long a business might keep it on its own.
    """
    new = difference(grant, agreed, proposal)
    return not (replace(new, longer=False) if came_down or proposal.level < grant.level else new)


def level_within(grant: Grant, accepted: tuple[Level, ...]) -> Level | None:
    """The highest accepted level the grant reaches, or None: then the client asks for more than was given."""
    return max((level for level in accepted if level <= grant.level), default=None)


def merged(grant: Grant, proposal: Proposal) -> Proposal:
    """The proposal with what the grant holds beside it: stepping up never takes an earlier extra away.

    What was given above the proposal's level was not on the card, so it gets no day more than it had.
    """
    collection = proposal.collection
    if grant.collection is not None and (collection is None or grant.collection.covers(collection)):
        collection = grant.collection
    below = proposal.level < grant.level
    return replace(
        proposal,
        level=max(proposal.level, grant.level),
        claims=proposal.claims | grant.claims,
        purposes=proposal.purposes | grant.purposes,
        retention=min(proposal.retention, grant.retention) if below else proposal.retention,
        ends_at=min(proposal.ends_at, grant.ends_at) if below else proposal.ends_at,
        collection=collection,
        offline=proposal.offline or grant.offline,
    )


def next_version(grant: Grant, proposal: Proposal, given_at: datetime) -> Grant:
    """The grant as it is once the proposal is taken. Of one that lasts longer the person may be asked again."""
    return replace(
        grant,
        version=grant.version + 1,
        level=proposal.level,
        claims=proposal.claims,
        purposes=proposal.purposes,
        retention=proposal.retention,
        collection=proposal.collection,
        offline=proposal.offline,
        given_at=given_at,
        ends_at=proposal.ends_at,
        asked_at=grant.asked_at if proposal.ends_at <= grant.ends_at else None,
    )


def narrowed(grant: Grant, proposal: Proposal) -> Proposal:
    """The proposal cut down to what the grant already holds: stepping down never adds a claim, a purpose or a day."""
    claims = proposal.claims & grant.claims
    kept = None
    if proposal.collection is not None and grant.collection is not None:
        kept = proposal.collection.within(grant.collection)
    return replace(
        proposal,
        claims=claims,
        extras=frozenset(),
        purposes=proposal.purposes & grant.purposes,
        retention=min(proposal.retention, grant.retention),
        ends_at=min(proposal.ends_at, grant.ends_at),
        collection=kept,
        offline=proposal.offline and grant.offline,
    )


def purposes_served(
    terms: Mapping[str, ClaimTerms], claims: frozenset[str], collection: Collection | None
) -> frozenset[str]:
    """The ids of the purposes that these claims and the permission serve. Who shares no extra agrees to none of its."""
    collected = frozenset[str]() if collection is None else collection.purposes
    return collected.union(*(terms[name].purposes for name in claims & terms.keys()))


def without_extra(grant: Grant, agreed: Mapping[str, ClaimTerms], claim: str) -> Grant:
    """The grant's next version without one claim, and without the purposes that it alone served."""
    claims = grant.claims - {claim}
    served = purposes_served(agreed, claims, grant.collection) | grant.objected
    purposes = frozenset(reference for reference in grant.purposes if purpose_id(reference) in served)
    return replace(grant, version=grant.version + 1, claims=claims, purposes=purposes or grant.purposes)


def cut_to(
    grant: Grant, agreed: Mapping[str, ClaimTerms], profile: Profile
) -> tuple[Grant, Mapping[str, ClaimTerms]] | None:
    """The grant's next version, with its terms, within a profile that was narrowed; None when all of it still fits.

    It is cut for good: what the profile allows again later takes a new decision.
    """
    kept = {name: replace(item, purposes=item.purposes & profile.purposes) for name, item in agreed.items()}
    terms = {name: item for name, item in kept.items() if name in profile.claims and item.purposes}
    cut = replace(
        grant,
        claims=grant.claims & terms.keys(),
        purposes=frozenset(ref for ref in grant.purposes if purpose_id(ref) in profile.purposes),
        collection=None if grant.collection is None else grant.collection.for_purposes(profile.purposes),
    )
    return None if cut == grant else (replace(cut, version=grant.version + 1), terms)


def extras(grant: Grant, use: IntendedUse, policy: Policy) -> frozenset[str]:
    """The claims of a grant that its level does without: each can be taken back while the rest goes on."""
    registered = use.registered(policy, grant.level)
    return frozenset(name for name in grant.claims & registered.keys() if registered[name].need is Need.OPTIONAL)


def renewed(grant: Grant, proposal: Proposal, now: datetime) -> Proposal:
    """The same terms once more from ``now`` on: what the grant holds and the proposal still allows, and no more.

    The term is the grant's own, or a shorter one where person, business or operator allow no longer.
    """
    same = narrowed(grant, proposal)
    agreed = purpose_ids(same.purposes)
    end = min(proposal.ends_at, grant.retention.after(now))
    terms = {
        name: cut_off(replace(item, purposes=item.purposes & agreed), end)
        for name, item in proposal.terms.items()
        if name in same.claims and item.purposes & agreed
    }
    return replace(same, claims=same.claims & terms.keys(), ends_at=end, terms=terms)


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
    return _collection(level_use, profile, policy, grant.collection)


def _missing(release: Release, registered: Mapping[str, ClaimUse], whole_profile: Profile) -> Mapping[str, Withheld]:
    """The required claims that something other than an objection keeps back."""
    return {
        name: reason
        for name, reason in release.withheld.items()
        if name in registered
        and registered[name].need is Need.REQUIRED
        and (reason is not Withheld.PURPOSE_NOT_ALLOWED or registered[name].purposes.isdisjoint(whole_profile.purposes))
    }


def _references(purposes: frozenset[str], policy: Policy) -> frozenset[str]:
    return frozenset(policy.purposes[name].reference for name in purposes if name in policy.purposes)


def _collection(use: LevelUse, profile: Profile, policy: Policy, wanted: Collection | None) -> Collection | None:
    if use.collection is None or not policy.rules[use.level].collection:
        return None
    asked = use.collection if wanted is None else use.collection.within(wanted)
    return None if asked is None else asked.for_purposes(profile.purposes)
