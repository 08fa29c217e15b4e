"""A grant: what one person's persona allows one client now. And the one gate every token passes."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.domain.collection import Collection
from app.domain.levels import Level
from app.domain.release import Consent
from app.domain.retention import Period


class EndReason(StrEnum):
    """Why a grant ended."""

    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    REPLACED = "replaced"
    REVOKED_BY_CLIENT = "revoked_by_client"
    ACCOUNT_ERASED = "account_erased"
    LOST = "lost"
    """A backup was put back that does not know what was decided last."""


class Act(StrEnum):
    """The decisions a grant's append-only versions record; each has a receipt."""

    GIVE = "give"
    CHANGE = "change"
    WITHDRAW = "withdraw"
    EXPIRE = "expire"
    ERASE = "erase"


@dataclass(frozen=True)
class Grant:
    """The current version of one grant.

    ``given_at`` is when its terms began to run: the latest decision that gave something. ``first_given_at`` never
    moves.
    """

    id: str
    version: int
    person_id: str
    persona_id: str
    business_id: str
    client_id: str
    sub: str
    level: Level
    claims: frozenset[str]
    purposes: frozenset[str]
    retention: Period
    collection: Collection | None
    offline: bool
    first_given_at: datetime
    given_at: datetime
    ends_at: datetime
    ended_at: datetime | None = None
    end_reason: EndReason | None = None
    paused_at: datetime | None = None
    """Set while the person has frozen it (GDPR 18)."""
    objected: frozenset[str] = frozenset()
    """Ids of the purposes the person objected to (GDPR 21)."""
    asked_at: datetime | None = None
    """When the person was asked whether to extend it before this end."""
    passed_over: str | None = None
    """The fingerprint of the highest card within its level, when its giver chose a lower one beside it last time."""

    @property
    def consent(self) -> Consent:
        """The part of the grant the release rule reads."""
        return Consent(self.claims, self.ends_at, self.ended_at)

    @property
    def collecting(self) -> Collection | None:
        """What may be collected while its giver objects to some of the purposes, if anything."""
        return self.collection and self.collection.for_purposes(self.collection.purposes - self.objected)

    def live(self, now: datetime) -> bool:
        """Neither ended nor past its end date; a paused one is."""
        return self.consent.live(now)


class Standing(StrEnum):
    """Whether a person or a client may act."""

    ACTIVE = "active"
    DISABLED = "disabled"
    ERASING = "erasing"
    """A person who asked to be erased: nothing works any more, and the worker finishes what is left."""


def refusal_to_issue(
    person: Standing, client: Standing, grant: Grant | None, client_id: str, now: datetime
) -> str | None:
    """Why no token may be issued or honoured under this grant, in a word for the log; None when it may.

    Every grant type, userinfo and introspection ask this one question.
    """
    if client is not Standing.ACTIVE:
        return "client_disabled"
    if grant is None or grant.client_id != client_id:
        return "no_grant"
    if person is not Standing.ACTIVE:
        return "person_disabled"
    if not grant.live(now):
        return "grant_ended"
    if grant.paused_at is not None:
        return "grant_paused"
    return None
