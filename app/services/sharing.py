"""What a person sees of their sharing: who has what, what happened when, and what could be lowered. Reads only."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection

from app.domain.cases import items_of
from app.domain.claim_terms import ClaimTerms, duties, without_given_up_duties
from app.domain.clients import Client
from app.domain.collection import Collection, kept_collection
from app.domain.consent import kept_off, still_given
from app.domain.grants import EndReason, Grant, Standing
from app.domain.holding import Holding, holding
from app.domain.levels import Level
from app.domain.proposals import Proposal
from app.domain.purposes import purpose_ids
from app.domain.retention import ask_at
from app.services import agreed_terms, personas
from app.services.personas import Persona
from app.services.proposals import shown, stepped_down
from app.services.release import readable_values
from app.services.wiring import Services
from app.storage import disclosures, grant_versions, grants, profiles, refused_requests, shared_grants, time_marks
from app.storage.disclosures import Handed
from app.storage.grant_versions import Version
from app.storage.refused_requests import RefusedRequest


class State(StrEnum):
    """How a grant stands now. One past its end date has ended, whether or not a job has come by."""

    LIVE = "live"
    ENDING = "ending"
    PAUSED = "paused"
    STOPPED = "stopped"
    ENDED = "ended"


@dataclass(frozen=True)
class Shared:
    """One grant as its giver sees it."""

    grant: Grant
    client: Client
    state: State
    last_used_at: datetime | None
    persona: Persona | None
    """None while the person has only one, and for one they removed."""
    terms: Mapping[str, ClaimTerms]
    """Per claim, as agreed in the newest version of the grant, but for duties its business has given up since."""
    duties: Mapping[str, ClaimTerms]
    """What the law makes its business keep of all it was ever given under the grant, shared still or not."""
    given: frozenset[str]
    """The claims the business gets, or got: under a paused grant those it gets again."""
    undeclared: frozenset[str]
    """Claims of a running grant that the business no longer asks for: it gets them no more, but may have kept them."""
    collecting: Collection | None
    """What the business may collect: of a running grant what it declares of it still, of an ended one what it might."""
    purposes: frozenset[str]
    """Ids of what it is given for, without those objected to: of a running grant what its business still declares."""
    beside: Sequence["Shared"] = ()
    """The other grants that run at the same business, of another persona or through another client."""

    @property
    def giving(self) -> bool:
        """Whether its business can get anything under it now: not while it is paused or its connection closed."""
        return self.running and self.grant.paused_at is None and not self.closed

    @property
    def closed(self) -> bool:
        """Whether it runs, but the connection of its client with us does not."""
        return self.running and self.client.standing is not Standing.ACTIVE

    @property
    def more_goes_on(self) -> bool:
        """Whether its business gets something under another grant, too: stopping this one does not stop that."""
        return any(each.giving for each in self.beside)

    @property
    def running(self) -> bool:
        """Whether it is not over; under a paused one the business gets nothing until it is resumed."""
        return self.state in (State.LIVE, State.ENDING, State.PAUSED)

    def kept_by_law(self, now: datetime) -> Mapping[str, ClaimTerms]:
        """The claims its business has to keep when the grant is over."""
        return {name: item for name, item in self.duties.items() if now < item.until}

    def kept_of_before(self, now: datetime) -> Mapping[str, ClaimTerms]:
        """Those of a running grant that it is not given any more; it has none that it never fetched."""
        if not self.running or self.last_used_at is None:
            return {}
        current = self.given | self.undeclared
        return {name: item for name, item in self.kept_by_law(now).items() if name not in current}

    @property
    def over_at(self) -> datetime:
        """When it ends, or ended."""
        return self.grant.ended_at or self.grant.ends_at


@dataclass(frozen=True)
class Relation:
    """Everything between the person and one business, seen from one grant."""

    shared: Shared
    others: Sequence[Shared]
    """The person's other grants to the same business, running and ended."""
    decisions: Sequence[Version]
    """About all of these grants, oldest first."""
    handed: Sequence[Handed]
    """Latest first."""
    readable: Mapping[str, Any] | None = field(repr=False)
    """The values the business can read at this moment; None when it can read nothing."""


@dataclass(frozen=True)
class WayDown:
    """A lower level the person can go back to."""

    proposal: Proposal
    goes: frozenset[str]
    loses_collection: bool
    loses_purposes: bool
    shown: str
    """What a form posts back to say which way was on screen."""


def overview(services: Services, person_id: str, now: datetime) -> tuple[Shared, ...]:
    """Every grant of the person: running ones first, latest decision first; then the ended, latest end first."""
    own = personas.of_person(services, person_id)
    with services.database.read() as db:
        all_shared = _shared(services, db, person_id, own, now)
    running = [shared for shared in all_shared if shared.running]
    over = sorted((shared for shared in all_shared if not shared.running), key=lambda it: it.over_at, reverse=True)
    return (*running, *over)


def one(services: Services, person_id: str, grant_id: str, now: datetime) -> Shared | None:
    """One grant of the person; None when it is nobody's or somebody else's."""
    own = personas.of_person(services, person_id)
    with services.database.read() as db:
        found = _one(services, db, person_id, grant_id, own, now)
    return None if found is None else found[0]


