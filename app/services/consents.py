"""The decisions a person takes about one business: give, step up, step down, stop. Each is one transaction.

Decisions of one person wait for each other: a grant, its version and its receipt are one step in one chain.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import Connection

from app.domain.authorization_request import AuthorizationRequest, asked_in
from app.domain.claim_terms import ClaimTerms
from app.domain.clients import Client
from app.domain.errors import Refusal
from app.domain.grant_versions import extras, next_version, without_extra
from app.domain.grants import Act, EndReason, Grant
from app.domain.holding import NOTHING, Holding, holding
from app.domain.levels import Level
from app.domain.picker import Picker
from app.domain.proposals import Proposal
from app.services import agreed_terms, endings, events, expiry, grant_versions, own_grants, proposals, receipts
from app.services.proposals import shown, stepped_down
from app.services.receipts import Notice
from app.services.wiring import Services
from app.storage import authorization_requests as requests
from app.storage import grants, people, subjects


@dataclass(frozen=True)
class Choice:
    """What the person posted: a level, ticked extras, and the mark of the card they saw."""

    persona_id: str
    level: Level
    ticked: frozenset[str]
    shown: str


def give(
    services: Services,
    request_id: str,
    request: AuthorizationRequest,
    client: Client,
    person_id: str,
    choice: Choice,
    notice: Notice,
    now: datetime,
) -> Grant:
    """Take the decision for one stored request: grant, version and receipt in one transaction.

    Refusal ``card_changed`` when the card no longer promises what was on screen, ``incomplete`` when a required
    claim is missing, ``not_accepted`` for a level not asked or a persona that cannot answer, ``already_decided``
    when this request was answered before, ``paused`` while what this persona shares here is paused. These codes are
    for our own screens; the request stays open for all but ``already_decided``.
    """
    with services.database.write() as db:
        people.lock(db, person_id)
        picker = proposals.picker(services, db, request, client, person_id, choice.persona_id, now)
        running = picker.running
        if picker.paused:
            raise Refusal("paused", "Sharing is paused.")
        grant_id = uuid4().hex if running is None else running.id
        if not requests.decide(db, request_id, person_id, grant_id, now):
            raise Refusal("already_decided", "This request was answered before.")
        if choice.level not in picker.levels:
            raise Refusal("not_accepted", "This level was not asked for, or the persona is not this person's.")
        if proposals.persona_meant(db, request, client, person_id) not in {None, choice.persona_id}:
            raise Refusal("not_accepted", "The request is about another persona.")
        proposal, beside = picker.proposal(choice.level, choice.ticked), picker.beside(choice.level)
        # A whole card still means what it said when another window was first; one beside what stopped since does not.
        if choice.shown not in {shown(proposal, each, client.business) for each in (None, running)}:
            raise Refusal("card_changed", "The card has changed since it was shown.")
        if not proposal.complete:
            raise Refusal("incomplete", "A required claim is missing.")
        if beside is not None:
            grant = picker.decided_again(beside, proposal)
            if not grant_versions.replaced(db, beside, grant):
                raise Refusal("card_changed", "The grant was changed meanwhile.")
        else:
            _make_room(services, db, picker)
            sub = subjects.of(db, choice.persona_id, client.sector)
            grant = _new(grant_id, person_id, choice.persona_id, sub, picker, proposal)
            grants.add(db, grant)
        terms, asked = picker.terms(grant, proposal), asked_in(request, picker.use, services.policy)
        act = Act.CHANGE if running else Act.GIVE
        receipts.write(services, db, grant, client, act, terms, notice, now, asked=asked)
        had = NOTHING if running is None else _holding(picker, running, picker.agreed)
        events.announce_change(db, running, grant, now, had, _holding(picker, grant, terms))
    return grant


def step_down(
    services: Services,
    grant_id: str,
    person_id: str,
    level: Level,
    notice: Notice,
    now: datetime,
    *,
    seen: str | None = None,
) -> Grant:
    """Narrow a live grant to a lower level; tokens already out obey at their next use.

    Refusal ``no_grant`` when it is not this person's live grant, ``not_lower`` when the level is not below,
    ``card_changed`` when what stays is no longer what was on screen; ``seen`` is None where there was no screen.
    """
    with services.database.write() as db:
        grant, client = own_grants.held(services, db, grant_id, person_id, now)
        cut = stepped_down(services, db, grant, client, level, now)
        if cut is None:
            raise Refusal("not_lower", "The level is not lower than the one in force.")
        if seen is not None and seen != shown(cut, grant, client.business):
            raise Refusal("card_changed", "The way down has changed since it was shown.")
        changed = next_version(grant, cut, grant.given_at)  # stepping down is no new start
        return grant_versions.take(services, db, grant, client, changed, cut.terms, notice, now)


def take_back(services: Services, grant_id: str, person_id: str, claim: str, notice: Notice, now: datetime) -> Grant:
    """Take one extra out of a live grant; tokens already out obey at their next use.

    Refusal ``no_grant`` when it is not this person's live grant, ``no_extra`` when its level needs the claim.
    """
    with services.database.write() as db:
        grant, client = own_grants.held(services, db, grant_id, person_id, now)
        if claim not in extras(grant, client.business.intended_use, services.policy):
            raise Refusal("no_extra", "The grant has no such extra.")
        before = agreed_terms.of(db, grant)
        terms = {name: item for name, item in before.items() if name != claim}
        changed = without_extra(grant, before, claim)
        return grant_versions.take(services, db, grant, client, changed, terms, notice, now)


def stop(services: Services, grant_id: str, person_id: str, notice: Notice, now: datetime) -> Grant:
    """End a live grant. From the commit on no token of it passes the gate, on any node.

    Refusal ``no_grant`` when it is not this person's, or ended already.
    """
    with services.database.write() as db:
        grant, client = own_grants.held(services, db, grant_id, person_id, now)
        return endings.end(services, db, grant, client, EndReason.WITHDRAWN, notice, now)


def _make_room(services: Services, db: Connection, picker: Picker) -> None:
    """One persona has one running grant at one client: the one before a new one ends, with its own receipt."""
    latest, client, now = picker.latest, picker.client, picker.now
    if latest is None or latest.ended_at is not None:
        return
    if latest.live(picker.seen_at):
        endings.end(services, db, latest, client, EndReason.REPLACED, endings.NO_WORDS, now)
    else:
        expiry.expire(services, db, latest, client, now)


def _new(grant_id: str, person_id: str, persona_id: str, sub: str, picker: Picker, proposal: Proposal) -> Grant:
    return Grant(
        id=grant_id,
        version=1,
        person_id=person_id,
        persona_id=persona_id,
        business_id=picker.client.business.id,
        client_id=picker.client.id,
        sub=sub,
        level=proposal.level,
        claims=proposal.claims,
        purposes=proposal.purposes,
        retention=proposal.retention,
        collection=proposal.collection,
        offline=proposal.offline,
        first_given_at=picker.now,
        given_at=picker.now,
        ends_at=proposal.ends_at,
        objected=picker.objected,
    )


def _holding(picker: Picker, grant: Grant, terms: Mapping[str, ClaimTerms]) -> Holding:
    return holding(grant, terms, picker.use, picker.policy, picker.profiles, picker.seen_at)
