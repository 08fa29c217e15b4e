"""Erasure cases: opened once a grant, found by their business or their person, moved on by their answers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, insert, or_, select, tuple_, update

from app.domain.cases import Case, CaseState, Reason
from app.storage.columns import columns_of
from app.storage.tables.cases import case_links, cases
from app.storage.upsert import insert_if_absent

_PLACE = [cases.c.opened_at.type, cases.c.id.type]
_COLUMNS = columns_of(cases, Case)


@dataclass(frozen=True)
class Wanted:
    """Which cases of a business are listed: of these states, or only those past their time; ``after`` this one."""

    states: frozenset[CaseState]
    overdue_at: datetime | None = None
    after: Case | None = None


def add(db: Connection, case: Case) -> bool:
    """Open a case; False when its grant has one of this round already."""
    return insert_if_absent(db, cases, {**vars(case), "reason": case.reason.value, "state": case.state.value})


def find(db: Connection, case_id: str) -> Case | None:
    """One case."""
    return _one(db, _select().where(cases.c.id == case_id))


def of_grant(db: Connection, grant_id: str) -> Case | None:
    """The last case about one grant."""
    return _one(db, _select().where(cases.c.grant_id == grant_id).order_by(cases.c.round.desc()).limit(1))


def lock(db: Connection, case_id: str) -> Case | None:
    """One case, which no other transaction answers until this one ends."""
    return _one(db, _select().where(cases.c.id == case_id).with_for_update())


def of_person(db: Connection, person_id: str) -> Sequence[Case]:
    """Every case of a person, latest first."""
    query = _select().where(cases.c.person_id == person_id).order_by(cases.c.opened_at.desc(), cases.c.id.desc())
    return [_read(row) for row in db.execute(query)]


def of_business(db: Connection, business_id: str, wanted: Wanted, limit: int) -> Sequence[Case]:
    """The cases of one business, latest first."""
    query = _select().where(cases.c.business_id == business_id, cases.c.state.in_(sorted(wanted.states)))
    if wanted.overdue_at is not None:
        query = query.where(cases.c.answer_before <= wanted.overdue_at)
    if wanted.after is not None:
        place = (wanted.after.opened_at, wanted.after.id)
        query = query.where(tuple_(cases.c.opened_at, cases.c.id) < tuple_(*place, types=_PLACE))
    rows = db.execute(query.order_by(cases.c.opened_at.desc(), cases.c.id.desc()).limit(limit))
    return [_read(row) for row in rows]


def move(db: Connection, case_id: str, state: CaseState, closed_at: datetime | None) -> None:
    """Move a case on; the caller holds its lock, and has judged that it may."""
    db.execute(update(cases).where(cases.c.id == case_id).values(state=state.value, closed_at=closed_at))


def extend(db: Connection, case_id: str, answer_before: datetime) -> None:
    """Give more time; the business is reminded of that end too. The caller holds the case's lock."""
    db.execute(update(cases).where(cases.c.id == case_id).values(answer_before=answer_before, reminded_at=None))


def add_link(db: Connection, secret_digest: bytes, case_id: str, now: datetime) -> None:
    """A link by which this one case can be answered."""
    db.execute(insert(case_links).values(secret_digest=secret_digest, case_id=case_id, created_at=now))


def behind_link(db: Connection, secret_digest: bytes) -> Case | None:
    """The case a link is for."""
    query = _select().join_from(cases, case_links, case_links.c.case_id == cases.c.id)
    return _one(db, query.where(case_links.c.secret_digest == secret_digest))


def to_remind(
    db: Connection, after: Case | None, limit: int, *, opened_before: datetime, ends_before: datetime
) -> Sequence[Case]:
    """Open cases whose business was not reminded, oldest first: those opened by ``opened_before`` and, where more time
    was taken, those that end by ``ends_before``.
    """
    longer = cases.c.state == CaseState.EXTENDED.value
    due = or_(longer & (cases.c.answer_before <= ends_before), ~longer & (cases.c.opened_at <= opened_before))
    return _waiting(db, after, limit, cases.c.reminded_at.is_(None) & due)


def to_tell_overdue(db: Connection, after: Case | None, limit: int, *, now: datetime) -> Sequence[Case]:
    """Open cases past their time that the person was not told of, oldest first."""
    return _waiting(db, after, limit, cases.c.overdue_told_at.is_(None) & (cases.c.answer_before <= now))


def remind_once(db: Connection, case_id: str, now: datetime) -> bool:
    """Note that the business is reminded; False for every caller but the first, and once the case is closed."""
    waiting = (cases.c.id == case_id, cases.c.reminded_at.is_(None), cases.c.closed_at.is_(None))
    return db.execute(update(cases).where(*waiting).values(reminded_at=now)).rowcount == 1


def tell_overdue_once(db: Connection, case_id: str, now: datetime) -> bool:
    """Note that the person is told; False for every caller but the first, and once the case is closed."""
    waiting = (cases.c.id == case_id, cases.c.overdue_told_at.is_(None), cases.c.closed_at.is_(None))
    return db.execute(update(cases).where(*waiting).values(overdue_told_at=now)).rowcount == 1


def _waiting(db: Connection, after: Case | None, limit: int, what: ColumnElement[bool]) -> Sequence[Case]:
    at = (cases.c.opened_at, cases.c.id)
    query = _select().where(cases.c.closed_at.is_(None), what)
    if after is not None:
        query = query.where(tuple_(*at) > tuple_(after.opened_at, after.id, types=_PLACE))
    return [_read(row) for row in db.execute(query.order_by(*at).limit(limit))]


def _select() -> Select[tuple[object, ...]]:
    return select(*_COLUMNS)


def _one(db: Connection, query: Select[tuple[object, ...]]) -> Case | None:
    row = db.execute(query).one_or_none()
    return None if row is None else _read(row)


def _read(row: Any) -> Case:
    return replace(Case(*row), reason=Reason(row.reason), state=CaseState(row.state))
