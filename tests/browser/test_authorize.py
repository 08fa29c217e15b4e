"""What only a real browser decides: cookies across sites, forms that post themselves, where form-action lets them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask, render_template_string, request
from playwright.sync_api import Browser, Page

from tests.demo.loopback import serving
from tests.factories import CHALLENGE, Shopper, add_client, add_person, share, sign_in
from tests.servers.running import DemoTown

_POSTS_ITSELF = """<!doctype html><title>Shop</title>
<form method="post" action="{{ action }}">
{% for name, value in fields.items() %}<input type="hidden" name="{{ name }}" value="{{ value }}">{% endfor %}
<button id="go">Go</button></form>"""


@dataclass
class Shop:
    """Another site, on another host than the provider: it sends people off and remembers what they come back with."""

    town: DemoTown
    url: str
    client_id: str = ""
    came_back: list[dict[str, str]] = field(default_factory=list)
    posts_to: tuple[str, dict[str, str]] = ("", {})

    def parameters(self, **more: str) -> dict[str, str]:
        return {
            "client_id": self.client_id,
            "redirect_uri": f"{self.url}/cb",
            "response_type": "code",
            "scope": "openid identity:low",
            "state": "a b&c",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            **more,
        }

    def app(self) -> Flask:
        app = Flask("shop")

        @app.get("/start")
        def start() -> str:
            action, fields = self.posts_to
            return render_template_string(_POSTS_ITSELF, action=action, fields=fields)

        @app.route("/cb", methods=["GET", "POST"])
        def back() -> str:
            self.came_back.append({"method": request.method, **request.values.to_dict()})
            return "<!doctype html><title>Back</title><p id='back'>Back</p>"

        @app.get("/signed-out")
        def signed_out() -> str:
            return "<!doctype html><title>Out</title><p id='out'>Out</p>"

        return app


@pytest.fixture
def shop(town: DemoTown) -> Iterator[Shop]:
    """A shop of a business the operator knows."""
    made: list[Shop] = []

    def build(url: str) -> Flask:
        made.append(Shop(town, url))
        return made[0].app()

    with serving(build) as url:
        shop = made[0]
        shop.client_id = add_client(
            town.house, redirect_uris=[f"{url}/cb"], post_logout_redirect_uris=[f"{url}/signed-out"]
        )
        yield shop


@pytest.fixture
def nora(town: DemoTown, shop: Shop) -> Shopper:
    """A person who shares with the shop."""
    nora = add_person(town.house)
    share(town.house, nora, shop.client_id, redirect_uri=f"{shop.url}/cb")
    return nora


@pytest.fixture
def signed_in(page: Page, town: DemoTown, nora: Shopper) -> Page:
    """Nora's browser."""
    be_signed_in(page, town, nora)
    return page


def be_signed_in(page: Page, town: DemoTown, nora: Shopper) -> None:
    """The cookie as the provider sets it."""
    client = town.house.browser()
    sign_in(town.house, client, nora)
    cookie = client.get_cookie("sluis-session")
    assert cookie is not None
    host = urlsplit(town.issuer).hostname
    page.context.add_cookies(
        [{"name": cookie.key, "value": cookie.value, "domain": host, "path": "/", "httpOnly": True, "sameSite": "Lax"}]
    )


def authorize(shop: Shop, page: Page, **more: str) -> None:
    query = "&".join(f"{name}={quote(value)}" for name, value in shop.parameters(**more).items())
    page.goto(f"{shop.town.issuer}/authorize?{query}")


def test_an_answer_by_form_post_needs_no_click(shop: Shop, signed_in: Page) -> None:
    authorize(shop, signed_in, response_mode="form_post")
    signed_in.wait_for_selector("#back")
    (answer,) = shop.came_back
    assert answer["method"] == "POST"
    assert answer["state"] == "a b&c"
    assert answer["iss"] == shop.town.issuer
    assert answer["code"]


