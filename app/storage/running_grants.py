"""A person's running grants at one client with the persona's profiles, in one select: the silent login's question."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Text, and_, bindparam, exists, func, literal_column, not_, or_, select, type_coerce

from app.domain.grants import Grant
from app.domain.levels import Level
from app.domain.profiles import Profile
from app.storage import grants, profiles
from app.storage.columns import Names
from app.storage.prepared import Prepared
from app.storage.tables.grants import grant_versions
from app.storage.tables.grants import grants as grant_rows
from app.storage.tables.people import profiles as profile_rows
from app.storage.time_marks import HIGHEST

_earlier = grant_versions.alias()
_CAME_DOWN = exists().where(
    _earlier.c.grant_id == grant_rows.c.id,
    _earlier.c.level > grant_rows.c.level,
    or_(_earlier.c.decided_at >= grant_rows.c.given_at, _earlier.c.decided_at >= grants.LAST_CHOSEN),
)
"""The decision whose terms still run was at a higher level, or the last choice was. Extending is none."""

_other = grant_rows.alias()
_OUTDONE = exists().where(
    _other.c.person_id == grant_rows.c.person_id,
    _other.c.client_id == grant_rows.c.client_id,
    _other.c.persona_id != grant_rows.c.persona_id,
    or_(_other.c.ended_at.is_not(None), not_(grants.not_past_end(_other))),
    grants.last_chosen(_other) > grants.LAST_CHOSEN,
)

_SPACE: Any = literal_column("' '")  # in the words of the statement: a value is rendered too late for one kept ready
_ASKED_BEFORE = (
    select(func.aggregate_strings(type_coerce(_earlier.c.asked, Text), _SPACE))
    .where(_earlier.c.grant_id == grant_rows.c.id)
    .scalar_subquery()
)
"""What any decision about it was asked for."""

_SELECT = Prepared(
    select(
        *grants.COLUMNS,
        *profiles.COLUMNS,
        type_coerce(grant_versions.c.terms, Text).label("agreed_terms"),
        _CAME_DOWN.label("came_down"),
        _OUTDONE.label("outdone"),
        type_coerce(_ASKED_BEFORE, Names).label("asked_before"),
        HIGHEST.label("seen_at"),
    )
    .join_from(grant_rows, profile_rows, profile_rows.c.persona_id == grant_rows.c.persona_id)
    .join(
        grant_versions,
        and_(grant_versions.c.grant_id == grant_rows.c.id, grant_versions.c.version == grant_rows.c.version),
    )
    .where(
        grant_rows.c.person_id == bindparam("person_id"),
        grant_rows.c.client_id == bindparam("client_id"),
        grant_rows.c.ended_at.is_(None),
        grants.NOT_PAST_END,
    )
    .order_by(grants.LAST_CHOSEN.desc(), grant_rows.c.id)
)


@dataclass(frozen=True)
class Running:
    """A running grant, what its decision agreed per claim as its row holds it, and the persona's profiles."""

    grant: Grant
    agreed_terms: Mapping[str, Any]
    came_down: bool
    """Whether it was given at a higher level, and has since been lowered."""
    outdone: bool
    """Whether another persona was chosen here later, whose grant is over: as whom they would go on is theirs to say."""
    asked_before: frozenset[str]
    """The claims its giver was asked for, given or not, whenever something was decided about it."""
    profiles: dict[Level, Profile]
    seen_at: datetime | None
    """The latest moment this installation has seen."""


def of(db: Connection, person_id: str, client_id: str) -> Sequence[Running]:
    """Latest choice first. One past its end date may be among them: ask ``grant.live(now)``."""
    found: dict[str, Running] = {}
    for row in _SELECT.all(db, person_id=person_id, client_id=client_id):
        if row.grant_id not in found:
            found[row.grant_id] = Running(
                grants.read(row),
                json.loads(row.agreed_terms),
                row.came_down,
                row.outdone,
                row.asked_before,
                {},
                row.seen_at,
            )
        profile = profiles.read(row)
        found[row.grant_id].profiles[profile.level] = profile
    return list(found.values())
