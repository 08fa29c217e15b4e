"""What a person may answer to one request, as one persona: the picker's cards and the decision come from one value."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from app.domain.authorization_request import AuthorizationRequest, asked_at, offered_levels
from app.domain.claim_terms import ClaimTerms, claim_terms, going_on, in_force
from app.domain.clients import Client
from app.domain.collection import Collection
from app.domain.consent import still_given
from app.domain.grant_versions import ending_with, merged, next_version, within
from app.domain.grants import Grant
from app.domain.intended_use import IntendedUse
from app.domain.levels import Level, Policy
from app.domain.profiles import Profile, without
from app.domain.proposals import Proposal, propose


@dataclass(frozen=True)
class Picker:
    """A request, what the persona has and allows itself, and what it shares with this client already."""

    request: AuthorizationRequest
    client: Client
    policy: Policy
    profiles: Mapping[Level, Profile]
    """The persona's own; none where it is not this person's."""
    values: Mapping[str, Any] = field(repr=False)
    """Of every claim the persona holds."""
    latest: Grant | None
    """What it shares here, or shared last."""
    now: datetime
    seen_at: datetime
    """``now``, but never before what the database has seen: what had ended stays so when a clock is set back."""
    agreed: Mapping[str, ClaimTerms] = field(default_factory=dict)
    """The terms per claim of the decision about ``running``."""

    @property
    def use(self) -> IntendedUse:
        """What the business declares."""
        return self.client.business.intended_use

    @property
    def running(self) -> Grant | None:
        """The live grant that a decision goes on with; None when it makes a new one."""
        return None if self.request.grant_action == "create" else self._live

    @property
    def ending(self) -> Grant | None:
        """The live grant that ends with a decision, which makes a new one."""
        return self._live if self.running is None else None

    @property
    def in_force(self) -> Mapping[str, ClaimTerms]:
        """Of ``agreed``, the terms that are not over."""
        return in_force(self.agreed, self.seen_at)

    @property
    def paused(self) -> bool:
        """Whether what the persona shares here is frozen: until it goes on nothing is decided."""
        return self._live is not None and self._live.paused_at is not None

    @property
    def objected(self) -> frozenset[str]:
        """The purposes an objection stands against, as long as the persona shares here; a new grant inherits it."""
        return frozenset() if self._live is None else self._live.objected

    @property
    def levels(self) -> tuple[Level, ...]:
        """Those that have a card, low first."""
        running = self.running
        offered = offered_levels(self.request, self.use, None if running is None else running.level)
        return tuple(level for level in offered if level in self.profiles)

    def beside(self, level: Level) -> Grant | None:
        """The part of the running grant that a card of this level is compared with; a merge adds the card to it.

        A merge to a higher level takes all of it there, except what the person's own profile leaves out at that level.
        """
        running = self.running
        if running is None:
            return None
        given = still_given(running, self.in_force, self.use, self.policy)
        steps_up = self._merges and level > running.level
        return within(given, self.in_force, self.profiles[level])[0] if steps_up else given

    def proposal(self, level: Level, ticked: frozenset[str]) -> Proposal:
        """The card of one level. With ``merge`` an extra given before stays given, and is not asked again.

        If the business now wants it for more, it is an extra on the card: left unticked, it stays given as agreed. A
        permission to collect that goes on is on the card in full, however little of it is asked, since it starts anew
        with the card. What is added below the level of the grant ends with the grant, even if it would last longer; and
        what was agreed above the card is not shortened by it, so the card says those terms.
        """
        beside = self.beside(level) if self._merges else None
        kept = frozenset[str]() if beside is None else beside.claims - self._widened(level)
        wanted = _wanted(self.request.collection, None if beside is None else beside.collection)
        proposal = self._alone(level, ticked | kept, wanted)
        proposal = replace(proposal, extras=proposal.extras - kept)
        if beside is None or level >= beside.level:
            return proposal
        ending, before = ending_with(beside, proposal), self.going_on(beside)
        return replace(ending, terms={name: _beside(item, before.get(name)) for name, item in ending.terms.items()})

    def decided_again(self, beside: Grant, proposal: Proposal) -> Grant:
        """The next version of a grant: what the card says, and with ``merge`` also what the grant holds beside it."""
        if not self._merges:
            return next_version(beside, proposal, self.now)
        return replace(self._added_to(beside, proposal), passed_over=self._passed_over(beside, proposal.level))

    def _added_to(self, beside: Grant, proposal: Proposal) -> Grant:
        # What lies above the card was not decided on anew, so its terms keep running from the day they were agreed.
        # But whom all of it is shared with is decided on anew when a business appears under another name.
        if proposal.level < beside.level and self.client.business.known_since(beside.given_at):
            return next_version(beside, merged(beside, proposal), beside.given_at)
        left = beside.collection and beside.collection.rest(beside.given_at, self.now)
        return next_version(beside, merged(replace(beside, collection=left), proposal), self.now)

    def _passed_over(self, beside: Grant, chosen: Level) -> str | None:
        """The card a login would have been answered with, had its giver not chosen a lower one: see ``coverage``."""
        highest = max(level for level in self.levels if level <= max(chosen, beside.level))
        return None if highest is chosen else self._alone(highest, frozenset(), self.request.collection).fingerprint

    def _alone(self, level: Level, ticked: frozenset[str], wanted: Collection | None) -> Proposal:
        """The card of one level as if nothing were shared yet, but for what is objected to."""
        return propose(
            asked_at(self.request, self.use, self.policy, level),
            self.use,
            self.policy,
            self.profiles[level],
            frozenset(self.values),
            self.now,
            ticked=ticked,
            wanted_collection=wanted,
            offline=self.request.offline,
            objected=self.objected,
        )

    def terms(self, grant: Grant, proposal: Proposal) -> Mapping[str, ClaimTerms]:
        """The terms of what was decided: those on the card, and what was not on it stays as it was agreed."""
        return {**self.going_on(grant), **{name: proposal.terms[name] for name in proposal.claims}}

    def going_on(self, grant: Grant) -> Mapping[str, ClaimTerms]:
        """The terms that go on of what was agreed, under this grant."""
        allowed = self.profiles[grant.level]
        today = claim_terms(grant.claims, self.use, self.policy, allowed, grant.given_at, grant.ends_at)
        return going_on(today, self.agreed, grant.ends_at)

    @property
    def _merges(self) -> bool:
        return self.request.grant_action == "merge"

    @property
    def _live(self) -> Grant | None:
        return self.latest if self.latest is not None and self.latest.live(self.seen_at) else None

    def _widened(self, level: Level) -> frozenset[str]:
        """The claims the business wants for more purposes than agreed, as far as the person's own profile allows, or on
        a stronger ground.
        """
        registered, agreed = self.use.registered(self.policy, level), self.in_force
        allowed = without(self.profiles[level], self.objected).purposes
        return frozenset(
            name
            for name in registered.keys() & agreed
            if not registered[name].purposes & allowed <= agreed[name].purposes
            or registered[name].ground.outweighs(agreed[name].ground)
        )


def _wanted(asked: Collection | None, given: Collection | None) -> Collection | None:
    return given if asked is not None and given is not None and given.covers(asked) else asked


def _beside(terms: ClaimTerms, before: ClaimTerms | None) -> ClaimTerms:
    """The terms of a card beside those agreed at a level above it: nothing is taken from either."""
    if before is None:
        return terms
    return ClaimTerms(
        purposes=terms.purposes | before.purposes,
        ground=terms.ground if terms.ground.outweighs(before.ground) else before.ground,
        retention=max(terms.retention, before.retention),
        until=max(terms.until, before.until),
    )