def relation(services: Services, person_id: str, grant_id: str, now: datetime) -> Relation | None:
    """Everything about one grant and its business; None when the grant is not this person's."""
    own = personas.of_person(services, person_id)
    with services.database.read() as db:
        found = _one(services, db, person_id, grant_id, own, now)
        if found is None:
            return None
        shared, others = found
        business_id = shared.grant.business_id
        # What was given at this very moment, since those were read, comes with the next look.
        known = {each.grant.id for each in (shared, *others)}
        decisions = grant_versions.of_business(db, person_id, business_id)
        return Relation(
            shared=shared,
            others=others,
            decisions=[version for version in decisions if version.grant_id in known],
            handed=disclosures.by_day(db, person_id, business_id),
            readable=readable_values(services, db, shared.grant, now),
        )


def refused(services: Services, person_id: str) -> Sequence[tuple[RefusedRequest, Client]]:
    """Every request the person answered by sharing nothing, latest first, with who asked."""
    with services.database.read() as db:
        return refused_requests.of_person(db, services.policy, person_id)


def ways_down(services: Services, shared: Shared, now: datetime) -> tuple[WayDown, ...]:
    """The levels below that the person can go back to, low first, by the same proposals that would be taken."""
    grant = shared.grant
    with services.database.read() as db:
        proposals = [stepped_down(services, db, grant, shared.client, level, now) for level in Level]
    return tuple(
        WayDown(
            proposal=proposal,
            goes=shared.given - proposal.claims,
            loses_collection=shared.collecting is not None and proposal.collection is None,
            loses_purposes=not shared.purposes <= purpose_ids(proposal.purposes),
            shown=shown(proposal, grant, shared.client.business),
        )
        for proposal in proposals
        if proposal is not None
    )


def all_given(services: Services, person_id: str) -> Mapping[str, frozenset[str]]:
    """What the business was given under each grant of a person, a step down since or not: items as a case asks them."""
    with services.database.read() as db:
        found = grant_versions.given_of_person(db, person_id)
    given: dict[str, frozenset[str]] = {}
    for grant_id, claims, collection in found:
        items = items_of(claims, [kept_collection(collection)])
        given[grant_id] = given.get(grant_id, frozenset()) | items
    return given


def _one(
    services: Services, db: Connection, person_id: str, grant_id: str, own: Sequence[Persona], now: datetime
) -> tuple[Shared, Sequence[Shared]] | None:
    """One grant of the person, and the others to its business; nothing is read of any other business."""
    grant = grants.find(db, grant_id)
    if grant is None or grant.person_id != person_id:
        return None
    found = {each.grant.id: each for each in _shared(services, db, person_id, own, now, grant.business_id)}
    return found.pop(grant_id), tuple(found.values())


def _shared(
    services: Services,
    db: Connection,
    person_id: str,
    own: Sequence[Persona],
    now: datetime,
    business_id: str | None = None,
) -> list[Shared]:
    """Every grant of the person, or all those to one business."""
    now, last_used = time_marks.seen(db, now), disclosures.last_of_each(db, person_id, business_id)
    agreed = agreed_terms.of_every_version(db, person_id, business_id)
    whose = {persona.id: persona for persona in own} if len(own) > 1 else {}
    own_profiles = profiles.of_person(db, person_id)
    found = []
    for grant, client in shared_grants.of_person(db, services.policy, person_id, business_id):
        use, live, over_at = client.business.intended_use, grant.live(now), grant.ended_at or grant.ends_at
        declared = use.registered(services.policy, grant.level)
        versions = agreed.get(grant.id, [])
        terms = without_given_up_duties(versions[-1][1] if versions else {}, declared, over_at)
        allowed = own_profiles.get(grant.persona_id, {})
        held = holding(grant, terms, use, services.policy, allowed, now) if live else _was(grant, terms)
        found.append(
            Shared(
                grant=grant,
                client=client,
                state=_state(grant, now),
                last_used_at=last_used.get(grant.id),
                persona=whose.get(grant.persona_id),
                terms=terms,
                duties=duties(versions, use, services.policy, over_at),
                given=held.claims,
                undeclared=grant.claims - still_given(grant, terms, use, services.policy).claims
                if live
                else frozenset(),
                collecting=held.collection,
                purposes=held.purposes,
            )
        )
    running: dict[str, list[Shared]] = defaultdict(list)
    for each in found:
        if each.running:
            running[each.grant.business_id].append(each)
    return [
        replace(each, beside=tuple(it for it in running[each.grant.business_id] if it is not each)) for each in found
    ]


def _was(grant: Grant, terms: Mapping[str, ClaimTerms]) -> Holding:
    """What an ended grant gave, without what was objected to."""
    given = grant.claims - kept_off(grant, terms)
    return Holding(given, purpose_ids(grant.purposes) - grant.objected, grant.collecting)


def _state(grant: Grant, now: datetime) -> State:
    if grant.end_reason is EndReason.WITHDRAWN:
        return State.STOPPED
    if not grant.live(now):
        return State.ENDED
    if grant.paused_at is not None:
        return State.PAUSED
    return State.ENDING if now >= ask_at(grant.given_at, grant.ends_at) else State.LIVE
