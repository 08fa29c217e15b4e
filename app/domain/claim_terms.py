"""The terms of one claim: what a business declares of it, and what of that holds under a decision taken before."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from app.domain.intended_use import ClaimUse, Ground, IntendedUse
from app.domain.levels import Level, Policy
from app.domain.profiles import Profile
from app.domain.retention import Period


@dataclass(frozen=True)
class ClaimTerms:
    """The terms of one claim in a grant or on a card: purposes, legal ground, and until when it may be kept."""

    purposes: frozenset[str]
    ground: Ground
    retention: Period
    """The period declared of it, which the grant may cut short; ``until`` is when what is left of it ends."""
    until: datetime

    def lasts(self, grant: Period) -> Period:
        """For how long it may be kept under a grant of this period."""
        return self.retention if self.outlasts_consent else min(self.retention, grant)

    @property
    def outlasts_consent(self) -> bool:
        """Only what the law demands is kept after the grant has ended, and cannot be stopped."""
        return self.ground is Ground.LEGAL_DUTY


def cut_off(terms: ClaimTerms, until: datetime) -> ClaimTerms:
    """The same terms, ending at ``until`` at the latest; only a legal duty to keep goes on."""
    return terms if terms.outlasts_consent or terms.until <= until else replace(terms, until=until)


def in_force(terms: Mapping[str, ClaimTerms], now: datetime) -> Mapping[str, ClaimTerms]:
    """The terms that are not over: a claim may have been agreed to for shorter than the rest."""
    return {name: item for name, item in terms.items() if now < item.until}


def claim_terms(
    claims: frozenset[str],
    use: IntendedUse,
    policy: Policy,
    profile: Profile,
    given_at: datetime,
    grant_ends_at: datetime,
) -> Mapping[str, ClaimTerms]:
    """Purposes, ground and last day per claim. Only a legal duty may outlast the grant."""
    registered = use.registered(policy, profile.level)
    terms = {}
    for name in claims & registered.keys():
        claim_use = registered[name]
        until = claim_use.retention.after(given_at)
        item = ClaimTerms(claim_use.purposes & profile.purposes, claim_use.ground, claim_use.retention, until)
        terms[name] = cut_off(item, grant_ends_at)
    return terms


def as_agreed(terms: Mapping[str, ClaimTerms], agreed: Mapping[str, ClaimTerms]) -> Mapping[str, ClaimTerms]:
    """Today's terms per claim, held to those of the decision: no purpose, no stronger ground and no day is added.

    A business may declare a legal duty at any time; what it was given on consent stays given on consent.
    """
    return {name: _as_agreed(item, agreed[name]) for name, item in terms.items() if name in agreed}


def _as_agreed(item: ClaimTerms, agreed: ClaimTerms) -> ClaimTerms:
    ground = ground_held(item.ground, agreed)
    retention = min(item.retention, agreed.retention)
    return ClaimTerms(item.purposes & agreed.purposes, ground, retention, min(item.until, agreed.until))


def going_on(
    terms: Mapping[str, ClaimTerms], agreed: Mapping[str, ClaimTerms], grant_ends_at: datetime
) -> Mapping[str, ClaimTerms]:
    """Today's terms held to those of the decision, but until the day agreed: only the end of the grant cuts it short.

    A period declared today cannot move that day, since it does not say when it began: a claim that was added after the
    grant was given runs from that later day, and a lower level may declare a shorter period than was agreed.
    """
    held_to = as_agreed(terms, agreed)
    return {
        name: cut_off(replace(item, retention=agreed[name].retention, until=agreed[name].until), grant_ends_at)
        for name, item in held_to.items()
    }


def ground_held(today: Ground, agreed: ClaimTerms) -> Ground:
    """The ground on which a business has a claim: the one agreed to, unless it gave up a duty since."""
    return today if agreed.outlasts_consent else agreed.ground


def without_given_up_duties(
    agreed: Mapping[str, ClaimTerms], registered: Mapping[str, ClaimUse], over_at: datetime
) -> Mapping[str, ClaimTerms]:
    """The terms agreed, but for duties to keep that the business declares no more: those end with the grant."""

    def held(name: str, item: ClaimTerms) -> ClaimTerms:
        return cut_off(replace(item, ground=ground_held(registered[name].ground, item)), over_at)

    return {name: held(name, item) if name in registered else item for name, item in agreed.items()}


def duties(
    versions: Iterable[tuple[Level, Mapping[str, ClaimTerms]]], use: IntendedUse, policy: Policy, over_at: datetime
) -> Mapping[str, ClaimTerms]:
    """Per claim the duty to keep it, by the latest of these versions of a grant that has the claim: level and terms,
    oldest first. Sharing less ends no duty; a business that declares it no more does, for good once a version says so.
    """
    latest: dict[str, ClaimTerms] = {}
    for level, terms in versions:
        latest |= without_given_up_duties(terms, use.registered(policy, level), over_at)
    return {name: item for name, item in latest.items() if item.outlasts_consent}


def agreed_uses(registered: Mapping[str, ClaimUse], agreed: Mapping[str, ClaimTerms]) -> Mapping[str, ClaimUse]:
    """Today's declaration held to the decision: a claim given for one purpose serves no other the grant has too."""
    return {name: _for(use, agreed[name].purposes) for name, use in registered.items() if name in agreed}


def _for(use: ClaimUse, purposes: frozenset[str]) -> ClaimUse:
    return use if use.purposes <= purposes else replace(use, purposes=use.purposes & purposes)
