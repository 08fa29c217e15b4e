"""What a persona is willing to give at each level: read, and changed within what the operator's levels allow."""

from collections.abc import Mapping
from datetime import datetime

from app.domain.errors import Refusal
from app.domain.grant_versions import cut_to
from app.domain.levels import Level
from app.domain.profiles import Profile, with_changes, within_policy
from app.services import agreed_terms, grant_versions
from app.services.receipts import Notice
from app.services.wiring import Services
from app.storage import people, shared_grants, time_marks
from app.storage import profiles as rows


def of_persona(services: Services, person_id: str, persona_id: str) -> Mapping[Level, Profile]:
    """The profiles of one persona by level; none when it is not this person's."""
    with services.database.read() as db:
        return rows.of_persona(db, person_id, persona_id)


def change(
    services: Services,
    person_id: str,
    persona_id: str,
    profile: Profile,
    notice: Notice,
    now: datetime,
    shown: Profile | None = None,
) -> Profile:
    """Replace one profile; what the level does not allow is left out. Returns what is in force.

    Narrowing cuts every live grant of this level at once, with a receipt and an event each; widening adds nothing to
    any of them, also not what was cut before. Refusal ``no_persona`` when the persona is not this person's,
    ``overtaken`` when this would undo a change made to the profile since the person was ``shown`` it.
    """
    allowed = within_policy(profile, services.policy)
    with services.database.write() as db:
        people.lock(db, person_id)
        own = rows.of_persona(db, person_id, persona_id)
        kept = own.get(profile.level)
        if kept is None:
            raise Refusal("no_persona", "There is no such persona.")
        if shown is not None and with_changes(kept, shown, profile) != profile:
            raise Refusal("overtaken", "The profile was changed meanwhile.")
        rows.change(db, persona_id, allowed, now)
        seen_at = time_marks.seen(db, now)
        for grant, client in shared_grants.of_person(db, services.policy, person_id):
            if grant.persona_id != persona_id or grant.level is not profile.level or not grant.live(seen_at):
                continue
            if (cut := cut_to(grant, agreed_terms.of(db, grant), allowed)) is not None:
                grant_versions.take(services, db, grant, client, *cut, notice, now, own_before=own)
    return allowed
