"""What a person may decide about one client: the picker's cards for a request, and what stepping down would leave.

Reads only; ``services.consents`` takes the decisions, by these same proposals.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from app.domain.authorization_request import AuthorizationRequest
from app.domain.claim_terms import ClaimTerms, in_force
from app.domain.clients import Business, Client
from app.domain.consent import Difference, difference, kept_off, still_given
from app.domain.grant_versions import narrowed
from app.domain.grants import Grant
from app.domain.levels import Level
from app.domain.picker import Picker
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
    values: Mapping[str, Any] = field(repr=False)
    """Of every claim in ``proposal.claims`` and ``proposal.extras``."""
    difference: Difference | None
    """Against the running grant; None when there is none to compare with."""
    known: frozenset[str]
    """Claims the business gets already and goes on getting."""
    goes: frozenset[str]
    """Claims it gets now, and would no longer: the card takes the place of what is shared."""
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
    """Of the claims in ``known``: those that are not on the card keep these terms, by the rule that the decision is
    kept by."""
    ends: bool = False
    """Whether what is shared now ends with the decision, because its client asked to begin anew."""


def picker(
    services: Services,
    db: Connection,
    request: AuthorizationRequest,
    client: Client,
    person_id: str,
    persona_id: str,
    now: datetime,
) -> Picker:
    """All that the cards of a request depend on, for one persona of the person."""
    own_profiles = profiles.of_persona(db, person_id, persona_id)
    found = Picker(
        request=request,
        client=client,
        policy=services.policy,
        profiles=own_profiles,
        values=held_values(services, db, person_id, persona_id) if own_profiles else {},
        latest=grants.latest(db, persona_id, client.id),
        now=now,
        seen_at=time_marks.seen(db, now),
    )
    return found if found.running is None else replace(found, agreed=agreed_terms.of(db, found.running))


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
    found = picker(services, db, request, client, person_id, persona_id, now)
    running = found.running
    asked_before = frozenset[str]() if running is None else grant_versions.asked_before(db, running.id)
    return tuple(_card(found, level, ticked, asked_before) for level in found.levels)


def _card(found: Picker, level: Level, ticked: frozenset[str], asked_before: frozenset[str]) -> Card:
    proposal, beside, agreed = found.proposal(level, ticked), found.beside(level), found.in_force
    latest, business = found.latest, found.client.business
    off = frozenset[str]() if beside is None else kept_off(beside, agreed)
    known = _known(found.request, beside, proposal) - off
    goes_on = {} if beside is None else found.going_on(found.decided_again(beside, proposal))
    return Card(
        proposal=proposal,
        values={name: found.values[name] for name in proposal.claims | proposal.extras},
        difference=None if beside is None else difference(beside, agreed, proposal, asked_before),
        known=known,
        goes=_given(beside or found.ending) - off - known - proposal.claims - proposal.extras,
        before=frozenset() if latest is None else latest.claims,
        last_time=latest is not None and level is latest.level,
        shown=shown(proposal, beside, business),
        objected=found.objected,
        renamed=latest is not None and not business.known_since(latest.given_at),
        agreed={name: goes_on[name] for name in known},
        ends=found.ending is not None,
    )


def _given(grant: Grant | None) -> frozenset[str]:
    return frozenset() if grant is None else grant.claims


def shown(proposal: Proposal, running: Grant | None, business: Business) -> str:
    """The same for two cards that promise the same beside the same to the same: not after it stopped or was renamed."""
    beside = "" if running is None else f".{running.id}.{running.version}"
    renamed_at = business.identity_changed_at
    return f"{proposal.fingerprint}{beside}{'' if renamed_at is None else f'.{renamed_at.isoformat()}'}"


def seen_beside(running: Grant, seen: str) -> bool:
    """Whether a card that was on screen stood beside this version of the grant: nothing was decided about it since."""
    return f".{running.id}.{running.version}." in f"{seen}."


def persona_meant(db: Connection, request: AuthorizationRequest, client: Client, person_id: str) -> str | None:
    """The only persona that can answer this request, when a hinted sub or a grant_id says which; None when any may."""
    if request.grant_id is not None:
        grant = grants.find(db, request.grant_id)
        return grant.persona_id if grant is not None and grant.person_id == person_id else None
    if request.hinted_sub is not None:
        subject = subjects.find(db, client.sector, request.hinted_sub)
        return None if subject is None else subject.persona_id
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
