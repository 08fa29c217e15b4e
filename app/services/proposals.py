"""What a person may decide about one client: the picker's cards for a request, and what stepping down would leave.

Reads only; ``services.consents`` takes the decisions, by these same proposals.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from app.domain.authorization_request import AuthorizationRequest, asked_at, offered_levels
from app.domain.claim_terms import ClaimTerms, cut_off, in_force
from app.domain.clients import Business, Client
from app.domain.collection import Collection
from app.domain.consent import Difference, difference, still_given
from app.domain.grant_versions import ending_with, narrowed, within
from app.domain.grants import Grant
from app.domain.intended_use import LevelUse
from app.domain.levels import Level
from app.domain.profiles import Profile, without
from app.domain.proposals import Proposal, propose
from app.domain.release import Asked
from app.services import agreed_terms
from app.services.release import held_values
from app.services.wiring import Services
from app.storage import grant_versions, grants, profiles, subjects, time_marks


@dataclass(frozen=True)
class Card:
    """One level on the picker: what sharing it releases, with the real values, and what of it is new."""

    proposal: Proposal
    use: LevelUse
    values: Mapping[str, Any] = field(repr=False)
    """Of every claim in ``proposal.claims`` and ``proposal.extras``."""
    difference: Difference | None
    """Against the running grant; None when there is none to compare with."""
    known: frozenset[str]
    """Claims the business gets already and goes on getting."""
    before: frozenset[str]
    """Claims the person shared here last time, running or not."""
    last_time: bool
    shown: str
    """What a form posts back to say which card was on screen."""
    objected: frozenset[str] = frozenset()
    """Purposes the person switched off here; that stays so whatever they share."""
    renamed: bool = False
    """The business took another name or address by itself since the person last decided."""
    agreed: Mapping[str, ClaimTerms] = field(default_factory=dict)
    """Of the claims in ``known``: those that are not on the card keep these terms, until the grant ends."""


def cards(
    services: Services,
    db: Connection,
    request: AuthorizationRequest,
    client: Client,
    person_id: str,
    persona_id: str,
    now: datetime,
    *,
    ticked: frozenset[str] = frozenset(),
) -> tuple[Card, ...]:
    """One card per level the person may choose, low first, for one persona of the person."""
    use = client.business.intended_use
    own_profiles = profiles.of_persona(db, person_id, persona_id)
    if not own_profiles:
        return ()
    values = held_values(services, db, person_id, persona_id)
    latest = grants.latest(db, persona_id, client.id)
    seen_at = time_marks.seen(db, now)
    running, objected = continued(request, latest, seen_at), objections(latest, seen_at)
    agreed = {} if running is None else in_force(agreed_terms.of(db, running), seen_at)
    asked_before = frozenset[str]() if running is None else grant_versions.asked_before(db, running.id)
    held = frozenset(values)
    found = []
    for level in offered_levels(request, use, None if running is None else running.level):
        profile, beside = own_profiles[level], standing(services, request, client, running, agreed, own_profiles, level)
        proposal = proposed(
            services, request, client, profile, held, now, ticked, beside, agreed=agreed, objected=objected
        )
        known = _known(request, beside, proposal)
        found.append(
            Card(
                proposal=proposal,
                use=use.levels[level],
                values={name: values[name] for name in proposal.claims | proposal.extras},
                difference=None if beside is None else difference(beside, agreed, proposal, asked_before),
                known=known,
                before=frozenset() if latest is None else latest.claims,
                last_time=latest is not None and level is latest.level,
                shown=shown(proposal, beside, client.business),
                objected=objected,
                renamed=latest is not None and not client.business.known_since(latest.given_at),
                agreed=_kept(agreed, known, beside, proposal),
            )
        )
    return tuple(found)


def standing(
    services: Services,
    request: AuthorizationRequest,
    client: Client,
    running: Grant | None,
    agreed: Mapping[str, ClaimTerms],
    own_profiles: Mapping[Level, Profile],
    level: Level,
) -> Grant | None:
    """What of the running grant a card of this level is compared with, and comes beside when it is merged.

    ``agreed`` are its terms in force. A merge upwards takes it all to the higher level, but for what the person's own
    profile leaves out there.
    """
    if running is None:
        return None
    given = still_given(running, agreed, client.business.intended_use, services.policy)
    steps_up = request.grant_action == "merge" and level > running.level
    return within(given, agreed, own_profiles[level])[0] if steps_up else given


def proposed(  # noqa: PLR0913 - as propose, and what stands already
    services: Services,
    request: AuthorizationRequest,
    client: Client,
    profile: Profile,
    held: frozenset[str],
    now: datetime,
    ticked: frozenset[str],
    running: Grant | None,
    *,
    agreed: Mapping[str, ClaimTerms],
    objected: frozenset[str],
) -> Proposal:
    """The card of one profile. With ``merge`` an extra given before stays given, and is not asked again.

    Where its business wants it for more by now, that is an extra of its own: who leaves it gives it as it was agreed.
    The permission to collect that goes on is on the card whole, however little of it is asked: it begins anew with it.
    And what is added below the level of the grant ends with the grant, whatever it would have lasted by itself.
    """
    use = client.business.intended_use
    beside = running if request.grant_action == "merge" else None
    kept = frozenset[str]() if beside is None else beside.claims - _widened(services, client, profile, agreed, objected)
    proposal = propose(
        asked_at(request, use, services.policy, profile.level),
        use,
        services.policy,
        profile,
        held,
        now,
        ticked=ticked | kept,
        wanted_collection=_wanted_collection(request, beside),
        offline=request.offline,
        objected=objected,
    )
    proposal = replace(proposal, extras=proposal.extras - kept)
    return proposal if beside is None or proposal.level >= beside.level else ending_with(beside, proposal)


def _widened(
    services: Services, client: Client, profile: Profile, agreed: Mapping[str, ClaimTerms], objected: frozenset[str]
) -> frozenset[str]:
    """The claims that the business wants for more than was agreed, as far as the person's own profile allows it."""
    registered = client.business.intended_use.registered(services.policy, profile.level)
    allowed = without(profile, objected).purposes
    return frozenset(
        name for name in registered.keys() & agreed if not registered[name].purposes & allowed <= agreed[name].purposes
    )


