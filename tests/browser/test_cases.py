"""Stop and ask to erase in a real browser: asked in two clicks, answered by link, complained about on paper."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from sqlalchemy import update

from app.domain.grants import Grant
from app.domain.levels import Level
from app.services import cases, mail
from app.storage.tables.cases import cases as case_rows
from app.storage.tables.parties import businesses
from tests.factories import ALL_SCOPES, Shopper, add_business, add_client, add_person, share, sign_in
from tests.servers.running import DemoTown

SCREENSHOTS = Path(__file__).parent / "screenshots" / "cases"
WAYS_TO_LOOK = [("nl", 1360, "light"), ("en", 375, "light"), ("en", 1360, "dark"), ("nl", 320, "dark")]


@dataclass(frozen=True)
class Relation:
    """A person who shares with a business that answers by hand."""

    town: DemoTown
    nora: Shopper
    grant: Grant
    contact: str

    def link(self) -> str:
        """The link in the latest mail to the business."""
        letters = [each for each in mail.latest(self.town.house.services, 500) if each.recipient == self.contact]
        return next(line for line in letters[0].text.splitlines() if "/cases/answer/" in line)

    def make_overdue(self) -> None:
        """As if it was asked long ago."""
        house = self.town.house
        long_ago = {"opened_at": self.grant.given_at, "answer_before": self.grant.given_at}
        with house.services.database.write() as db:
            db.execute(update(case_rows).where(case_rows.c.grant_id == self.grant.id).values(**long_ago))

    def case_url(self) -> str:
        followed = cases.of_grant(self.town.house.services, self.nora.id, self.grant.id)
        assert followed is not None
        return f"{self.town.issuer}/cases/{followed.case.id}"


@pytest.fixture
def relation(town: DemoTown) -> Relation:
    house = town.house
    business_id = add_business(house, name="Bakkerij Zonneveld")
    details: dict[str, Any] = {
        "privacy_contact": f"{business_id[:8]}@zonneveld.example",
        "legal_name": "Bakkerij Zonneveld B.V.",
        "country": "NL",
    }
    with house.services.database.write() as db:
        db.execute(update(businesses).where(businesses.c.id == business_id).values(details=details))
    nora = add_person(house)
    client_id = add_client(house, business_id=business_id)
    grant = share(house, nora, client_id, Level.HIGH, scopes=frozenset(ALL_SCOPES.split()))
    return Relation(town, nora, grant, details["privacy_contact"])


def be_signed_in(page: Page, relation: Relation) -> None:
    client = relation.town.house.browser()
    sign_in(relation.town.house, client, relation.nora)
    cookie = client.get_cookie("sluis-session")
    assert cookie is not None
    host = urlsplit(relation.town.issuer).hostname
    page.context.add_cookies(
        [{"name": cookie.key, "value": cookie.value, "domain": host, "path": "/", "httpOnly": True, "sameSite": "Lax"}]
    )


@pytest.fixture(params=WAYS_TO_LOOK, ids=lambda way: "-".join(map(str, way)))
def seen(request: pytest.FixtureRequest, browser: Browser) -> Iterator[tuple[Page, str]]:
    """A page in one language, width and light, and the name of that way to look."""
    language, width, scheme = request.param
    context = browser.new_context(locale=language, color_scheme=scheme, viewport={"width": width, "height": 800})
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


def size(page: Page, selector: str) -> tuple[float, str, str]:
    """How high a button is, and its colours: what makes one more than another."""
    box = page.locator(selector).bounding_box()
    assert box is not None
    style = "element => [getComputedStyle(element).backgroundColor, getComputedStyle(element).color]"
    background, colour = page.eval_on_selector(selector, style)
    return box["height"], background, colour


def test_stopping_and_stopping_with_erasure_look_alike(relation: Relation, page: Page) -> None:
    be_signed_in(page, relation)
    page.goto(f"{relation.town.issuer}/sharing/{relation.grant.id}")
    assert size(page, "#stop-sharing") == size(page, "#stop-and-erase")
    page.goto(f"{relation.town.issuer}/sharing/{relation.grant.id}/stop")
    assert size(page, "#stop-confirm")[1:] == size(page, "#stop-erase-confirm")[1:]


def test_from_the_page_of_a_business_it_is_two_clicks(relation: Relation, page: Page) -> None:
    be_signed_in(page, relation)
    page.goto(f"{relation.town.issuer}/sharing/{relation.grant.id}")
    page.click("#stop-and-erase")
    page.click("#erase-confirm")
    page.wait_for_selector("#case-summary")
    assert page.url == relation.case_url()


def test_the_page_that_stops_can_ask_to_erase_as_well(relation: Relation, page: Page) -> None:
    be_signed_in(page, relation)
    page.goto(f"{relation.town.issuer}/sharing/{relation.grant.id}/stop")
    page.click("#stop-erase-confirm")
    page.wait_for_selector("#case-summary")
    assert page.url == relation.case_url()


def test_every_page_of_a_case_is_for_everybody(relation: Relation, seen: tuple[Page, str], browser: Browser) -> None:
    page, way = seen
    issuer = relation.town.issuer
    be_signed_in(page, relation)
    page.goto(f"{issuer}/cases")
    look(page, f"overview-empty-{way}")
    page.goto(f"{issuer}/sharing/{relation.grant.id}/stop")
    look(page, f"stop-{way}")
    page.goto(f"{issuer}/sharing/{relation.grant.id}")
    look(page, f"grant-running-{way}")
    page.click("#stop-and-erase")
    look(page, f"ask-{way}")
    page.click("#erase-confirm")
    look(page, f"sent-{way}")

    page.goto(relation.link())
    look(page, f"answer-{way}")
    page.click("#case-send")
    look(page, f"answer-nothing-chosen-{way}")
    page.check("#case-answer-0")
    page.click("#case-send")
    look(page, f"answer-received-{way}")

    page.goto(relation.case_url())
    look(page, f"received-{way}")
    relation.make_overdue()
    page.goto(relation.case_url())
    look(page, f"overdue-{way}")
    page.click("#complaint-letter")
    look(page, f"letter-{way}")

    page.goto(relation.link())
    look(page, f"answer-overdue-{way}")
    page.check("input[value=keeps]")
    page.check("input[value=address]")
    page.check("input[value=account_records]")
    page.select_option("#case-ground", "legal_duty")
    page.fill("#case-law", "Artikel 52 AWR")
    page.fill("#case-until", "2033-12-31")
    page.fill("#case-message", "Uw facturen bewaren wij zeven jaar.")
    page.click("#case-send")
    look(page, f"answered-{way}")
    page.goto(relation.link())
    look(page, f"closed-{way}")

    page.goto(relation.case_url())
    look(page, f"partly-refused-{way}")
    page.goto(f"{issuer}/cases")
    look(page, f"overview-{way}")
    page.goto(f"{issuer}/sharing/{relation.grant.id}")
    look(page, f"grant-ended-{way}")


def test_the_letter_prints_alone(relation: Relation, page: Page) -> None:
    be_signed_in(page, relation)
    page.goto(f"{relation.town.issuer}/cases/ask/{relation.grant.id}")
    page.click("#erase-confirm")
    relation.make_overdue()
    page.goto(f"{relation.case_url()}/letter")
    page.emulate_media(media="print")
    assert page.locator("#letter").is_visible()
    for gone in (".site-header", ".site-footer", ".letter-help", "main > h1"):
        assert not page.locator(gone).first.is_visible(), gone
