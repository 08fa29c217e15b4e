"""Which shops a change of details or profiles reaches: those with a running grant for what changes."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from app.domain.clients import Client
from app.domain.grants import Grant
from app.domain.levels import Level
from app.services.release import readable
from app.services.wiring import Services
from app.storage import shared_grants, time_marks


@dataclass(frozen=True)
class Reached:
    """One shop that a change reaches, by its grant. Shops are told apart by ``business_id``: names may be the same."""

    grant_id: str
    business_id: str
    name: str
    """The business's own name, whatever its client is called."""
    level: Level


@dataclass(frozen=True)
class Audience:
    """The shops that have to do with some claims."""

    told: tuple[Reached, ...]
    """Those that may read one of them."""
    before: tuple[Reached, ...]
    """Those that were given one and may read none of them now: ended, paused, or kept back."""


def of_claims(services: Services, person_id: str, users: Mapping[str, Collection[str]], now: datetime) -> Audience:
    """Whom a change of one of these claims reaches, by the personas that use it and the rule that releases it."""
    told: list[Reached] = []
    before: list[Reached] = []
    with services.database.read() as db:
        for grant, client in shared_grants.of_person(db, services.policy, person_id):
            claims = users.get(grant.persona_id, ())
            if not grant.claims.isdisjoint(claims):
                may_read = grant.ended_at is None and not readable(services, db, grant, now).isdisjoint(claims)
                (told if may_read else before).append(_reached(grant, client))
    return Audience(tuple(told), tuple(before))


def of_level(services: Services, person_id: str, persona_id: str, level: Level, now: datetime) -> tuple[Reached, ...]:
    """The shops that one persona shares with at this level."""
    return tuple(each for each in of_persona(services, person_id, persona_id, now) if each.level is level)


def of_persona(services: Services, person_id: str, persona_id: str, now: datetime) -> tuple[Reached, ...]:
    """The businesses that one persona shares with at all, paused or not."""
    with services.database.read() as db:
        seen_at = time_marks.seen(db, now)
        shared = shared_grants.of_person(db, services.policy, person_id)
    return tuple(
        _reached(grant, client) for grant, client in shared if grant.persona_id == persona_id and grant.live(seen_at)
    )


def names(reached: Iterable[Reached], *, but: Iterable[Reached] = ()) -> list[str]:
    """The name of each business once, those of ``but`` left out; two businesses of one name are two."""
    left_out = {each.business_id for each in but}
    named = {each.business_id: each.name for each in reached if each.business_id not in left_out}
    return sorted(named.values(), key=str.casefold)


def _reached(grant: Grant, client: Client) -> Reached:
    return Reached(grant.id, client.business.id, client.business.name, grant.level)
