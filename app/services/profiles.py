"""What a persona is willing to give at each level: read, and changed within what the operator's levels allow."""

from collections.abc import Mapping
from datetime import datetime

from app.domain.errors import Refusal
from app.domain.levels import Level
from app.domain.profiles import Profile, within_policy
from app.services.wiring import Services
from app.storage import profiles as rows


def of_persona(services: Services, person_id: str, persona_id: str) -> Mapping[Level, Profile]:
    """The profiles of one persona by level; none when it is not this person's."""
    with services.database.read() as db:
        return rows.of_persona(db, person_id, persona_id)


def change(services: Services, person_id: str, persona_id: str, profile: Profile, now: datetime) -> Profile:
    """Replace one profile; what the level does not allow is left out. Returns what is in force.

    Narrowing acts on the next release of every running grant; widening adds nothing to any of them.
    Refusal ``no_persona`` when the persona is not this person's.
    """
    allowed = within_policy(profile, services.policy)
    with services.database.write() as db:
        if profile.level not in rows.of_persona(db, person_id, persona_id):
            raise Refusal("no_persona", "There is no such persona.", status=404)
        rows.change(db, persona_id, allowed, now)
    return allowed
