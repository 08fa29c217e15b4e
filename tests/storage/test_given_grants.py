"""What one customer gave a business is found however many others it has."""

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from app.storage import given_grants
from tests.servers.house import House


@pytest.mark.parametrize("shared_house", ["sqlite"], indirect=True)
def test_the_grants_of_one_customer_are_found_without_those_of_others(shared_house: House) -> None:
    asked: list[tuple[str, tuple[object, ...]]] = []

    def listen(_connection: object, _cursor: object, statement: str, values: tuple[object, ...], *_: object) -> None:
        asked.append((statement, values))

    with shared_house.services.database.read() as db:
        event.listen(Engine, "before_cursor_execute", listen)
        try:
            given_grants.of_subject(db, shared_house.services.policy, "business", "sub")
        finally:
            event.remove(Engine, "before_cursor_execute", listen)
        ((statement, values),) = asked
        plan = [row.detail for row in db.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
    assert "SEARCH grants USING INDEX ix_grants_business_sub (business_id=? AND sub=?)" in plan
    assert not [step for step in plan if step.startswith("SCAN")]
