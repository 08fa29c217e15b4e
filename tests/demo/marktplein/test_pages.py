import json
from collections.abc import Callable

import pytest

from app.demo.marktplein.pages import COLLECTION_ASKED
from tests.demo.provider import CLAIMS, Provider, claims_in
from tests.demo.visitor import Visitor

OpenShop = Callable[..., Visitor]


@pytest.mark.parametrize(
    ("level", "word", "offers"), [("low", "Low", 6), ("medium", "Medium", 8), ("high", "High", 10)]
)
def test_the_card_shows_the_level_and_the_offers_that_match(
    level: str, word: str, offers: int, provider: Provider, open_shop: OpenShop
) -> None:
    provider.chooses = level
    page = open_shop("marktplein").log_in()

    assert page.has("loyalty-card")
    assert page.attribute("data-level", "data-level") == level
    assert f"You chose level {word}" in page.words
    assert page.text.count("data-offer=") == offers


def test_cake_on_a_birthday_is_for_who_shared_when_that_is(
    provider: Provider, open_shop: OpenShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider.chooses = "high"
    assert 'data-offer="cake"' in open_shop("marktplein").log_in().text
    monkeypatch.setitem(CLAIMS, "high", ())
    page = open_shop("marktplein").log_in()
    assert 'data-offer="favourites"' in page.text
    assert 'data-offer="cake"' not in page.text


def test_every_login_asks_for_the_omnichannel_permission(provider: Provider, open_shop: OpenShop) -> None:
    open_shop("marktplein").log_in()

    assert json.loads(provider.asked[0]["authorization_details"]) == [COLLECTION_ASKED]
    assert "offline_access" not in provider.asked[0]["scope"]


def test_at_high_the_card_shows_the_granted_permission(provider: Provider, open_shop: OpenShop) -> None:
    provider.chooses = "high"
    page = open_shop("marktplein").log_in()

    assert page.has("permission")
    assert "on the website, in the app, in the store" in page.words
    assert "six months" in page.words
    assert page.json("received-token")["authorization_details"] == [COLLECTION_ASKED]


@pytest.mark.parametrize("level", ["low", "medium"])
def test_below_high_the_card_says_that_nobody_watches(level: str, provider: Provider, open_shop: OpenShop) -> None:
    provider.chooses = level
    page = open_shop("marktplein").log_in()

    assert page.has("permission-none")
    assert not page.has("permission")


def test_choosing_another_level_brings_the_picker_back(provider: Provider, open_shop: OpenShop) -> None:
    visitor = open_shop("marktplein")
    low = visitor.log_in()
    provider.chooses = "high"
    high = visitor.submit(low, "/level")

    assert provider.asked[1]["prompt"] == "consent"
    assert claims_in(provider.asked[1]["id_token_hint"])["sub"] == provider.sub
    assert provider.asked[1]["scope"] == provider.asked[0]["scope"]
    assert high.attribute("data-level", "data-level") == "high"


def test_a_step_down_takes_permission_and_offers_away_at_the_next_page(provider: Provider, open_shop: OpenShop) -> None:
    provider.chooses = "high"
    visitor = open_shop("marktplein")
    visitor.log_in()
    provider.step_down("low")
    page = visitor.get("/")

    assert page.attribute("data-level", "data-level") == "low"
    assert not page.has("permission")
    assert page.text.count("data-offer=") == 6


def test_the_card_number_is_the_same_at_every_level(provider: Provider, open_shop: OpenShop) -> None:
    visitor = open_shop("marktplein")
    low = visitor.log_in()
    provider.chooses = "high"
    high = visitor.submit(low, "/level")

    assert _number(low.text) == _number(high.text)


def test_a_passer_by_sees_offers_and_no_card(open_shop: OpenShop) -> None:
    page = open_shop("marktplein").get("/")

    assert page.text.count("data-offer=") == 4
    assert not page.has("loyalty-card")


def _number(text: str) -> str:
    return text.split('id="card-number">')[1].split("<", maxsplit=1)[0]
