"""Which shops a change of details or profiles reaches: those with a running grant for what changes."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from app.domain.grants import Grant
from app.domain.levels import Level
from app.services.release import readable
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
    """The shops that may read one of these claims of one of these personas, by the rule that releases them."""
    return _named(services, _with(services, person_id, persona_ids, claims, now)[0])


def once_of_claims(
    services: Services, person_id: str, persona_ids: Collection[str], claims: Collection[str], now: datetime
) -> tuple[Reached, ...]:
    """The shops that were given one of these claims and may read none of them now: ended, paused, or kept back."""
    return _named(services, _with(services, person_id, persona_ids, claims, now)[1])


def _with(
    services: Services, person_id: str, persona_ids: Collection[str], claims: Collection[str], now: datetime
) -> tuple[list[Grant], list[Grant]]:
    """The grants of these claims: those that may read one of them, and those that may not any more."""
    reading: list[Grant] = []
    others: list[Grant] = []
    with services.database.read() as db:
        for grant in grants.of_person(db, person_id):
            if grant.persona_id in persona_ids and not grant.claims.isdisjoint(claims):
                may = not readable(services, db, grant, now).isdisjoint(claims)
                (reading if may else others).append(grant)
    return reading, others


def of_level(services: Services, person_id: str, persona_id: str, level: Level, now: datetime) -> tuple[Reached, ...]:
    """The shops that one persona shares with at this level."""
    return tuple(each for each in of_persona(services, person_id, persona_id, now) if each.level is level)


def of_persona(services: Services, person_id: str, persona_id: str, now: datetime) -> tuple[Reached, ...]:
    """The shops that one persona shares with at all."""
    with services.database.read() as db:
        have = grants.of_person(db, person_id)
    running = [each for each in have if each.live(now) and each.paused_at is None]
    return _named(services, [each for each in running if each.persona_id == persona_id])


def names(reached: Iterable[Reached], *, but: Iterable[Reached] = ()) -> list[str]:
    """The name of each business once, those of ``but`` left out; two businesses of one name are two."""
    left_out = {each.business_id for each in but}
    named = {each.business_id: each.name for each in reached if each.business_id not in left_out}
    return sorted(named.values(), key=str.casefold)


def _named(services: Services, found: list[Grant]) -> tuple[Reached, ...]:
    with services.database.read() as db:
        named = [(grant, clients.find(db, services.policy, grant.client_id)) for grant in found]
    return tuple(
        Reached(grant.id, client.business.id, client.business.name, grant.level)
        for grant, client in named
        if client is not None
    )
