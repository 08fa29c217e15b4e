"""Which shops a change of details or profiles reaches: those with a running grant for what changes."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from app.domain.grants import Grant
from app.domain.levels import Level
from app.services import objections
from app.services.wiring import Services
from app.storage import clients, grants


@dataclass(frozen=True)
class Reached:
    """One shop that a change reaches, by its grant. Shops are told apart by ``business_id``: names may be the same."""

    grant_id: str
    business_id: str
    name: str
    """The business's own name, whatever its client is called."""
    level: Level


def of_claims(
    services: Services, person_id: str, persona_ids: Collection[str], claims: Collection[str], now: datetime
) -> tuple[Reached, ...]:
    """The shops that get one of these claims from one of these personas."""
    running = [grant for grant in _running(services, person_id, now) if grant.persona_id in persona_ids]
    with services.database.read() as db:
        given = [(grant, grant.claims - objections.withheld(services, db, grant)) for grant in running]
    return _named(services, [grant for grant, names in given if not names.isdisjoint(claims)])


def once_of_claims(
    services: Services, person_id: str, persona_ids: Collection[str], claims: Collection[str], now: datetime
) -> tuple[Reached, ...]:
    """The shops that got one of these claims before and get it no longer: ended, or paused for now."""
    with services.database.read() as db:
        found = [
            grant
            for grant in grants.of_person(db, person_id)
            if (not grant.live(now) or grant.paused_at is not None)
            and grant.persona_id in persona_ids
            and not grant.claims.isdisjoint(claims)
        ]
    return _named(services, found)


def of_level(services: Services, person_id: str, persona_id: str, level: Level, now: datetime) -> tuple[Reached, ...]:
    """The shops that one persona shares with at this level."""
    found = [
        grant for grant in _running(services, person_id, now) if grant.persona_id == persona_id and grant.level is level
    ]
    return _named(services, found)


def of_persona(services: Services, person_id: str, persona_id: str, now: datetime) -> tuple[Reached, ...]:
    """The shops that one persona shares with at all."""
    found = [grant for grant in _running(services, person_id, now) if grant.persona_id == persona_id]
    return _named(services, found)


def names(reached: Iterable[Reached], *, but: Iterable[Reached] = ()) -> list[str]:
    """The name of each business once, those of ``but`` left out; two businesses of one name are two."""
    left_out = {each.business_id for each in but}
    named = {each.business_id: each.name for each in reached if each.business_id not in left_out}
    return sorted(named.values(), key=str.casefold)


def _running(services: Services, person_id: str, now: datetime) -> list[Grant]:
    with services.database.read() as db:
        return [each for each in grants.of_person(db, person_id) if each.live(now) and each.paused_at is None]


def _named(services: Services, found: list[Grant]) -> tuple[Reached, ...]:
    with services.database.read() as db:
        named = [(grant, clients.find(db, services.policy, grant.client_id)) for grant in found]
    return tuple(
        Reached(grant.id, client.business.id, client.business.name, grant.level)
        for grant, client in named
        if client is not None
    )