def _wanted_collection(request: AuthorizationRequest, beside: Grant | None) -> Collection | None:
    asked, given = request.collection, None if beside is None else beside.collection
    return given if asked is not None and given is not None and given.covers(asked) else asked


def shown(proposal: Proposal, running: Grant | None, business: Business) -> str:
    """The same for two cards that promise the same beside the same to the same: not after it stopped or was renamed."""
    beside = "" if running is None else f".{running.id}.{running.version}"
    renamed_at = business.identity_changed_at
    return f"{proposal.fingerprint}{beside}{'' if renamed_at is None else f'.{renamed_at.isoformat()}'}"


def continued(request: AuthorizationRequest, latest: Grant | None, now: datetime) -> Grant | None:
    """The live grant a decision on this request goes on with; None when it makes a new one."""
    if latest is None or not latest.live(now) or request.grant_action == "create":
        return None
    return latest


def objections(latest: Grant | None, now: datetime) -> frozenset[str]:
    """The purposes an objection stands against, as long as the person shares here; a new grant inherits it."""
    return latest.objected if latest is not None and latest.live(now) else frozenset()


def persona_meant(db: Connection, request: AuthorizationRequest, client: Client, person_id: str) -> str | None:
    """The only persona that can answer this request, when a hinted sub or a grant_id says which; None when any may."""
    if request.grant_id is not None:
        grant = grants.find(db, request.grant_id)
        return grant.persona_id if grant is not None and grant.person_id == person_id else None
    if request.hinted_sub is not None:
        return subjects.persona_of(db, client.sector, request.hinted_sub)
    return None


def persona_of_last_visit(db: Connection, person_id: str, client_id: str, now: datetime) -> str | None:
    """The persona that shares with this client now, the latest decision first; None when none does."""
    return next((grant.persona_id for grant in grants.running(db, person_id, client_id) if grant.live(now)), None)


def stepped_down(
    services: Services, db: Connection, grant: Grant, client: Client, level: Level, now: datetime
) -> Proposal | None:
    """What the grant would be at a lower level, never more than it is; None when there is no such way down."""
    use = client.business.intended_use
    profile = profiles.of_persona(db, grant.person_id, grant.persona_id).get(level)
    if level >= grant.level or level not in use.levels or profile is None:
        return None
    held = frozenset(held_values(services, db, grant.person_id, grant.persona_id))
    agreed = in_force(agreed_terms.of(db, grant), time_marks.seen(db, now))
    whole = propose(
        Asked(userinfo=grant.claims),
        use,
        services.policy,
        profile,
        held,
        now,
        ticked=grant.claims,
        offline=grant.offline,
        objected=grant.objected,
    )
    return narrowed(still_given(grant, agreed, use, services.policy), agreed, whole)


def _known(request: AuthorizationRequest, running: Grant | None, proposal: Proposal) -> frozenset[str]:
    if running is None:
        return frozenset()
    return running.claims if request.grant_action == "merge" else running.claims & proposal.claims


def _kept(
    agreed: Mapping[str, ClaimTerms], known: frozenset[str], running: Grant | None, proposal: Proposal
) -> Mapping[str, ClaimTerms]:
    """The terms of what goes on: no longer than a card that is not below the grant, since both end together."""
    kept = {name: agreed[name] for name in known}
    if running is None or proposal.level < running.level:
        return kept
    return {name: cut_off(item, proposal.ends_at) for name, item in kept.items()}
