"""The next versions of a grant: what a decision adds to it, takes from it, or starts once more."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from app.domain.claim_terms import ClaimTerms, as_agreed, cut_off
from app.domain.grants import Grant
from app.domain.intended_use import IntendedUse, Need
from app.domain.levels import Policy
from app.domain.profiles import Profile
from app.domain.proposals import Proposal, purposes_served
from app.domain.purposes import purpose_id, purpose_ids


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
        passed_over=None,
    )


def merged(grant: Grant, proposal: Proposal) -> Proposal:
    """The proposal with what the grant holds beside it: stepping up never takes an earlier extra away.

    A permission to collect stands whole on a card of its level, and goes on beside one below; so does the term of all.
    A purpose that came to mean something else since is agreed to in the meaning it has on the card.
    """
    anew = purpose_ids(proposal.purposes)
    together = replace(
        proposal,
        claims=proposal.claims | grant.claims,
        purposes=proposal.purposes | {each for each in grant.purposes if purpose_id(each) not in anew},
        offline=proposal.offline or grant.offline,
    )
    if proposal.level >= grant.level:
        return together
    return replace(
        together,
        level=grant.level,
        retention=grant.retention,
        ends_at=grant.ends_at,
        collection=grant.collection,
    )


def ending_with(grant: Grant, proposal: Proposal) -> Proposal:
    """A proposal below the level of the grant it is added to, ending with it: what lies above is not on its card."""
    end = min(proposal.ends_at, grant.ends_at)
    return replace(
        proposal,
        retention=min(proposal.retention, grant.retention),
        ends_at=end,
        terms={name: cut_off(item, end) for name, item in proposal.terms.items()},
    )


def narrowed(grant: Grant, agreed: Mapping[str, ClaimTerms], proposal: Proposal) -> Proposal:
    """The proposal cut down to what the grant already holds: stepping down never adds a claim, a purpose or a day.

    ``agreed`` are the terms per claim of its decision: at the lower level, too, a claim serves only what it was given
    for. A purpose whose meaning was changed since goes on as it was agreed to.
    """
    served = purpose_ids(proposal.purposes)
    end = min(proposal.ends_at, grant.ends_at)
    held_to = as_agreed({name: proposal.terms[name] for name in proposal.claims & grant.claims}, agreed)
    terms = {name: cut_off(item, end) for name, item in held_to.items() if item.purposes}
    kept = None
    if proposal.collection is not None and grant.collection is not None:
        kept = proposal.collection.within(grant.collection)
    return replace(
        proposal,
        claims=frozenset(terms),
        extras=frozenset(),
        purposes=frozenset(reference for reference in grant.purposes if purpose_id(reference) in served),
        retention=min(proposal.retention, grant.retention),
        ends_at=end,
        terms=terms,
        collection=kept,
        offline=proposal.offline and grant.offline,
    )


def renewed(grant: Grant, agreed: Mapping[str, ClaimTerms], proposal: Proposal, now: datetime) -> Proposal:
    """The same terms once more from ``now`` on: what the grant holds and the proposal still allows, and no more.

    The term is the grant's own, or a shorter one where person, business or operator now allow less. For a purpose whose
    meaning was changed since, nothing begins anew; and no claim goes on on a stronger ground, or is kept for longer.
    """
    same = narrowed(grant, agreed, proposal)
    purposes = proposal.purposes & grant.purposes
    end = min(proposal.ends_at, grant.retention.after(now))
    kept = {name: item.purposes & purpose_ids(purposes) for name, item in same.terms.items()}
    terms = {
        name: cut_off(replace(item, purposes=kept[name], until=item.retention.after(now)), end)
        for name, item in same.terms.items()
        if kept[name]
    }
    collection = None if same.collection is None else same.collection.for_purposes(purpose_ids(purposes))
    return replace(same, claims=frozenset(terms), purposes=purposes, ends_at=end, terms=terms, collection=collection)


def goes_on(agreed: Mapping[str, ClaimTerms], proposal: Proposal, again: Proposal) -> bool:
    """Whether ``again``, what ``renewed`` leaves of the proposal, is still worth agreeing to.

    Not without a claim that the level requires: its business uses it for something else by now, or for a purpose with
    another meaning. And not when nothing is left. ``agreed`` are the terms still in force: what is over is over.
    """
    claims = proposal.claims & agreed.keys()
    nothing = not again.claims and again.collection is None and bool(claims or proposal.collection)
    return claims - proposal.extras <= again.claims and not nothing


def extras(grant: Grant, use: IntendedUse, policy: Policy) -> frozenset[str]:
    """The claims of a grant that its level does without: each can be taken back while the rest goes on."""
    registered = use.registered(policy, grant.level)
    return frozenset(name for name in grant.claims & registered.keys() if registered[name].need is Need.OPTIONAL)


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
    cut, terms = within(grant, agreed, profile)
    return None if cut == grant else (replace(cut, version=grant.version + 1), terms)


def within(grant: Grant, agreed: Mapping[str, ClaimTerms], profile: Profile) -> tuple[Grant, Mapping[str, ClaimTerms]]:
    """What of the grant and its terms fits the profile."""
    kept = {name: replace(item, purposes=item.purposes & profile.purposes) for name, item in agreed.items()}
    terms = {name: item for name, item in kept.items() if name in profile.claims and item.purposes}
    cut = replace(
        grant,
        claims=grant.claims & terms.keys(),
        purposes=frozenset(ref for ref in grant.purposes if purpose_id(ref) in profile.purposes),
        collection=None if grant.collection is None else grant.collection.for_purposes(profile.purposes),
    )
    return cut, terms
