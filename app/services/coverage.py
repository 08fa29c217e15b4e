"""Whether a grant the person gave before already covers a request. Reads only; a silent login asks nothing else."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from app.domain.authorization_request import AuthorizationRequest, accepted_levels, asked_at, offered_levels
from app.domain.claim_terms import in_force
from app.domain.clients import Client
from app.domain.consent import covers, levels_within
from app.domain.grants import Grant
from app.domain.levels import Level
from app.domain.profiles import Profile, narrowed_by
from app.domain.proposals import Proposal, propose
from app.domain.release import Asked, Withheld
from app.services import agreed_terms
from app.services.wiring import Services
from app.storage import held, running_grants, time_marks
from app.storage.running_grants import Running

_BY_THE_PERSON = frozenset({Withheld.NOT_IN_PROFILE, Withheld.PURPOSE_NOT_ALLOWED})


@dataclass(frozen=True)
class Coverage:
    """The grant a login can be answered under, at which level, and the claims its tokens may pin."""

    grant: Grant
    level: Level
    asked: Asked


def covering(
    services: Services,
    db: Connection,
    request: AuthorizationRequest,
    client: Client,
    person_id: str,
    now: datetime,
    *,
    given: str | None = None,
) -> Coverage | None:
    """The grant a request can be answered under as it stands, or None: then the person is asked.

    That is the latest choice, and no other: what another persona gave before would tell the client that two subs are
    one person. A hinted sub or a grant_id says whose choice is meant. A request that somebody answered is covered by
    the grant they gave (``given``): they may have answered at low without naming it, and below the highest level named.

    Two selects.
    """
    found = _meant(running_grants.of(db, person_id, client.id), request, given)
    if found is None or not found.grant.live(now) or found.grant.paused_at is not None:
        return None
    grant = found.grant
    if not client.business.known_since(grant.given_at):
        return None
    use = client.business.intended_use
    levels = accepted_levels(request, use) if given is None else offered_levels(request, use, None)
    names = held.names(db, person_id, [grant.persona_id])[grant.persona_id]
    agreed = in_force(agreed_terms.read(found.agreed_terms), time_marks.later(found.seen_at, now))
    for level in levels_within(grant, levels):
        for profile in _own(found, level, answered=given is not None):
            proposal = _proposed(services, request, client, grant, profile, names, now)
            if proposal.complete and covers(grant, agreed, proposal, found.asked_before, came_down=found.came_down):
                asked = asked_at(request, use, services.policy, level)
                # What an objection or the own profile keeps back is not pinned: no token of now gets it later.
                pinned = grant.claims - _kept_back(proposal)
                return Coverage(grant, level, Asked(asked.userinfo & pinned, asked.id_token & pinned))
        # A lower level answers for what was just given, since a merge can leave a grant of more as it was; and for who
        # was shown this very card last time and chose a lower one.
        if given is None:
            card = _proposed(services, request, client, grant, found.profiles[level], names, now)
            if card.fingerprint != grant.passed_over:
                return None
    return None


def paused(
    db: Connection, request: AuthorizationRequest, client: Client, person_id: str, now: datetime
) -> Grant | None:
    """The grant this request would be answered under, were it not paused: the latest choice, when that is."""
    found = _meant(running_grants.of(db, person_id, client.id), request, None)
    return None if found is None or not found.grant.live(now) or found.grant.paused_at is None else found.grant


def _meant(running: Sequence[Running], request: AuthorizationRequest, given: str | None) -> Running | None:
    """The latest choice among those the request can mean."""

    def may_be(grant: Grant) -> bool:
        hinted = request.hinted_sub in (None, grant.sub)
        return hinted and request.grant_id in (None, grant.id) and given in (None, grant.id)

    found = next((each for each in running if may_be(each.grant)), None)
    is_named = any((request.hinted_sub, request.grant_id, given))
    return None if found is None or (found.outdone and not is_named) else found


def _own(running: Running, level: Level, *, answered: bool) -> Iterator[Profile]:
    """The profiles under which a request may be covered: their own of the level; and below the level given that one
    without what they leave out at the level given, since they are not asked for it again below.
    """
    yield running.profiles[level]
    if not answered and level < running.grant.level:
        yield narrowed_by(running.profiles[level], running.profiles[running.grant.level])


def _proposed(
    services: Services,
    request: AuthorizationRequest,
    client: Client,
    grant: Grant,
    profile: Profile,
    names: frozenset[str],
    now: datetime,
) -> Proposal:
    use = client.business.intended_use
    return propose(
        asked_at(request, use, services.policy, profile.level),
        use,
        services.policy,
        profile,
        names,
        now,
        wanted_collection=request.collection,
        offline=request.offline,
        objected=grant.objected,
    )


def _kept_back(proposal: Proposal) -> frozenset[str]:
    return frozenset(name for name, why in proposal.withheld.items() if why in _BY_THE_PERSON)
