"""Whether a grant the person gave before already covers a request. Reads only; a silent login asks nothing else."""

from collections.abc import Iterator
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
from app.storage import grants, held, running_grants, time_marks
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
    """The latest live grant that covers everything this request asks, or None: then the person is asked.

    A request that somebody answered is covered by the grant they gave (``given``) and by no other: they may have
    chosen a persona. It may have been answered at low without naming it, and below the highest level it names.

    Two selects. A hinted sub rules out the grants of other personas; a grant_id rules out every other grant.
    """
    candidates = [
        each for each in running_grants.of(db, person_id, client.id) if client.business.known_since(each.grant.given_at)
    ]
    use = client.business.intended_use
    levels = accepted_levels(request, use) if given is None else offered_levels(request, use, None)
    names = held.names(db, person_id, [each.grant.persona_id for each in candidates]) if candidates else {}
    for each in candidates:
        grant = each.grant
        if not grant.live(now) or grant.paused_at is not None or not _meant(request, grant):
            continue
        if given not in (None, grant.id):
            continue
        agreed = in_force(agreed_terms.read(each.agreed_terms), time_marks.later(each.seen_at, now))
        # Only what was just given may answer below the highest level: a merge can leave a grant of more as it was.
        for level in levels_within(grant, levels)[: 1 if given is None else None]:
            for profile in _own(each, level, answered=given is not None):
                proposal = _proposed(services, request, client, grant, profile, names, now)
                if proposal.complete and covers(grant, agreed, proposal, each.asked_before, came_down=each.came_down):
                    asked = asked_at(request, use, services.policy, level)
                    # What an objection or the own profile keeps back is not pinned: no token of now gets it later.
                    pinned = grant.claims - _kept_back(proposal)
                    return Coverage(grant, level, Asked(asked.userinfo & pinned, asked.id_token & pinned))
    return None


def paused(
    db: Connection, request: AuthorizationRequest, client: Client, person_id: str, now: datetime
) -> Grant | None:
    """The grant this request would be answered under, were it not paused: the latest decision, when that is."""
    running = grants.running(db, person_id, client.id)
    latest = next((each for each in running if each.live(now) and _meant(request, each)), None)
    return latest if latest is not None and latest.paused_at is not None else None


def _own(running: Running, level: Level, *, answered: bool) -> Iterator[Profile]:
    """The profiles under which a request may be covered: their own of the level; and below the level given that one
    without what they leave out at the level given, since they are not asked for it again below.
    """
    yield running.profiles[level]
    if not answered and level < running.grant.level:
        yield narrowed_by(running.profiles[level], running.profiles[running.grant.level])


def _meant(request: AuthorizationRequest, grant: Grant) -> bool:
    if request.hinted_sub is not None and request.hinted_sub != grant.sub:
        return False
    return request.grant_id is None or request.grant_id == grant.id


def _proposed(
    services: Services,
    request: AuthorizationRequest,
    client: Client,
    grant: Grant,
    profile: Profile,
    names: dict[str, frozenset[str]],
    now: datetime,
) -> Proposal:
    use = client.business.intended_use
    return propose(
        asked_at(request, use, services.policy, profile.level),
        use,
        services.policy,
        profile,
        names.get(grant.persona_id, frozenset()),
        now,
        wanted_collection=request.collection,
        offline=request.offline,
        objected=grant.objected,
    )


def _kept_back(proposal: Proposal) -> frozenset[str]:
    return frozenset(name for name, why in proposal.withheld.items() if why in _BY_THE_PERSON)
