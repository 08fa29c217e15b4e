"""The decisions a person takes about one business: give, step up, step down, stop. Each is one transaction.

Decisions of one person wait for each other: a grant, its version and its receipt are one step in one chain.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid4

from sqlalchemy import Connection

from app.domain.authorization_request import AuthorizationRequest, asked_in, offered_levels
from app.domain.claim_terms import ClaimTerms, claim_terms, going_on, in_force
from app.domain.clients import Client
from app.domain.errors import Refusal
from app.domain.grant_versions import extras, merged, next_version, without_extra
from app.domain.grants import Act, EndReason, Grant
from app.domain.holding import NOTHING, holding
from app.domain.levels import Level
from app.domain.profiles import Profile
from app.domain.proposals import Proposal
from app.services import agreed_terms, endings, events, expiry, grant_versions, own_grants, proposals, receipts
from app.services.proposals import proposed, shown, stepped_down
from app.services.receipts import Notice
from app.services.release import held_values
from app.services.wiring import Services
from app.storage import authorization_requests as requests
from app.storage import grants, people, profiles, subjects, time_marks


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
        latest = grants.latest(db, choice.persona_id, client.id)
        seen_at = time_marks.seen(db, now)
        running = proposals.continued(request, latest, seen_at)
        objected = proposals.objections(latest, seen_at)
        if latest is not None and latest.live(seen_at) and latest.paused_at is not None:
            raise Refusal("paused", "Sharing is paused.")
        grant_id = uuid4().hex if running is None else running.id
        if not requests.decide(db, request_id, person_id, grant_id, now):
            raise Refusal("already_decided", "This request was answered before.")
        own_profiles = _profiles_to_choose_from(db, request, client, person_id, choice, running)
        held = frozenset(held_values(services, db, person_id, choice.persona_id))
        profile = own_profiles[choice.level]
        agreed = {} if running is None else agreed_terms.of(db, running)
        use, in_term = client.business.intended_use, in_force(agreed, seen_at)
        beside = proposals.standing(services, request, client, running, in_term, own_profiles, choice.level)
        proposal = proposed(
            services, request, client, profile, held, now, choice.ticked, beside, agreed=in_term, objected=objected
        )
        # A whole card still means what it said when another window was first; one beside what stopped since does not.
        if choice.shown not in {shown(proposal, each, client.business) for each in (None, running)}:
            raise Refusal("card_changed", "The card has changed since it was shown.")
        if not proposal.complete:
            raise Refusal("incomplete", "A required claim is missing.")
        if beside is not None:
            grant = _decided_again(beside, proposal, request.grant_action, client, now)
            if not grant_versions.replaced(db, beside, grant):
                raise Refusal("card_changed", "The grant was changed meanwhile.")
        else:
            if latest is not None and latest.ended_at is None:
                _make_room(services, db, client, latest, seen_at, now)
            sub = subjects.of(db, choice.persona_id, client.sector)
            grant = replace(_new(grant_id, person_id, choice.persona_id, client, sub, proposal, now), objected=objected)
            grants.add(db, grant)
        terms = _terms(services, client, own_profiles[grant.level], grant, proposal, agreed)
        act = Act.CHANGE if running else Act.GIVE
        asked = asked_in(request, use, services.policy)
        receipts.write(services, db, grant, client, act, terms, notice, now, asked=asked)
        had = NOTHING
        if running is not None:
            had = holding(running, agreed, use, services.policy, own_profiles, seen_at)
        has = holding(grant, terms, use, services.policy, own_profiles, seen_at)
        events.announce_change(db, running, grant, now, had, has)
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


def _profiles_to_choose_from(
    db: Connection, request: AuthorizationRequest, client: Client, person_id: str, choice: Choice, running: Grant | None
) -> Mapping[Level, Profile]:
    own_profiles = profiles.of_persona(db, person_id, choice.persona_id)
    meant = proposals.persona_meant(db, request, client, person_id)
    offered = offered_levels(request, client.business.intended_use, None if running is None else running.level)
    if choice.level not in offered or choice.level not in own_profiles:
        raise Refusal("not_accepted", "This level was not asked for, or the persona is not this person's.")
    if meant not in (None, choice.persona_id):
        raise Refusal("not_accepted", "The request is about another persona.")
    return own_profiles


def _make_room(
    services: Services, db: Connection, client: Client, latest: Grant, seen_at: datetime, now: datetime
) -> None:
    """One persona has one running grant at one client: the one before a new one ends, with its own receipt."""
    if latest.live(seen_at):
        endings.end(services, db, latest, client, EndReason.REPLACED, endings.NO_WORDS, now)
    else:
        expiry.expire(services, db, latest, client, now)


def _new(
    grant_id: str, person_id: str, persona_id: str, client: Client, sub: str, proposal: Proposal, now: datetime
) -> Grant:
    return Grant(
        id=grant_id,
        version=1,
        person_id=person_id,
        persona_id=persona_id,
        business_id=client.business.id,
        client_id=client.id,
        sub=sub,
        level=proposal.level,
        claims=proposal.claims,
        purposes=proposal.purposes,
        retention=proposal.retention,
        collection=proposal.collection,
        offline=proposal.offline,
        first_given_at=now,
        given_at=now,
        ends_at=proposal.ends_at,
    )


def _decided_again(running: Grant, proposal: Proposal, action: str | None, client: Client, now: datetime) -> Grant:
    """The next version of a grant: what the card says, and with ``merge`` also what the grant holds beside it."""
    if action != "merge":
        return next_version(running, proposal, now)
    # What lies above the card was not decided on anew, so its terms keep running from the day they were agreed.
    # But whom all of it is shared with is decided on anew when a business appears under another name.
    if proposal.level < running.level and client.business.known_since(running.given_at):
        return next_version(running, merged(running, proposal), running.given_at)
    left = running.collection and running.collection.rest(running.given_at, now)
    return next_version(running, merged(replace(running, collection=left), proposal), now)


def _terms(
    services: Services,
    client: Client,
    allowed: Profile,
    grant: Grant,
    proposal: Proposal,
    agreed: Mapping[str, ClaimTerms],
) -> Mapping[str, ClaimTerms]:
    """The terms that were on the card; what was not on it stays as it was agreed."""
    use = client.business.intended_use
    today = claim_terms(grant.claims, use, services.policy, allowed, grant.given_at, grant.ends_at)
    before = going_on(today, agreed, grant.ends_at)
    on_card = {name: proposal.terms[name] for name in proposal.claims}
    if proposal.level < grant.level:
        on_card = {name: _beside(item, before.get(name)) for name, item in on_card.items()}
    return {**before, **on_card}


def _beside(terms: ClaimTerms, before: ClaimTerms | None) -> ClaimTerms:
    """The terms of a card beside those agreed at a level above it: no purpose and no day is taken from them."""
    if before is None:
        return terms
    until = max(terms.until, before.until)
    if terms.purposes <= before.purposes:
        return replace(before, until=until)
    return replace(terms, purposes=terms.purposes | before.purposes, until=until)