def test_an_answer_by_form_post_works_without_scripts(
    shop: Shop, signed_in: Page, browser: Browser, town: DemoTown
) -> None:
    context = browser.new_context(java_script_enabled=False, storage_state=signed_in.context.storage_state())
    page = context.new_page()
    authorize(shop, page, response_mode="form_post")
    page.click("#form-post-continue")
    page.wait_for_selector("#back")
    context.close()
    assert shop.came_back[0]["code"]


def test_a_request_posted_from_another_site_finds_the_session(shop: Shop, signed_in: Page) -> None:
    shop.posts_to = (f"{shop.town.issuer}/authorize", shop.parameters())
    signed_in.goto(f"{shop.url}/start")
    signed_in.click("#go")
    signed_in.wait_for_selector("#back")
    (answer,) = shop.came_back
    assert answer["method"] == "GET"
    assert answer["state"] == "a b&c"


def test_a_logout_posted_from_another_site_finds_the_session_and_asks(shop: Shop, signed_in: Page) -> None:
    shop.posts_to = (f"{shop.town.issuer}/logout", {"state": "x"})
    signed_in.goto(f"{shop.url}/start")
    signed_in.click("#go")
    signed_in.click("#logout-confirm")
    signed_in.wait_for_selector("#signed-out")
    authorize(shop, signed_in, prompt="none")
    signed_in.wait_for_selector("#back")
    assert shop.came_back[-1]["error"] == "login_required"


def test_leaving_before_signing_in_ends_at_the_shop(shop: Shop, page: Page) -> None:
    authorize(shop, page)
    page.wait_for_selector("#login-email")
    page.click('form[action$="/cancel"] button')
    page.wait_for_selector("#back")
    assert shop.came_back[0]["error"] == "access_denied"
    assert parse_qs(urlsplit(page.url).query)["state"] == ["a b&c"]


SCREENSHOTS = Path(__file__).parent / "screenshots" / "authorize"
WAYS_TO_LOOK = [("nl", 1360, "light"), ("en", 375, "light"), ("en", 1360, "dark"), ("nl", 320, "dark")]


@pytest.fixture(params=WAYS_TO_LOOK, ids=lambda way: "-".join(map(str, way)))
def seen(request: pytest.FixtureRequest, browser: Browser) -> Iterator[tuple[Page, str]]:
    """A page in one language, width and light, and the name of that way to look."""
    language, width, scheme = request.param
    context = browser.new_context(
        locale=language, color_scheme=scheme, viewport={"width": width, "height": 800}, java_script_enabled=True
    )
    context.set_default_timeout(10_000)
    yield context.new_page(), "-".join(map(str, request.param))
    context.close()


def look(page: Page, name: str) -> None:
    """Nothing sticks out, nobody is kept out, and a picture is kept."""
    page.evaluate("document.fonts.ready")
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} scrolls sideways"
    found = Axe().run(page).response["violations"]
    assert [(fault["id"], [node["target"] for node in fault["nodes"]]) for fault in found] == [], name


def test_the_pages_of_a_login_that_stops_are_for_everybody(
    shop: Shop, nora: Shopper, town: DemoTown, seen: tuple[Page, str]
) -> None:
    page, way = seen
    authorize(shop, page, redirect_uri="https://elsewhere.example/")
    look(page, f"refused-{way}")
    unverified = Shop(town, shop.url, add_client(town.house, verified=False, redirect_uris=[f"{shop.url}/cb"]))
    authorize(unverified, page, scope="openid bogus")
    look(page, f"interstitial-{way}")
    page.goto(f"{town.issuer}/authorize/{'x' * 43}")
    look(page, f"unknown-{way}")
    page.goto(f"{town.issuer}/signed-out")
    look(page, f"signed-out-{way}")
    be_signed_in(page, town, nora)
    page.goto(f"{town.issuer}/logout")
    look(page, f"sign-out-{way}")
    # As the page stands before its script has run.
    page.route("**/authorize.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    authorize(shop, page, response_mode="form_post")
    look(page, f"form-post-{way}")
