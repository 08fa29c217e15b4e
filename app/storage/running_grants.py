"""A person's running grants at one client with the persona's profiles, in one select: the silent login's question."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, func, literal_column, select

from app.domain.grants import Grant
from app.domain.levels import Level
from app.domain.profiles import Profile
from app.storage import grants, profiles
from app.storage.tables.grants import grants as grant_rows
from app.storage.tables.people import profiles as profile_rows
from app.storage.time_marks import HIGHEST

_SELECT = (
    select(*grants.COLUMNS, *profiles.COLUMNS)
    .join_from(grant_rows, profile_rows, profile_rows.c.persona_id == grant_rows.c.persona_id)
    .where(
        grant_rows.c.person_id == bindparam("person_id"),
        grant_rows.c.client_id == bindparam("client_id"),
        grant_rows.c.ended_at.is_(None),
        grant_rows.c.ends_at > func.coalesce(HIGHEST, literal_column("0")),  # a clock that was set back revives none
    )
    .order_by(grant_rows.c.given_at.desc(), grant_rows.c.id)
)


def of(db: Connection, person_id: str, client_id: str) -> Sequence[tuple[Grant, dict[Level, Profile]]]:
    """Latest decision first. One past its end date may be among them: ask ``grant.live(now)``."""
    found: dict[str, tuple[Grant, dict[Level, Profile]]] = {}
    for row in db.execute(_SELECT, {"person_id": person_id, "client_id": client_id}):
        known = found.get(row.grant_id)
        if known is None:
            known = found[row.grant_id] = (grants.read(row), {})
        profile = profiles.read(row)
        known[1][profile.level] = profile
    return list(found.values())
