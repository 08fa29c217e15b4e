"""Hands out what the release rule allows: gathers the live terms, asks ``decide``, opens only the released values."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from app.crypto.field_encryption import unwrap
from app.domain.claim_terms import ClaimTerms, claim_terms, going_on
from app.domain.claims import CATALOGUE
from app.domain.clients import Client
from app.domain.collection_check import still_collected
from app.domain.consent import agreed_profile, purposes_now
from app.domain.derived import with_derived, with_derived_names
from app.domain.errors import Refusal
from app.domain.granted_scope import granted_scope, left_of, level_left, narrowed_asked
from app.domain.grants import Grant, refusal_to_issue
from app.domain.holding import Holding, bounds, holding
from app.domain.levels import Level
from app.domain.profiles import Profile
from app.domain.release import Asked, Channel, Terms, Withheld, decide
from app.services import addresses, agreed_terms
from app.services.wiring import Services
from app.storage import disclosures, facts, profiles, standing, time_marks


@dataclass(frozen=True)
class Bearer:
    """What a code or token says of itself: the grant it stands under and what was pinned when it was issued."""

    client_id: str
    grant_id: str
    level: Level
    scopes: frozenset[str]
    asked: Asked
    origin: bytes = field(repr=False)
    """Digest of the code everything came from: denying it denies the whole family."""
    token: bytes = field(repr=False)
    """Digest of this one token."""
    session_id: str | None
    """None for access without the person present: it outlives the session."""


@dataclass(frozen=True)
class Opened:
    """A live grant as one token may use it, at the lower of the token's level and the grant's.

    ``scopes`` are those of the token that its client is still registered for; ``asked`` is what they still ask.
    ``profile`` has only the purposes that were agreed to at this business and not objected to since.
    """

    grant: Grant
    client: Client
    level: Level
    profile: Profile
    scopes: frozenset[str]
    asked: Asked
    agreed_terms: Mapping[str, Any]
    at: datetime
    """Now, or the latest moment seen: a clock that was set back makes no term longer."""
    wrapped_key: bytes = field(repr=False)

    @cached_property
    def agreed(self) -> Mapping[str, ClaimTerms]:
        """The terms per claim of the decision in force."""
        return agreed_terms.read(self.agreed_terms)

    def in_force(self, scopes: frozenset[str]) -> frozenset[str]:
        """Those of these scopes that open something now, as the answers with a token and about it state them."""
        given = self.asked.userinfo & self.grant.claims & self.profile.claims
        return granted_scope(scopes, self.level, given, offline=self.grant.offline)


@dataclass(frozen=True)
class Released:
    """The values that go out, and for every other claim asked why it does not."""

    values: Mapping[str, Any] = field(repr=False)
    withheld: Mapping[str, Withheld]

    @property
    def names(self) -> frozenset[str]:
        """The names of the released claims."""
        return frozenset(self.values)


def open_grant(services: Services, db: Connection, bearer: Bearer, now: datetime) -> Opened | str:
    """The gate of every token: the live grant, or the word for the log why it stays shut. One select.

    When the business no longer offers the level, or its client may no longer ask for it, the grant opens at the highest
    level below; that takes a second select.
    """
    found = standing.find(
        db,
        services.policy,
        grant_id=bearer.grant_id,
        level=bearer.level,
        origin=bearer.origin,
        token=bearer.token,
        session_id=bearer.session_id,
        idle_since=now - timedelta(seconds=services.settings.login.session_idle_s),
        now=now,
    )
    if found is None:
        return "no_grant"
    # A clock that was set back makes no grant younger.
    latest = time_marks.later(found.seen_at, now)
    shut = refusal_to_issue(found.person, found.client.standing, found.grant, bearer.client_id, latest)
    if shut is not None:
        return shut
    if found.denied:
        return "token_denied"
    if found.session_ended:
        return "session_ended"
    level, client = found.profile.level, found.client
    most = client.business.intended_use.offered(level_left(level, bearer.scopes, client.scopes))
    if most < level:
        return open_grant(services, db, replace(bearer, level=most), now)
    left = left_of(bearer.scopes, client.scopes)
    return Opened(
        grant=found.grant,
        client=client,
        level=level,
        profile=agreed_profile(found.grant, found.profile),
        scopes=left,
        asked=narrowed_asked(bearer.asked, bearer.scopes, left),
        agreed_terms=found.agreed_terms,
        at=latest,
        wrapped_key=found.wrapped_key,
    )


def release(services: Services, db: Connection, channel: Channel, opened: Opened) -> Released:
    """Decide and open the values for one channel. One select; none when nothing is asked of the channel."""
    grant = opened.grant
    if not opened.asked.through(channel):
        return Released({}, {})
    cipher = unwrap(services.secrets, opened.wrapped_key, grant.person_id)
    held = facts.of_persona(db, cipher, grant.person_id, grant.persona_id)
    decision = decide(channel, opened.asked, _terms(services, opened, with_derived_names(held)), opened.at)
    return Released(with_derived(held, decision.released), decision.withheld)


def _terms(services: Services, opened: Opened, held: frozenset[str]) -> Terms:
    use = opened.client.business.intended_use
    return bounds(opened.grant, opened.agreed, use, services.policy, opened.profile, held)


def held_values(services: Services, db: Connection, person_id: str, persona_id: str) -> dict[str, Any]:
    """Every value one persona holds, derived ones included: what the picker may show to the person. Two selects."""
    cipher = addresses.cipher(services, db, person_id)
    return with_derived(facts.of_persona(db, cipher, person_id, persona_id), CATALOGUE.keys())


def readable(services: Services, db: Connection, grant: Grant, now: datetime) -> frozenset[str]:
    """The claims of a grant its business may read now, whether the persona holds a value for them or not."""
    opened = open_grant(services, db, whole(grant), now)
    return frozenset() if isinstance(opened, str) else _holding(services, db, opened).claims


def readable_values(services: Services, db: Connection, grant: Grant, now: datetime) -> dict[str, Any] | None:
    """The values a business can read at this moment, by whichever of its tokens; None when it can read nothing."""
    opened = open_grant(services, db, whole(grant), now)
    if isinstance(opened, str):
        return None
    cipher = unwrap(services.secrets, opened.wrapped_key, grant.person_id)
    held = facts.of_persona(db, cipher, grant.person_id, grant.persona_id)
    return with_derived(held, _holding(services, db, opened).claims & with_derived_names(held))


def _holding(services: Services, db: Connection, opened: Opened) -> Holding:
    grant, use = opened.grant, opened.client.business.intended_use
    own = profiles.of_persona(db, grant.person_id, grant.persona_id)
    return holding(grant, opened.agreed, use, services.policy, own, opened.at)


def whole(grant: Grant) -> Bearer:
    """What a token for all of a grant would say of itself."""
    return Bearer(grant.client_id, grant.id, grant.level, frozenset(), Asked(grant.claims), b"", b"", None)


def record(db: Connection, grant: Grant, channel: Channel, names: frozenset[str], now: datetime) -> None:
    """Note that these claims go out through this channel; nothing to note when none do.

    Refusal invalid_grant when the grant is gone, its giver erased since it was opened: then nothing goes out.
    """
    if not names:
        return
    try:
        disclosures.add(db, grant.id, channel.value, names, now)
    except IntegrityError:
        raise Refusal("invalid_grant", "The grant is gone.", logged="no_grant") from None


def data_terms(services: Services, opened: Opened, released: Released) -> dict[str, Any]:
    """The data-terms claims of a login that asked for levels: what was agreed, machine-readable."""
    grant, use = opened.grant, opened.client.business.intended_use
    claims: dict[str, Any] = {
        "data_level": opened.level.word,
        "data_purposes": sorted(purposes_now(grant, use, opened.profile)),
        "data_retention": {"period": str(grant.retention), "until": int(grant.ends_at.timestamp())},
        "grant_id": grant.id,
        "consent_receipt": f"{services.settings.issuer}/receipts/{grant.id}/{grant.version}",
    }
    collection = still_collected(grant, use, services.policy, opened.profile, opened.at)
    if collection is not None:
        claims["data_collection"] = collection.as_detail()
    declared = claim_terms(released.names, use, services.policy, opened.profile, grant.given_at, grant.ends_at)
    held_to = going_on(declared, opened.agreed, grant.ends_at)
    if held_to:
        claims["data_terms"] = {
            name: {
                "purposes": sorted(terms.purposes),
                "ground": terms.ground.value,
                "until": int(terms.until.timestamp()),
            }
            for name, terms in held_to.items()
        }
    return claims
