"""Whether a business may collect one kind of data about one person now: the question its till and its CRM ask.

Default deny. The person is told why not; the business is told only that it may not.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from app.domain.collection import CHANNELS, DATATYPES, Collection
from app.domain.consent import collection_now
from app.domain.grants import Grant, Standing, refusal_to_issue
from app.domain.intended_use import IntendedUse
from app.domain.levels import Policy
from app.domain.profiles import Profile

CACHE = timedelta(seconds=60)
"""How long an answer may be used again: as long as a withdrawal may go unnoticed at a till."""


class Why(StrEnum):
    """Why collecting is not allowed; the first that applies, in this order."""

    UNKNOWN_TERMS = "unknown_terms"
    NO_GRANT = "no_grant"
    ENDED = "ended"
    PAUSED = "paused"
    CLOSED = "closed"
    """The account or the business's connection is out of service."""
    BELOW_HIGH = "below_high"
    TERM_OVER = "term_over"
    CHANNEL = "channel"
    DATATYPE = "datatype"
    PURPOSE = "purpose"


@dataclass(frozen=True)
class Question:
    """What would be collected, where, and what for. Without a purpose, any that was agreed will do."""

    channel: str
    datatype: str
    purpose: str | None = None


@dataclass(frozen=True)
class Given:
    """One grant of the person asked about, with all that may forbid collecting under it.

    ``profile`` is the person's own for the level of the grant.
    """

    grant: Grant
    person: Standing
    client: Standing
    use: IntendedUse
    profile: Profile


@dataclass(frozen=True)
class Decision:
    """Allowed under ``grant`` until ``until``; or not, and then ``grant`` is the one that came nearest, if any."""

    why: Why | None
    grant: Grant | None = None
    until: datetime | None = None

    @property
    def allowed(self) -> bool:
        """Whether it may be collected."""
        return self.why is None

    @property
    def told_business(self) -> str | None:
        """The reason in the answer: it depends on the words of the question, never on whose data they are about."""
        if self.why in {None, Why.UNKNOWN_TERMS}:
            return self.why
        return "not_permitted"

    def cache_s(self, now: datetime) -> int:
        """For how many seconds the answer may be used again; never past the end of the permission."""
        left = CACHE if self.until is None else min(CACHE, self.until - now)
        return max(0, int(left.total_seconds()))


def decide(question: Question, given: Sequence[Given], policy: Policy, now: datetime) -> Decision:
    """Decide over every grant the person ever gave this business, the newest decision first.

    Of several that allow it the one that lasts longest counts.
    """
    purposes = policy.purposes.keys() if question.purpose is None else {question.purpose}
    known = question.channel in CHANNELS and question.datatype in DATATYPES and purposes <= policy.purposes.keys()
    if not known:
        return Decision(Why.UNKNOWN_TERMS)
    decisions = [_under(each, question, policy, now) for each in given]
    # A no counts as one that ends now. Of equals max takes the first, and the newest stands first.
    return max(decisions, key=lambda each: each.until or now, default=Decision(Why.NO_GRANT))


def permission(given: Given, policy: Policy, now: datetime) -> Collection | Why:
    """What may be collected under one grant now: agreed, declared and allowed, all three; or why nothing may."""
    grant = given.grant
    shut = refusal_to_issue(given.person, given.client, grant, grant.client_id, now)
    if not grant.live(now):
        return Why.ENDED
    if grant.paused_at is not None:
        return Why.PAUSED
    if shut is not None:
        return Why.CLOSED
    in_force = _in_force(grant, given.use, policy, given.profile)
    if in_force is None:
        return Why.BELOW_HIGH
    return Why.TERM_OVER if now >= keep_until(grant, in_force) else in_force


def still_collected(
    grant: Grant, use: IntendedUse, policy: Policy, profile: Profile, now: datetime
) -> Collection | None:
    """What may be collected under a running grant as its business declares it today; None once that term is over."""
    found = _in_force(grant, use, policy, profile)
    return None if found is None or now >= keep_until(grant, found) else found


def keep_until(grant: Grant, in_force: Collection) -> datetime:
    """The day the person was shown: what is collected is kept until then and no longer."""
    return min(grant.ends_at, in_force.retention.after(grant.given_at))


def _in_force(grant: Grant, use: IntendedUse, policy: Policy, profile: Profile) -> Collection | None:
    # A purpose whose meaning was changed since is another purpose, and was not agreed to.
    agreed = {name for name, each in policy.purposes.items() if each.reference in grant.purposes}
    allowed = replace(profile, purposes=(profile.purposes & agreed) - grant.objected)
    return collection_now(grant, use, policy, allowed)


def _under(given: Given, question: Question, policy: Policy, now: datetime) -> Decision:
    found = permission(given, policy, now)
    if isinstance(found, Why):
        return Decision(found, given.grant)
    if question.channel not in found.channels:
        return Decision(Why.CHANNEL, given.grant)
    if question.datatype not in found.datatypes:
        return Decision(Why.DATATYPE, given.grant)
    if question.purpose is not None and question.purpose not in found.purposes:
        return Decision(Why.PURPOSE, given.grant)
    return Decision(None, given.grant, keep_until(given.grant, found))
