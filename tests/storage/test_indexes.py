"""Logins, tills, pages and the clean-up read what they are about, however much else there is."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.engine import Engine

from app.domain.events import EventType
from app.domain.streams import Status
from app.storage import deliveries, expired, given_grants, grants, registrations, streams
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
FEW_ROWS = {"SCAN CONSTANT ROW", *(f"SCAN {table}" for table in ("exports", "mail", "authorization_requests"))}
"""Kept for days only."""
QUESTIONS: dict[str, Callable[[House, Connection], object]] = {
    "what a customer gave a business": lambda house, db: given_grants.of_subject(db, house.services.policy, "b", "s"),
    "what a persona shared with a client": lambda _, db: grants.latest(db, "persona", "client"),
    "what was told about somebody": lambda _, db: deliveries.told_of_person(db, "p"),
    "what one business was told": lambda _, db: deliveries.told_of_person(db, "p", EventType.DATA_CHANGED, "b"),
    "what a stream no longer wants": lambda _, db: deliveries.forget_waiting(db, "stream", kept=["x"]),
    "what waits about a subject": lambda _, db: deliveries.forget_waiting(db, "stream", sub="s"),
    "which sessions are over": lambda _, db: expired.remove(db, "sessions", STREAM.created_at, 1),
    "which refresh tokens are over": lambda _, db: expired.remove(db, "refresh_tokens", STREAM.created_at, 1),
    "whom nobody confirmed": lambda _, db: expired.remove(db, "people", STREAM.created_at, 1),
    "whether somebody is a client's customer": lambda _, db: streams.exclude(db, STREAM, "sub"),
}


pytestmark = pytest.mark.parametrize("shared_house", ["sqlite"], indirect=True)


def steps(house: House, question: Callable[[House, Connection], object]) -> list[str]:
    """How SQLite goes about the one statement of a question."""
    asked: list[tuple[str, Any]] = []

    def listen(_connection: object, _cursor: object, statement: str, values: Any, *_: object) -> None:
        asked.append((statement, values))

    with house.services.database.read() as db:
        event.listen(Engine, "before_cursor_execute", listen)
        try:
            question(house, db)
        finally:
            event.remove(Engine, "before_cursor_execute", listen)
        ((statement, values),) = asked
        return [row.detail for row in db.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS.keys())
def test_no_table_is_read_through(shared_house: House, question: Callable[[House, Connection], object]) -> None:
    plan = steps(shared_house, question)
    assert {step for step in plan if step.startswith("SCAN")} <= FEW_ROWS
    assert [step for step in plan if step.endswith("(business_id=?)")] == []


def test_a_client_that_leaves_reads_no_grant_to_another_business(shared_house: House) -> None:
    plan = steps(shared_house, lambda _, db: registrations.running_grants(db, "client", "business"))
    assert "SEARCH grants USING INDEX ix_grants_business_sub (business_id=?)" in plan
