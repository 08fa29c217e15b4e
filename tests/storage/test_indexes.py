"""What is asked at logins, at tills and on pages reads what it is about, however much else there is."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.engine import Engine

from app.domain.events import EventType
from app.domain.streams import Status
from app.storage import deliveries, given_grants, grants, streams
from app.storage.streams import Stream
from tests.servers.house import House

STREAM = Stream(
    id="stream",
    client_id="client",
    method="",
    endpoint_url=None,
    authorization_sealed=None,
    events_requested=frozenset(),
    description=None,
    status=Status.ENABLED,
    status_reason=None,
    created_at=datetime(2026, 1, 1, tzinfo=UTC),
)
QUESTIONS: dict[str, Callable[[House, Connection], object]] = {
    "what a customer gave a business": lambda house, db: given_grants.of_subject(db, house.services.policy, "b", "s"),
    "what a persona shared with a client": lambda _, db: grants.latest(db, "persona", "client"),
    "what was told about somebody": lambda _, db: deliveries.told_of_person(db, "p"),
    "what one business was told": lambda _, db: deliveries.told_of_person(db, "p", EventType.DATA_CHANGED, "b"),
    "whether somebody is a client's customer": lambda _, db: streams.exclude(db, STREAM, "sub"),
}


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS.keys())
@pytest.mark.parametrize("shared_house", ["sqlite"], indirect=True)
def test_no_table_is_read_through(shared_house: House, question: Callable[[House, Connection], object]) -> None:
    asked: list[tuple[str, Any]] = []

    def listen(_connection: object, _cursor: object, statement: str, values: Any, *_: object) -> None:
        asked.append((statement, values))

    with shared_house.services.database.read() as db:
        event.listen(Engine, "before_cursor_execute", listen)
        try:
            question(shared_house, db)
        finally:
            event.remove(Engine, "before_cursor_execute", listen)
        ((statement, values),) = asked
        plan = [row.detail for row in db.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
    assert [step for step in plan if step.startswith("SCAN") and step != "SCAN CONSTANT ROW"] == []
    assert [step for step in plan if step.endswith("(business_id=?)")] == []
