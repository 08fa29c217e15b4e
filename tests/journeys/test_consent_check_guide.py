"""The guide for businesses does what it says: its Python runs against a real server."""

import re
from pathlib import Path
from typing import Any

import pytest
import requests

from app.services import consents
from app.services.receipts import Notice
from tests.factories import add_client, add_person
from tests.redeeming import SECRET
from tests.servers.running import RunningHouse
from tests.vault import share_high

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "guides" / "consent-check.md"
CARD = "2938881601642"


def test_a_business_that_follows_the_guide_asks_deposits_and_reads_back(running_house: RunningHouse) -> None:
    house = running_house.house
    client_id = add_client(house)
    grant = share_high(house, add_person(house), client_id)
    guide: dict[str, Any] = {"requests": requests, "ISSUER": running_house.issuer, "CLIENT": (client_id, SECRET)}
    settings, example = re.findall(r"```python\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    assert "ISSUER = " in settings
    exec(compile(example, str(GUIDE), "exec"), guide)  # noqa: S102 - our own guide

    assert not guide["may_keep"](CARD, "store", "loyalty", "purchase")
    guide["register_card"](CARD, grant.sub)
    guide["register_card"](CARD, grant.sub)
    assert guide["may_keep"](CARD, "store", "loyalty", "purchase")
    assert not guide["may_keep"](CARD, "store", "marketing", "purchase")
    items = [{"name": "Tulips", "price": "5.00"}, {"name": "Coffee", "quantity": 2, "price": "8.98"}]
    until = [guide["deposit_purchase"](CARD, "till 4, receipt 8821", items, "13.98") for _ in range(2)]
    assert len(set(until)) == 1
    assert [each["content"]["items"] for each in guide["purchases"](grant.sub)] == [items]

    consents.stop(house.services, grant.id, grant.person_id, Notice("en", "Test"), running_house.now())
    assert not guide["may_keep"](CARD, "store", "loyalty", "purchase")
    with pytest.raises(requests.HTTPError):
        guide["deposit_purchase"](CARD, "till 4, receipt 8822", items, "13.98")
    guide["ISSUER"] = "http://localhost:1"
    assert not guide["may_keep"](CARD, "store", "loyalty", "purchase")


def test_everything_the_guide_links_to_is_there() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", GUIDE.read_text("utf-8"))
    missing = {link for link in links if not (GUIDE.parent / link).resolve().exists()}
    assert missing == set()
