"""Grants as they are now: a grant's row always equals the latest of its versions (``grant_versions``)."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, bindparam, func, insert, literal_column, select, update

from app.domain.collection import kept_collection
from app.domain.grants import EndReason, Grant
from app.domain.levels import Level
from app.domain.retention import Period
from app.storage.prepared import Prepared
from app.storage.tables.grants import grant_versions, grants
from app.storage.time_marks import HIGHEST

COLUMNS = tuple(column.label(f"grant_{column.name}") for column in grants.c)
"""Every column of the row, prefixed so that joins can carry it; all of them are the domain value."""
_decided = grant_versions.alias()


def last_chosen(rows: FromClause) -> ColumnElement[Any]:
    """When the giver of each of these grants last chose what to share at a login that asked for claims.

    ``given_at`` does not tell: a choice below what the grant has leaves it as it was, and extending moves it without a
    persona being chosen.
    """
    at_a_login = (_decided.c.grant_id == rows.c.id, _decided.c.asked != literal_column("''"))
    chosen = select(func.max(_decided.c.decided_at)).where(*at_a_login).correlate(rows)
    return func.coalesce(chosen.scalar_subquery(), rows.c.given_at)


LAST_CHOSEN = last_chosen(grants)


def not_past_end(rows: FromClause) -> ColumnElement[bool]:
    """A clock that was set back revives none."""
    return rows.c.ends_at > func.coalesce(HIGHEST, literal_column("0"))


NOT_PAST_END = not_past_end(grants)

_FIND = Prepared(select(*COLUMNS).where(grants.c.id == bindparam("grant_id")))
_RUNNING = Prepared(
    select(*COLUMNS)
    .where(
        grants.c.person_id == bindparam("person_id"),
        grants.c.client_id == bindparam("client_id"),
        grants.c.ended_at.is_(None),
        NOT_PAST_END,
    )
    .order_by(LAST_CHOSEN.desc(), grants.c.id)
)
_LATEST = Prepared(
    select(*COLUMNS)
    .where(grants.c.persona_id == bindparam("persona_id"), grants.c.client_id == bindparam("client_id"))
    .order_by(grants.c.ended_at.is_not(None), grants.c.ended_at.desc(), grants.c.given_at.desc())
    .limit(1)
)
_ADD = Prepared(insert(grants))


def read(row: Any) -> Grant:
    """The grant in a row that holds ``COLUMNS``."""
    return Grant(
        id=row.grant_id,
        version=row.grant_version,
        person_id=row.grant_person_id,
        persona_id=row.grant_persona_id,
        business_id=row.grant_business_id,
        client_id=row.grant_client_id,
        sub=row.grant_sub,
        level=Level(row.grant_level),
        claims=row.grant_claims,
        purposes=row.grant_purposes,
        retention=Period.parse(row.grant_retention),
        collection=kept_collection(row.grant_collection),
        offline=row.grant_offline,
        first_given_at=row.grant_first_given_at,
        given_at=row.grant_given_at,
        ends_at=row.grant_ends_at,
        ended_at=row.grant_ended_at,
        end_reason=None if row.grant_end_reason is None else EndReason(row.grant_end_reason),
        paused_at=row.grant_paused_at,
        objected=row.grant_objected,
        asked_at=row.grant_asked_at,
        passed_over=row.grant_passed_over,
    )


def find(db: Connection, grant_id: str) -> Grant | None:
    """One grant, running or ended."""
    row = _FIND.first(db, grant_id=grant_id)
    return None if row is None else read(row)


def running(db: Connection, person_id: str, client_id: str) -> Sequence[Grant]:
    """The person's grants at this client that were not ended, latest choice first (one per persona).

    One past its end date may be among them until the retention job comes by: ask ``grant.live(now)``.
    """
    return [read(row) for row in _RUNNING.all(db, person_id=person_id, client_id=client_id)]


def of_person(db: Connection, person_id: str) -> Sequence[Grant]:
    """Every grant this person ever gave, latest decision first."""
    rows = db.execute(select(*COLUMNS).where(grants.c.person_id == person_id).order_by(grants.c.given_at.desc()))
    return [read(row) for row in rows]


def add(db: Connection, grant: Grant) -> None:
    """A new grant; IntegrityError when this persona has a running one at the client."""
    _ADD.run(db, **_values(grant))


def versions(db: Connection, after: str, limit: int) -> Sequence[tuple[str, int]]:
    """The next grants by id, running or ended, and at which version they are."""
    query = select(grants.c.id, grants.c.version).where(grants.c.id > after).order_by(grants.c.id).limit(limit)
    return [(row.id, row.version) for row in db.execute(query)]


def latest(db: Connection, persona_id: str, client_id: str) -> Grant | None:
    """What this persona gave this client last: the running grant, or the last one that ended."""
    row = _LATEST.first(db, persona_id=persona_id, client_id=client_id)
    return None if row is None else read(row)


def replace_version(db: Connection, grant: Grant) -> bool:
    """Write the next version over the one before it, an end included; False when somebody else was first."""
    previous = (grants.c.id == grant.id, grants.c.version == grant.version - 1, grants.c.ended_at.is_(None))
    return db.execute(update(grants).where(*previous).values(**_values(grant))).rowcount == 1


def count_version(db: Connection, grant: Grant) -> bool:
    """Write only the next version's number on a grant that has ended; False when somebody else was first."""
    previous = (grants.c.id == grant.id, grants.c.version == grant.version - 1, grants.c.ended_at.is_not(None))
    return db.execute(update(grants).where(*previous).values(version=grant.version)).rowcount == 1


def _values(grant: Grant) -> dict[str, Any]:
    return {
        **vars(grant),
        "level": int(grant.level),
        "retention": str(grant.retention),
        "collection": None if grant.collection is None else grant.collection.as_detail(),
        "end_reason": None if grant.end_reason is None else grant.end_reason.value,
    }
