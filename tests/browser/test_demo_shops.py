"""The demo shops as a visitor sees them: every page in both languages, on a desk and in a hand, by day and by night."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page

from tests.browser.looking import DESK_EN_DARK, PHONE_NL, Onlooker, looking
from tests.demo.conftest import SHOPS, shop_at
from tests.demo.loopback import serving
from tests.demo.provider import Provider, build_provider


@dataclass(frozen=True)
class Town:
    """The three shops and the provider that they share."""

    provider: Provider
    shops: dict[str, str]


@pytest.fixture
def town() -> Iterator[Town]:
    """Open the shops on free ports, beside a provider whose person answers at once."""
    made: list[Provider] = []

    def build(url: str) -> Flask:
        made.append(Provider(url))
        return build_provider(made[0])

    with ExitStack() as closing:
        issuer = closing.enter_context(serving(build))
        shops = {name: closing.enter_context(serving(_opening(name, issuer))) for name in SHOPS}
        yield Town(made[0], shops)


def _opening(name: str, issuer: str) -> Callable[[str], Flask]:
    return lambda url: shop_at(name, url, issuer)


@pytest.fixture(params=[DESK_EN_DARK, PHONE_NL], ids=str)
def eye(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Onlooker]:
    """A page in one language, size and light."""
    with looking(browser, request.param) as eye:
        yield eye


def test_a_guest_of_the_trattoria_goes_online_and_stops_sharing(town: Town, eye: Onlooker) -> None:
    page = eye.page
    page.goto(town.shops["trattoria-sole"])
    eye.look("trattoria-welcome")
    page.click("#sluis-login")
    page.wait_for_selector("#voucher")
    eye.look("trattoria-online")
    page.click("#received summary")
    assert page.is_visible("#received-userinfo")
    eye.look("trattoria-received")
    town.provider.stop_sharing()
    page.reload()
    assert page.get_attribute("#shop-error", "data-code") == "stopped"
    eye.look("trattoria-stopped")
    page.goto(f"{town.shops['trattoria-sole']}/callback?state=made-up")
    eye.look("trattoria-problem")


def test_a_customer_of_the_pottery_orders_with_a_step_up(town: Town, eye: Onlooker) -> None:
    page = eye.page
    shop = town.shops["blauw-en-zoon"]
    page.goto(f"{shop}/basket")
    eye.look("pottery-empty-basket")
    page.goto(shop)
    eye.look("pottery-shelf")
    page.click("#add-windmill-tile")
    page.goto(f"{shop}/product/tulip-vase")
    eye.look("pottery-product")
    page.click("#add-to-basket")
    eye.look("pottery-basket")
    page.click("#sluis-login")
    page.wait_for_selector("#sluis-logout")
    eye.look("pottery-logged-in")
    page.click("#checkout")
    eye.look("pottery-checkout")
    town.provider.chooses = "medium"
    page.click("#stepup")
    page.wait_for_selector("#details")
    assert page.url == f"{shop}/basket"
    eye.look("pottery-stepped-up")
    page.click("#checkout")
    page.wait_for_selector("#order-done")
    eye.look("pottery-ordered")
    page.click("#sluis-logout")
    page.wait_for_selector("#notice")
    eye.look("pottery-signed-out")


def test_a_card_holder_of_the_supermarket_goes_from_low_to_high(town: Town, eye: Onlooker) -> None:
    page = eye.page
    page.goto(town.shops["marktplein"])
    eye.look("supermarket-offers")
    page.click("#sluis-login")
    page.wait_for_selector("#permission-none")
    eye.look("supermarket-low")
    town.provider.chooses = "high"
    page.click("#stepup")
    page.wait_for_selector("#permission")
    assert page.get_attribute("#data-level", "data-level") == "high"
    eye.look("supermarket-high")


@pytest.mark.parametrize("name", SHOPS)
def test_a_shop_shows_itself_without_a_complaint_of_the_browser(name: str, town: Town, page: Page) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("requestfailed", lambda request: said.append(f"failed: {request.url}"))
    page.goto(town.shops[name], wait_until="networkidle")

    assert said == []


@pytest.mark.parametrize("name", SHOPS)
def test_a_shop_works_by_keyboard(name: str, town: Town, page: Page) -> None:
    page.goto(town.shops[name])
    page.focus("#sluis-login")
    page.keyboard.press("Enter")
    page.wait_for_selector("#received")
    page.focus("#received summary")
    page.keyboard.press("Enter")

    assert page.is_visible("#received-id-token")
