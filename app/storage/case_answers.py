"""The answers to erasure cases, in the order they came. Added, never changed; an erased account takes their words."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from app.domain.cases import CaseState
from app.storage.columns import columns_of
from app.storage.tables.cases import case_answers as rows
from app.storage.tables.cases import cases


@dataclass(frozen=True)
class StoredAnswer:
    """One answer; what the business typed is sealed."""

    case_id: str
    number: int
    state: CaseState
    answered_at: datetime
    refusals: Any
    words_sealed: bytes | None = field(repr=False)


_COLUMNS = columns_of(rows, StoredAnswer)


def add(db: Connection, answer: StoredAnswer) -> None:
    """Append one; IntegrityError when the case has one of this number."""
    db.execute(insert(rows).values(**{**vars(answer), "state": answer.state.value}))


def of_cases(db: Connection, case_ids: Sequence[str]) -> Sequence[StoredAnswer]:
    """Every answer to these cases, each case's in its order."""
    query = select(*_COLUMNS).where(rows.c.case_id.in_(case_ids)).order_by(rows.c.case_id, rows.c.number)
    return [replace(StoredAnswer(*row), state=CaseState(row.state)) for row in db.execute(query)]


def forget_words(db: Connection, person_id: str) -> None:
    """Take away what businesses typed to a person who is being erased; what they answered stays."""
    theirs = select(cases.c.id).where(cases.c.person_id == person_id)
    db.execute(update(rows).where(rows.c.case_id.in_(theirs)).values(words_sealed=None))
