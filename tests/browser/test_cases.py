"""Stop and ask to erase in a real browser: asked in two clicks, answered by link, complained about on paper."""

from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import update

from app.domain.grants import Grant
from app.domain.levels import Level
from app.services import cases, mail
from app.storage.tables.cases import cases as case_rows
from app.storage.tables.parties import businesses
from tests.browser.looking import DESK_EN_DARK, PHONE_NL, Onlooker, Way, looking
from tests.browser.townspeople import be_signed_in, fill_in
from tests.factories import ALL_SCOPES, Shopper, add_business, add_client, add_person, share
from tests.servers.running import DemoTown


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


def size(page: Page, selector: str) -> tuple[float, str, str]:
    """How high a button is, and its colours: what makes one more than another."""
    box = page.locator(selector).bounding_box()
    assert box is not None
    style = "element => [getComputedStyle(element).backgroundColor, getComputedStyle(element).color]"
    background, colour = page.eval_on_selector(selector, style)
    return box["height"], background, colour


def test_stopping_and_stopping_with_erasure_look_alike(relation: Relation, page: Page) -> None:
    be_signed_in(page, relation.town, relation.nora.id)
    page.goto(f"{relation.town.issuer}/sharing/{relation.grant.id}")
    assert size(page, "#stop-sharing") == size(page, "#stop-and-erase")
    page.goto(f"{relation.town.issuer}/sharing/{relation.grant.id}/stop")
    assert size(page, "#stop-confirm")[1:] == size(page, "#stop-erase-confirm")[1:]


def test_from_the_page_of_a_business_it_is_two_clicks(relation: Relation, page: Page) -> None:
    be_signed_in(page, relation.town, relation.nora.id)
    page.goto(f"{relation.town.issuer}/sharing/{relation.grant.id}")
    page.click("#stop-and-erase")
    page.click("#erase-confirm")
    page.wait_for_selector("#case-summary")
    assert page.url == relation.case_url()


def test_the_page_that_stops_can_ask_to_erase_as_well(relation: Relation, page: Page) -> None:
    be_signed_in(page, relation.town, relation.nora.id)
    page.goto(f"{relation.town.issuer}/sharing/{relation.grant.id}/stop")
    page.click("#stop-erase-confirm")
    page.wait_for_selector("#case-summary")
    assert page.url == relation.case_url()


@pytest.mark.parametrize("way", [DESK_EN_DARK, PHONE_NL], ids=str)
def test_every_page_of_a_case_is_for_everybody(relation: Relation, browser: Browser, way: Way) -> None:
    with looking(browser, way) as eye:
        _ask(relation, eye)
        _wait_too_long(relation, eye)
        _be_refused_in_part(relation, eye)


def _ask(relation: Relation, eye: Onlooker) -> None:
    page = eye.page
    issuer = relation.town.issuer
    be_signed_in(page, relation.town, relation.nora.id)
    page.goto(f"{issuer}/cases")
    eye.look("case-overview-empty")
    page.goto(f"{issuer}/sharing/{relation.grant.id}/stop")
    eye.look("case-stop")
    page.goto(f"{issuer}/sharing/{relation.grant.id}")
    eye.look("case-grant-running")
    page.click("#stop-and-erase")
    eye.look("case-ask")
    page.click("#erase-confirm")
    eye.look("case-sent")

    page.goto(relation.link())
    eye.look("case-answer")
    page.click("#case-send")
    eye.look("case-answer-nothing-chosen")
    page.check("#case-answer-0")
    page.click("#case-send")
    eye.look("case-answer-received")

    page.goto(relation.case_url())
    eye.look("case-received")


def _wait_too_long(relation: Relation, eye: Onlooker) -> None:
    page = eye.page
    page.goto(relation.link())
    page.check("input[value=extended]")
    page.fill("#case-message", "Ons archief verhuist.")
    page.click("#case-send")
    page.goto(relation.case_url())
    eye.look("case-extended")
    relation.make_overdue()
    page.goto(relation.case_url())
    eye.look("case-overdue")
    page.click("#complaint-letter")
    eye.look("case-letter")


def _be_refused_in_part(relation: Relation, eye: Onlooker) -> None:
    page = eye.page
    page.goto(relation.link())
    eye.look("case-answer-overdue")
    page.check("input[value=keeps]")
    page.check("input[value=address]")
    page.check("input[value=account_records]")
    page.select_option("#case-ground", "legal_duty")
    fill_in(
        page,
        "case",
        "case-send",
        law="Artikel 52 AWR",
        until="2033-12-31",
        message="Uw facturen bewaren wij zeven jaar.",
    )
    eye.look("case-answered")
    page.goto(relation.link())
    eye.look("case-closed")

    page.goto(relation.case_url())
    eye.look("case-partly-refused")
    page.click("#ask-again")
    eye.look("case-ask-again")
    page.goto(f"{relation.town.issuer}/cases")
    eye.look("case-overview")
    page.goto(f"{relation.town.issuer}/sharing/{relation.grant.id}")
    eye.look("case-grant-ended")


def test_the_letter_prints_alone(relation: Relation, page: Page) -> None:
    be_signed_in(page, relation.town, relation.nora.id)
    page.goto(f"{relation.town.issuer}/cases/ask/{relation.grant.id}")
    page.click("#erase-confirm")
    relation.make_overdue()
    page.goto(f"{relation.case_url()}/letter")
    page.emulate_media(media="print")
    assert page.locator("#letter").is_visible()
    for gone in (".site-header", ".site-footer", ".letter-help", "main > h1"):
        assert not page.locator(gone).first.is_visible(), gone
