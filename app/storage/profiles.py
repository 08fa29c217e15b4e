"""The person's profiles: persona x level."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from app.domain.levels import Level
from app.domain.profiles import Profile
from app.domain.retention import Period
from app.storage.prepared import Prepared
from app.storage.tables.people import personas, profiles

COLUMNS = (
    profiles.c.level.label("profile_level"),
    profiles.c.claims.label("profile_claims"),
    profiles.c.purposes.label("profile_purposes"),
    profiles.c.longest.label("profile_longest"),
)
_OF_PERSONA = Prepared(
    select(*COLUMNS)
    .join_from(profiles, personas, profiles.c.persona_id == personas.c.id)
    .where(profiles.c.persona_id == bindparam("persona_id"), personas.c.person_id == bindparam("person_id"))
)
_ADD = Prepared(insert(profiles))


def read(row: Any) -> Profile:
    """The profile in a row that holds ``COLUMNS``."""
    return Profile(
        Level(row.profile_level), row.profile_claims, row.profile_purposes, Period.parse(row.profile_longest)
    )


def of_persona(db: Connection, person_id: str, persona_id: str) -> Mapping[Level, Profile]:
    """All levels of one persona; none when the persona is not this person's."""
    rows = _OF_PERSONA.all(db, person_id=person_id, persona_id=persona_id)
    return {profile.level: profile for profile in map(read, rows)}


def of_person(db: Connection, person_id: str) -> Mapping[str, Mapping[Level, Profile]]:
    """All levels of every persona of one person, by the persona's id."""
    rows = db.execute(
        select(profiles.c.persona_id, *COLUMNS)
        .join_from(profiles, personas, profiles.c.persona_id == personas.c.id)
        .where(personas.c.person_id == person_id)
    )
    found: dict[str, dict[Level, Profile]] = {}
    for row in rows:
        profile = read(row)
        found.setdefault(row.persona_id, {})[profile.level] = profile
    return found


def add(db: Connection, persona_id: str, profile: Profile, now: datetime) -> None:
    """A new persona's profile for one level."""
    _ADD.run(db, persona_id=persona_id, level=int(profile.level), updated_at=now, **_values(profile))


def change(db: Connection, persona_id: str, profile: Profile, now: datetime) -> None:
    """Replace what this persona gives at the profile's level."""
    db.execute(
        update(profiles)
        .where(profiles.c.persona_id == persona_id, profiles.c.level == int(profile.level))
        .values(**_values(profile), updated_at=now)
    )


def _values(profile: Profile) -> dict[str, Any]:
    return {"claims": profile.claims, "purposes": profile.purposes, "longest": str(profile.longest)}
