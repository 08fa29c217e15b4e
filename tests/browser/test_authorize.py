"""What only a real browser decides: cookies across sites, forms that post themselves, where form-action lets them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from flask import Flask, render_template_string, request
from playwright.sync_api import Browser, Page

from tests.browser.looking import DESK_EN_DARK, PHONE_NL, Onlooker, Way, looking
from tests.browser.townspeople import be_signed_in
from tests.demo.loopback import serving
from tests.factories import CHALLENGE, Shopper, add_client, add_person, share
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
    be_signed_in(page, town, nora.id)
    return page


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


@pytest.mark.parametrize("way", [DESK_EN_DARK, PHONE_NL], ids=str)
def test_the_pages_of_a_login_that_stops_are_for_everybody(
    shop: Shop, nora: Shopper, town: DemoTown, browser: Browser, way: Way
) -> None:
    with looking(browser, way) as eye:
        _be_stopped(shop, nora, town, eye)


def _be_stopped(shop: Shop, nora: Shopper, town: DemoTown, eye: Onlooker) -> None:
    page = eye.page
    authorize(shop, page, redirect_uri="https://elsewhere.example/")
    eye.look("login-refused")
    unverified = Shop(town, shop.url, add_client(town.house, verified=False, redirect_uris=[f"{shop.url}/cb"]))
    authorize(unverified, page, scope="openid bogus")
    eye.look("login-interstitial")
    page.goto(f"{town.issuer}/authorize/{'x' * 43}")
    eye.look("login-unknown")
    page.goto(f"{town.issuer}/signed-out")
    eye.look("login-signed-out")
    be_signed_in(page, town, nora.id)
    page.goto(f"{town.issuer}/logout")
    eye.look("login-sign-out")
    # As the page stands before its script has run.
    page.route("**/authorize.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    authorize(shop, page, response_mode="form_post")
    eye.look("login-form-post")
