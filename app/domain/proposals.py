"""What a card proposes: what sharing at one level would release to one business, and on which terms."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from app.domain.claim_terms import ClaimTerms, claim_terms
from app.domain.collection import Collection
from app.domain.intended_use import ClaimUse, IntendedUse, LevelUse, Need
from app.domain.levels import Level, Policy
from app.domain.profiles import Profile, without
from app.domain.release import Asked, Channel, Consent, Release, Terms, Withheld, decide
from app.domain.retention import Period, ends_at


@dataclass(frozen=True)
class Proposal:
    """One card: exactly what sharing at this level would release, and on which terms."""

    level: Level
    use: LevelUse
    """What the business declares at this level."""
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
    def not_held(self) -> frozenset[str]:
        """Claims the person may give here once they have filled them in."""
        return frozenset(name for name, why in self.withheld.items() if why is Withheld.NOT_HELD) - self.missing.keys()

    @property
    def fingerprint(self) -> str:
        """The same for two cards that promise the same: a form posts back the one that was on screen.

        Ticks are the person's own doing and the end date moves with the clock; neither is part of it.
        """
        promise = (
            self.level.word,
            sorted(self.claims - self.extras),
            sorted(self.extras),
            sorted(self.missing),
            sorted(self.offered_purposes),
            str(self.retention),
            None if self.collection is None else sorted(self.collection.as_detail().items()),
            self.offline,
            [
                (name, sorted(item.purposes), item.ground.value, str(self.use.claims[name].retention))
                for name, item in sorted(self.terms.items())
            ],
            sorted(self.use.benefit.items()),
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
    ``objected`` are purposes the person switched off at this business: a claim that serves no other purpose is left
    out, and does not count as missing, since the person wants it left out.
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
    collection = collection_allowed(level_use, profile, policy, wanted_collection)
    if collection is not None:
        collection = replace(collection, retention=min(collection.retention, *longest))
    declared = level_use.purposes & profile.purposes
    return Proposal(
        level=profile.level,
        use=level_use,
        claims=chosen,
        extras=optional,
        missing=_missing(whole, registered, whole_profile),
        withheld=whole.withheld,
        purposes=_references(purposes_served(terms, chosen, collection) or declared, policy),
        offered_purposes=_references(declared, policy),
        retention=min(longest),
        ends_at=end,
        terms=terms,
        collection=collection,
        offline=offline,
    )


def purposes_served(
    terms: Mapping[str, ClaimTerms], claims: frozenset[str], collection: Collection | None
) -> frozenset[str]:
    """The ids of the purposes that these claims and the permission serve. Who shares no extra agrees to none of its."""
    collected = frozenset[str]() if collection is None else collection.purposes
    return collected.union(*(terms[name].purposes for name in claims & terms.keys()))


def collection_allowed(use: LevelUse, profile: Profile, policy: Policy, wanted: Collection | None) -> Collection | None:
    """What policy and profile allow of the permission a level declares, or of the part that is wanted of it."""
    if use.collection is None or not policy.rules[use.level].collection:
        return None
    asked = use.collection if wanted is None else use.collection.within(wanted)
    return None if asked is None else asked.for_purposes(profile.purposes)


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
