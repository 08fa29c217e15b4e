"""The demo shops as a visitor sees them: every page in both languages, on a desk and in a hand, by day and by night."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page

from tests.demo.conftest import SHOPS, shop_at
from tests.demo.loopback import serving
from tests.demo.provider import Provider, build_provider

SCREENSHOTS = Path(__file__).parent / "screenshots" / "demo"
SIZES = {"desk": (1360, 900), "phone": (375, 812), "narrow": (320, 640)}  # narrow: WCAG 2.2, 1.4.10
WAYS_TO_LOOK = [
    ("nl", "desk", "light"),
    ("en", "phone", "light"),
    ("en", "desk", "dark"),
    ("nl", "phone", "dark"),
    ("nl", "narrow", "light"),
]
SIZE_ONLY = ("nl-phone-dark", "nl-narrow-light")


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


class Eye:
    """Looks at each page of a story: nothing sticks out, nobody is kept out, and a picture is kept."""

    def __init__(self, page: Page, name: str) -> None:
        self._page = page
        self._name = name
        # What keeps people out is the same in either language; looking for it is what takes the time.
        self._only_size = name.endswith(SIZE_ONLY)
        self._count = 0

    def look(self, at: str) -> None:
        self._count += 1
        self._page.wait_for_load_state()
        self._page.evaluate("document.fonts.ready")
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self._page.screenshot(path=SCREENSHOTS / f"{self._name}-{self._count}-{at}.png", full_page=True)
        assert self._page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{at} scrolls sideways"
        if self._only_size:
            return
        found = Axe().run(self._page).response["violations"]
        assert [(fault["id"], [node["target"] for node in fault["nodes"]]) for fault in found] == [], at


@pytest.fixture(params=WAYS_TO_LOOK, ids="-".join)
def seen(request: pytest.FixtureRequest, browser: Browser) -> Iterator[tuple[Page, str]]:
    """A page in one language, size and light, and the name of that way to look."""
    language, size, scheme = request.param
    width, height = SIZES[size]
    context = browser.new_context(
        locale=language, color_scheme=scheme, viewport={"width": width, "height": height}, reduced_motion="reduce"
    )
    context.set_default_timeout(10_000)
    yield context.new_page(), f"{language}-{size}-{scheme}"
    context.close()


def test_a_guest_of_the_trattoria_goes_online_and_stops_sharing(town: Town, seen: tuple[Page, str]) -> None:
    page, way = seen
    eye = Eye(page, f"trattoria-{way}")
    page.goto(town.shops["trattoria-sole"])
    eye.look("welcome")
    page.click("#sluis-login")
    page.wait_for_selector("#voucher")
    eye.look("online")
    page.click("#received summary")
    assert page.is_visible("#received-userinfo")
    eye.look("received")
    town.provider.stop_sharing()
    page.reload()
    assert page.get_attribute("#shop-error", "data-code") == "stopped"
    eye.look("stopped")
    page.goto(f"{town.shops['trattoria-sole']}/callback?state=made-up")
    eye.look("problem")


def test_a_customer_of_the_pottery_orders_with_a_step_up(town: Town, seen: tuple[Page, str]) -> None:
    page, way = seen
    eye = Eye(page, f"pottery-{way}")
    shop = town.shops["blauw-en-zoon"]
    page.goto(f"{shop}/basket")
    eye.look("empty-basket")
    page.goto(shop)
    eye.look("shelf")
    page.click("#add-windmill-tile")
    page.goto(f"{shop}/product/tulip-vase")
    eye.look("product")
    page.click("#add-to-basket")
    eye.look("basket")
    page.click("#sluis-login")
    page.wait_for_selector("#sluis-logout")
    eye.look("logged-in")
    page.click("#checkout")
    eye.look("checkout")
    town.provider.chooses = "medium"
    page.click("#stepup")
    page.wait_for_selector("#details")
    assert page.url == f"{shop}/basket"
    eye.look("stepped-up")
    page.click("#checkout")
    page.wait_for_selector("#order-done")
    eye.look("ordered")
    page.click("#sluis-logout")
    page.wait_for_selector("#notice")
    eye.look("signed-out")


def test_a_card_holder_of_the_supermarket_goes_from_low_to_high(town: Town, seen: tuple[Page, str]) -> None:
    page, way = seen
    eye = Eye(page, f"supermarket-{way}")
    page.goto(town.shops["marktplein"])
    eye.look("offers")
    page.click("#sluis-login")
    page.wait_for_selector("#permission-none")
    eye.look("low")
    town.provider.chooses = "high"
    page.click("#stepup")
    page.wait_for_selector("#permission")
    assert page.get_attribute("#data-level", "data-level") == "high"
    eye.look("high")


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
