"""The vault as a person sees it: every page in both languages, on a desk and in a hand, by day and by night."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from app.services import sessions
from app.services.sessions import ACR_PASSWORD, AMR_PASSWORD
from tests.factories import add_client, add_person
from tests.redeeming import SECRET, basic
from tests.servers.running import RunningHouse
from tests.vault import Customer, Till, share_high

SCREENSHOTS = Path(__file__).parent / "screenshots" / "vault"
WAYS_TO_LOOK = [("nl", 1360, "light"), ("en", 375, "dark"), ("nl", 320, "light")]


@dataclass(frozen=True)
class Story:
    """A customer at their browser, and the till of a business they gave level high."""

    page: Page
    till: Till
    customer: Customer
    issuer: str
    name: str

    def go(self, path: str, at: str) -> None:
        """Open a page and look at it."""
        self.page.goto(self.issuer + path)
        self.look(at)

    def look(self, at: str) -> None:
        """Nothing sticks out, nobody is kept out, and a picture is kept."""
        self.page.wait_for_load_state()
        self.page.evaluate("document.fonts.ready")
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"{self.name}-{at}.png", full_page=True)
        assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{at} scrolls sideways"
        found = Axe().run(self.page).response["violations"]
        assert [(fault["id"], [node["target"] for node in fault["nodes"]]) for fault in found] == [], at


@pytest.fixture(params=WAYS_TO_LOOK, ids=lambda way: "-".join(map(str, way)))
def story(request: pytest.FixtureRequest, running_house: RunningHouse, browser: Browser) -> Iterator[Story]:
    """A person signed in, in one language, size and light."""
    language, width, scheme = request.param
    house = running_house.house
    client_id, person = add_client(house), add_person(house)
    customer = Customer(person, share_high(house, person, client_id))
    _, secret = sessions.open(house.services, person.id, acr=ACR_PASSWORD, amr=AMR_PASSWORD, now=running_house.now())
    context = browser.new_context(
        locale=language,
        color_scheme=scheme,
        viewport={"width": width, "height": 812},
        reduced_motion="reduce",
    )
    context.set_default_timeout(10_000)
    context.add_cookies([{"name": "sluis-session", "value": secret, "url": running_house.issuer}])
    name = f"{language}-{width}-{scheme}"
    till = Till(house, client_id, basic(client_id, SECRET))
    yield Story(context.new_page(), till, customer, running_house.issuer, name)
    context.close()


def test_a_purchase_is_seen_corrected_and_deleted(story: Story) -> None:
    page, sub = story.page, story.customer.sub
    story.go("/vault", "empty")
    story.till.ask(sub, place="Utrecht")
    story.till.ask(sub, channel="app")
    story.till.put("/v1/loyalty-numbers/2900000000018", {"sub": sub})
    story.till.deposit(sub)
    story.till.deposit(sub, type="visit", content={"place": "Utrecht", "minutes": 12, "looked_at": ["cheese", "tea"]})
    story.go("/vault", "overview")
    page.click(".shelf-card a")
    story.look("shelf")
    page.click(".deposit-purchase h2 a")
    story.look("deposit")
    page.click("#vault-correct")
    story.look("correct")
    page.fill("#vault-total", "nonsense")
    page.click("#vault-save")
    story.look("fault")
    page.fill("#vault-total", "6,50")
    page.fill("#vault-remark", "It was six euro fifty.")
    page.click("#vault-save")
    story.look("corrected")
    assert "6.50" in page.inner_text("main").replace(",", ".")
    page.click("#vault-remove")
    story.look("remove")
    page.click("#vault-remove-confirm")
    assert page.locator(".deposit").count() == 1
    story.go("/vault/looked-up", "looked-up")
    story.go(f"/sharing/{story.customer.grant.id}", "timeline")
