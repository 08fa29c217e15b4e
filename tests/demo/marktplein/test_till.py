"""The till of the supermarket, against a provider that says what a test tells it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask, jsonify, request

from app.demo.marktplein.loyalty_card import card_for
from tests.demo.loopback import serving
from tests.demo.provider import Provider
from tests.demo.visitor import SeenPage, Visitor

OpenShop = Callable[..., Visitor]
CARD = card_for("somebody").number
UNTIL = 1_835_000_000  # 24 February 2028


@dataclass
class Desk:
    """The provider's endpoints for businesses. Set ``allows`` and ``keeps`` to decide what is answered."""

    url: str = ""
    allows: bool = True
    keeps: int = 201
    status: int = 200
    asked: list[dict[str, Any]] = field(default_factory=list)
    deposited: list[dict[str, Any]] = field(default_factory=list)
    cards: list[dict[str, Any]] = field(default_factory=list)


def build_desk(desk: Desk) -> Flask:
    app = Flask(__name__)

    @app.post("/v1/consent/check")
    def check() -> Any:
        assert request.authorization is not None
        assert request.authorization.password == "a secret"
        desk.asked.append(request.get_json())
        if desk.status != 200:
            return "busy", desk.status
        no = {"allowed": False, "until": None, "receipt": None, "cache_s": 60, "reason": "not_permitted"}
        return jsonify({"allowed": True, "until": UNTIL, "receipt": "x", "cache_s": 60} if desk.allows else no)

    @app.post("/v1/deposits")
    def deposit() -> Any:
        desk.deposited.append(request.get_json())
        return jsonify({"delete_at": "2028-02-24T12:00:00Z"} if desk.keeps == 201 else {"error": "x"}), desk.keeps

    @app.post("/v1/loyalty-numbers")
    def register() -> Any:
        desk.cards.append(request.get_json())
        return jsonify({"registered": True}), 201

    return app


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk()

    def build(url: str) -> Flask:
        made.url = url
        return build_desk(made)

    with serving(build):
        yield made


@pytest.fixture
def shop(desk: Desk, open_shop: OpenShop) -> Visitor:
    return open_shop("marktplein", issuer=desk.url)


def scan(shop: Visitor, page: SeenPage, number: str = CARD) -> SeenPage:
    return shop.submit(page, "/kassa/card", number=number)


def fill(shop: Visitor) -> SeenPage:
    page = shop.get("/kassa")
    for name in ("bread", "bread", "cheese"):
        page = shop.submit(page, f"/kassa/product/{name}")
    return page


def test_a_purchase_goes_into_the_vault_when_the_customer_allows_it(shop: Visitor, desk: Desk) -> None:
    page = scan(shop, fill(shop))
    assert page.attribute("answer", "data-answer") == "yes"
    assert "May be kept" in page.words
    assert "until 24 February 2028" in page.words
    paid = shop.submit(page, "/kassa/pay")
    assert paid.attribute("verdict", "data-kept") == "kept"
    assert desk.asked == [
        {
            "loyalty_number": CARD,
            "channel": "store",
            "purpose": "loyalty",
            "datatype": "purchase",
            "place": "Marktplein Utrecht",
        }
    ]
    deposit = desk.deposited[0]
    assert deposit["content"] == {
        "store": "Marktplein Utrecht",
        "items": [
            {"name": "Hearth loaf", "quantity": 2, "price": "4.50"},
            {"name": "Mature farm cheese", "quantity": 1, "price": "6.99"},
        ],
        "total": "11.49",
        "currency": "EUR",
    }
    assert deposit["external_id"].startswith("MP-")


def test_nothing_is_deposited_when_the_customer_does_not_allow_it(shop: Visitor, desk: Desk) -> None:
    desk.allows = False
    page = scan(shop, fill(shop))
    assert "Do not keep" in page.words
    paid = shop.submit(page, "/kassa/pay")
    assert paid.attribute("verdict", "data-kept") == "refused"
    assert "Not kept: the customer did not allow it." in paid.words
    assert desk.deposited == []


@pytest.mark.parametrize("status", [429, 500, 503])
def test_no_answer_is_a_no(shop: Visitor, desk: Desk, status: int) -> None:
    desk.status = status
    page = scan(shop, fill(shop))
    assert page.attribute("answer", "data-answer") == "unreachable"
    assert "Do not keep" in page.words
    shop.submit(page, "/kassa/pay")
    assert desk.deposited == []


def test_a_provider_that_is_away_is_a_no(open_shop: OpenShop) -> None:
    shop = open_shop("marktplein", issuer="http://127.0.0.1:1")
    page = scan(shop, fill(shop))
    assert page.attribute("answer", "data-answer") == "unreachable"
    paid = shop.submit(page, "/kassa/pay")
    assert paid.attribute("verdict", "data-kept") == "unreachable"
    assert "Not kept: Sluis could not be reached." in paid.words


def test_a_provider_that_goes_away_before_the_vault_is_not_called_a_customer_who_refuses(
    shop: Visitor, desk: Desk
) -> None:
    page = scan(shop, fill(shop))
    desk.keeps = 503
    assert shop.submit(page, "/kassa/pay").attribute("verdict", "data-kept") == "unreachable"


def test_a_customer_who_stops_between_scanning_and_paying_is_heard(shop: Visitor, desk: Desk) -> None:
    page = scan(shop, fill(shop))
    desk.keeps = 403
    assert shop.submit(page, "/kassa/pay").attribute("verdict", "data-kept") == "refused"


def test_without_a_card_nobody_is_asked_and_nothing_kept(shop: Visitor, desk: Desk) -> None:
    paid = shop.submit(fill(shop), "/kassa/pay")
    assert paid.attribute("verdict", "data-kept") == "no_card"
    assert (desk.asked, desk.deposited) == ([], [])


@pytest.mark.parametrize("number", ["", "123", CARD[:-1] + str((int(CARD[-1]) + 1) % 10), "x" * 13, "٢" * 13])
def test_what_is_no_card_number_is_not_asked_about(shop: Visitor, desk: Desk, number: str) -> None:
    page = scan(shop, fill(shop), number)
    assert page.has("misread")
    assert desk.asked == []


def test_the_next_customer_starts_with_a_clean_till(shop: Visitor, desk: Desk) -> None:
    paid = shop.submit(scan(shop, fill(shop)), "/kassa/pay")
    clean = shop.submit(paid, "/kassa/next")
    assert "Nothing scanned yet." in clean.words
    assert not clean.has("answer")
    shop.submit(scan(shop, fill(shop)), "/kassa/pay")
    assert len({each["external_id"] for each in desk.deposited}) == 2


def test_paying_twice_deposits_once(shop: Visitor, desk: Desk) -> None:
    page = scan(shop, fill(shop))
    shop.submit(page, "/kassa/pay")
    shop.submit(page, "/kassa/pay")
    assert len(desk.deposited) == 1


def test_the_till_has_an_english_name_too(shop: Visitor) -> None:
    assert shop.get("/till").url.endswith("/kassa")


def test_the_card_of_who_logs_in_is_made_known_once(provider: Provider, open_shop: OpenShop) -> None:
    shop = open_shop("marktplein")
    page = shop.log_in()
    assert page.has("loyalty-card")  # this provider knows no loyalty numbers, and the card is there all the same
    assert page.link("to-the-till") == "/kassa"
    till = shop.get("/kassa")
    assert till.attribute("card-number-scanned", "value") == card_for(provider.sub).number
