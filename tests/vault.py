"""A business with permission at level high, and its till: asks, registers cards, deposits, reads back."""

from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
from werkzeug.test import TestResponse

from app.domain.collection import Collection
from app.domain.grants import Grant
from app.domain.levels import Level
from app.domain.retention import Period
from tests.factories import ALL_SCOPES, Shopper, add_client, add_person, share
from tests.redeeming import SECRET, basic
from tests.servers.house import House

PURCHASE: dict[str, Any] = {
    "store": "Utrecht Canary Street",
    "items": [{"name": "Canary seed", "quantity": 2, "price": "3.98"}, {"name": "Bread", "price": "2.49"}],
    "total": "6.47",
    "currency": "EUR",
}
PERMISSION = Collection(
    frozenset({"web", "store"}), frozenset({"purchase", "visit"}), frozenset({"loyalty"}), Period(6)
)
SCOPES = frozenset(ALL_SCOPES.split())
_numbers = count(1)


@dataclass(frozen=True)
class Till:
    """The systems of one business."""

    house: House
    client_id: str = field(default="")
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def site(self) -> str:
        """The address it knows the provider by."""
        return self.house.services.settings.issuer

    def post(self, path: str, document: Any, **kwargs: Any) -> TestResponse:
        """Post JSON as the business."""
        return self.house.browser().post(path, json=document, headers=self.headers, base_url=self.site, **kwargs)

    def get(self, path: str, **query: str) -> TestResponse:
        """Get as the business."""
        return self.house.browser().get(path, query_string=query, headers=self.headers, base_url=self.site)

    def put(self, path: str, document: Any) -> TestResponse:
        """Put JSON as the business."""
        return self.house.browser().put(path, json=document, headers=self.headers, base_url=self.site)

    def delete(self, path: str) -> TestResponse:
        """Delete as the business."""
        return self.house.browser().delete(path, headers=self.headers, base_url=self.site)

    def ask(self, sub: str | None, **changes: Any) -> TestResponse:
        """Ask whether this purchase may be kept."""
        asked = {"sub": sub, "channel": "store", "purpose": "loyalty", "datatype": "purchase", **changes}
        return self.post("/v1/consent/check", {name: it for name, it in asked.items() if it is not None})

    def allowed(self, sub: str | None, **changes: Any) -> bool:
        """The same, answered."""
        response = self.ask(sub, **changes)
        assert response.status_code == 200, response.text
        return bool(response.get_json()["allowed"])

    def offer(self, sub: str | None, **changes: Any) -> TestResponse:
        """Deposit a purchase; a change to None leaves the member out."""
        offered = {
            "sub": sub,
            "type": "purchase",
            "channel": "store",
            "purpose": "loyalty",
            "occurred_at": self.house.clock.now.isoformat(),
            "external_id": f"receipt-{next(_numbers)}",
            "content": PURCHASE,
            **changes,
        }
        return self.post("/v1/deposits", {name: it for name, it in offered.items() if it is not None})

    def deposit(self, sub: str, **changes: Any) -> str:
        """The id of a deposit that was kept."""
        response = self.offer(sub, **changes)
        assert response.status_code == 201, response.text
        return str(response.get_json()["id"])

    def read(self, sub: str, **query: str) -> list[dict[str, Any]]:
        """The first page of what it reads back."""
        response = self.get("/v1/deposits", sub=sub, **query)
        assert response.status_code == 200, response.text
        found: list[dict[str, Any]] = response.get_json()["deposits"]
        return found


def open_till(house: House, **metadata: Any) -> Till:
    """A business of its own, with level high in its intended use."""
    client_id = add_client(house, **metadata)
    return Till(house, client_id, basic(client_id, SECRET))


def share_high(house: House, person: Shopper, client_id: str, **asked: Any) -> Grant:
    """Let the person share at level high, with the permission to collect."""
    grant = share(house, person, client_id, Level.HIGH, **{"scopes": SCOPES, "collection": PERMISSION, **asked})
    assert grant.collection is not None
    house.clock.move(milliseconds=1)
    return grant


@dataclass(frozen=True)
class Customer:
    """A person who gave the till's business permission at level high."""

    person: Shopper
    grant: Grant

    @property
    def sub(self) -> str:
        """How the business knows them."""
        return self.grant.sub


@pytest.fixture
def till(shared_house: House) -> Till:
    """A business of its own for this test."""
    return open_till(shared_house)


@pytest.fixture
def customer(shared_house: House, till: Till) -> Customer:
    """Somebody who gave that business permission."""
    person = add_person(shared_house)
    return Customer(person, share_high(shared_house, person, till.client_id))
