"""What a business was told about a grant, and what its receipts say."""

from typing import Any

from sqlalchemy import select

from app.domain.grants import Grant
from app.services import receipt_reading
from app.storage.tables.events import events
from tests.factories import Shopper
from tests.servers.house import House
from tests.services.deciding import grant_now


def told_of(house: House, grant: Grant, kind: str) -> list[dict[str, Any]]:
    """What the events of this kind about a grant say, oldest first."""
    query = select(events).where(events.c.grant_id == grant.id).order_by(events.c.occurred_at)
    with house.services.database.read() as db:
        found = [row for row in db.execute(query) if row.type.endswith(kind)]
    assert len({row.occurred_at for row in found}) == len(found), "events of one moment have no order"
    return [dict(row.content) for row in found]


def last_receipt(house: House, person: Shopper, grant: Grant) -> dict[str, Any]:
    """What the newest receipt of a grant says; it is an assertion that its signature holds."""
    version = grant_now(house, grant.id).version
    found = receipt_reading.of_version(house.services, person.id, grant.id, version)
    assert found is not None
    assert found.holds
    return dict(found.record)
