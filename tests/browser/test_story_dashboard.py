"""Looking back: who has what, lower it, stop it, the receipt of it; and the pages that say no."""

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.looking import DESK_EN, DESK_EN_DARK, PHONE_NL, PHONE_NL_DARK, Onlooker, Way, looking
from tests.browser.townspeople import settle, share, sign_in
from tests.servers.running import DemoTown


@pytest.mark.parametrize("way", [PHONE_NL, DESK_EN_DARK], ids=str)
def test_what_is_lowered_or_stopped_the_shop_notices_at_its_next_page(
    town: DemoTown, browser: Browser, way: Way
) -> None:
    with looking(browser, way) as eye:
        page, noor = eye.page, settle(town, way.language)
        page.goto(town.marktplein)
        page.click("#sluis-login")
        sign_in(page, noor)
        page.check("#extra-phone_number")
        share(page, "high")
        page.goto(town.trattoria)
        page.click("#sluis-login")
        share(page, "low")

        page.goto(f"{town.issuer}/sharing")
        eye.says("Wie heeft wat van mij?", "Who has what about me?")
        cards = page.locator("article.grant")
        expect(cards).to_have_count(2)
        for card in cards.all():
            assert (card.get_attribute("id") or "").startswith("grant-")
            expect(card.locator("[id='stop-sharing']")).to_have_count(1)
        eye.look("dashboard")
        cards.filter(has_text="Marktplein").locator("h3 a").click()
        eye.look("business")
        _lower(eye, town)
        _stop(eye, town)
        _receipts(eye, town)


def _lower(eye: Onlooker, town: DemoTown) -> None:
    page = eye.page
    grant = page.url
    page.click("#change-level")
    eye.look("change-level")
    page.click("#take-back-phone_number")
    expect(page.locator(".agreed")).not_to_contain_text(eye.way.words("Telefoonnummer", "Phone number"))
    page.click("#change-level")
    page.click("#lower-low")
    page.goto(town.marktplein)
    expect(page.locator("#data-level")).to_have_attribute("data-level", "low")
    expect(page.locator("#permission")).to_have_count(0)
    page.goto(grant)
    expect(page.locator(".timeline-lowered")).to_have_count(2)
    expect(page.locator(".timeline")).not_to_contain_text("Sluisweg")
    eye.look("business-lowered")


def _stop(eye: Onlooker, town: DemoTown) -> None:
    page = eye.page
    page.click("#stop-sharing")
    eye.look("stop")
    page.click("#stop-confirm")
    eye.look("stopped")
    page.goto(town.marktplein)
    # The shop found out by itself, or was told to end the visit a moment before.
    expect(page.locator("#shop-error")).to_have_attribute("data-code", re.compile("stopped|ended_by_sluis"))
    eye.look("marktplein-stopped")


def _receipts(eye: Onlooker, town: DemoTown) -> None:
    page = eye.page
    page.goto(f"{town.issuer}/receipts")
    eye.look("receipts")
    page.locator(".receipt-title a").last.click()
    eye.look("receipt")
    href = page.locator("#receipt-download").get_attribute("href")
    assert href is not None
    answer = page.request.get(f"{town.issuer}{href}" if href.startswith("/") else href)
    assert answer.ok
    assert answer.text().strip().count(".") == 2, "not a compact JWS"
    page.emulate_media(media="print")
    for gone in (".site-nav", ".site-footer", "#site-sign-out", ".development-banner"):
        expect(page.locator(gone)).not_to_be_visible()


@pytest.mark.parametrize("way", [PHONE_NL_DARK, DESK_EN], ids=str)
def test_every_page_that_says_no_says_it_in_ones_language(town: DemoTown, browser: Browser, way: Way) -> None:
    with looking(browser, way) as eye:
        page = eye.page
        for path, name in (
            ("/no-such-page", "error-not-found"),
            ("/authorize?client_id=nobody", "error-client"),
            (f"/consent/{'x' * 43}", "error-request-gone"),
            (f"/confirm/{'x' * 43}", "error-link-used"),
        ):
            page.goto(f"{town.issuer}{path}")
            eye.look(name)
            eye.has("error-title", "error-code", "error-description")
