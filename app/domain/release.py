"""The release rule: which of the claims asked for go out through one channel, and why each other one does not.

released = asked ∩ registered(client, level) ∩ allowed(profile) ∩ consented(grant, now) ∩ held(persona)

One function decides for the preview on screen, the ID token, userinfo, introspection, and whom a correction is told.
Receipts record what the preview decided.
Protocol claims are not its business: their builders own them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.domain.claims import CATALOGUE
from app.domain.intended_use import ClaimUse
from app.domain.profiles import Profile


class Channel(StrEnum):
    """The ways by which claims leave the house, and the preview of them on screen."""

    PREVIEW = "preview"
    ID_TOKEN = "id_token"
    USERINFO = "userinfo"
    INTROSPECTION = "introspection"


class Withheld(StrEnum):
    """The one reason why a claim asked for is not released; the first that applies, in this order."""

    UNKNOWN_CLAIM = "unknown_claim"
    NOT_REGISTERED = "not_registered"
    NO_GRANT = "no_grant"
    GRANT_ENDED = "grant_ended"
    NOT_CONSENTED = "not_consented"
    TERM_OVER = "term_over"
    NOT_IN_PROFILE = "not_in_profile"
    PURPOSE_NOT_ALLOWED = "purpose_not_allowed"
    NOT_HELD = "not_held"


@dataclass(frozen=True)
class Asked:
    """The claims a request asks for, by where it asked to get them (OpenID Connect Core §5.5)."""

    userinfo: frozenset[str] = frozenset()
    id_token: frozenset[str] = frozenset()

    def through(self, channel: Channel) -> frozenset[str]:
        """What is asked of one channel; the preview speaks of all."""
        if channel is Channel.ID_TOKEN:
            return self.id_token
        if channel in {Channel.USERINFO, Channel.INTROSPECTION}:
            return self.userinfo
        return self.userinfo | self.id_token


@dataclass(frozen=True)
class Consent:
    """What was agreed: the pinned set of claims, when it ends, and whether it was ended before."""

    claims: frozenset[str]
    ends_at: datetime
    ended_at: datetime | None = None
    until: Mapping[str, datetime] = field(default_factory=dict)
    """When the term of a claim is over; one that is not named here runs as long as the grant."""

    def live(self, now: datetime) -> bool:
        """Neither ended nor past its end date."""
        return self.ended_at is None and now < self.ends_at


@dataclass(frozen=True)
class Terms:
    """Everything a release is bounded by, at one level: the business, the person's profile, the grant, the facts."""

    registered: Mapping[str, ClaimUse]
    profile: Profile
    consent: Consent | None
    held: frozenset[str]


@dataclass(frozen=True)
class Release:
    """A decision over the claims asked for: every one is either released or withheld with its reason."""

    released: frozenset[str]
    withheld: Mapping[str, Withheld]


def decide(channel: Channel, asked: Asked, terms: Terms, now: datetime) -> Release:
    """Decide every claim asked of this channel. Absent anywhere means withheld."""
    released, withheld = set(), {}
    for claim in asked.through(channel):
        reason = _reason_to_withhold(claim, terms, now)
        if reason is None:
            released.add(claim)
        else:
            withheld[claim] = reason
    return Release(frozenset(released), withheld)


def _reason_to_withhold(claim: str, terms: Terms, now: datetime) -> Withheld | None:
    if claim not in CATALOGUE:
        return Withheld.UNKNOWN_CLAIM
    use = terms.registered.get(claim)
    if use is None:
        return Withheld.NOT_REGISTERED
    if terms.consent is None:
        return Withheld.NO_GRANT
    if not terms.consent.live(now):
        return Withheld.GRANT_ENDED
    if claim not in terms.consent.claims:
        return Withheld.NOT_CONSENTED
    if claim in terms.consent.until and terms.consent.until[claim] <= now:
        return Withheld.TERM_OVER
    if claim not in terms.profile.claims:
        return Withheld.NOT_IN_PROFILE
    if use.purposes.isdisjoint(terms.profile.purposes):
        return Withheld.PURPOSE_NOT_ALLOWED
    if claim not in terms.held:
        return Withheld.NOT_HELD
    return None
