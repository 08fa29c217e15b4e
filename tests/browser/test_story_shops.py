"""Logging in at real shops: low and a step-up at checkout, high with the permission, and what comes in between."""

import json
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.looking import DESK_EN, DESK_EN_DARK, DESK_NL, PHONE_EN, PHONE_NL, PHONE_NL_DARK, Way, looking
from tests.browser.townspeople import settle, share, sign_in
from tests.servers.running import DemoTown


@pytest.mark.parametrize("way", [PHONE_NL, DESK_EN_DARK], ids=str)
def test_a_checkout_asks_for_what_is_new_and_keeps_the_basket(town: DemoTown, browser: Browser, way: Way) -> None:
    with looking(browser, way) as eye:
        page, noor = eye.page, settle(town, way.language)
        page.goto(town.blauw)
        page.click("#add-windmill-tile")
        page.goto(f"{town.blauw}/basket")
        page.click("#sluis-login")
        eye.has("login-email", "login-password", "login-submit", "login-register", "login-recover")
        eye.look("sign-in-for-blauw")
        sign_in(page, noor)
        eye.has("picker", "level-low", "picker-share", "picker-refuse")
        assert page.locator("input:checked").count() == 0, "something is chosen beforehand"
        assert _same_size(page), "to share and to refuse are not equally big"
        eye.look("picker-blauw")
        share(page, "low")
        assert page.url == f"{town.blauw}/basket"
        before = _received(page, town.blauw, "id-token")["sub"]
        assert "address" not in _received(page, town.blauw, "userinfo")
        page.goto(f"{town.blauw}/basket")
        page.click("#checkout")
        eye.look("checkout-blauw")
        page.click("#stepup")
        eye.look("picker-blauw-step-up")
        card = page.locator(".level-card.level-medium")
        expect(card.locator(".level-card-items > .items")).to_contain_text(way.words("Adres", "Address"))
        expect(card.locator(".level-card-items > .items")).not_to_contain_text(noor.email)
        share(page, "medium")
        assert page.url == f"{town.blauw}/basket"
        expect(page.locator(".lines li")).to_have_count(1)
        assert _received(page, town.blauw, "id-token")["sub"] == before
        page.goto(f"{town.blauw}/basket")
        page.click("#checkout")
        expect(page.locator("#order-done")).to_be_visible()
        expect(page.locator("#received-items")).to_contain_text("Sluisweg 12")
        eye.look("order-blauw")


@pytest.mark.parametrize("way", [PHONE_NL_DARK, DESK_EN, DESK_NL, PHONE_EN], ids=str)
def test_a_supermarket_gets_the_permission_at_high_and_not_before(town: DemoTown, browser: Browser, way: Way) -> None:
    with looking(browser, way) as eye:
        page, noor = eye.page, settle(town, way.language)
        page.goto(town.marktplein)
        page.click("#sluis-login")
        sign_in(page, noor)
        eye.has("picker", "level-low", "level-medium", "level-high", "picker-share", "picker-refuse")
        assert page.locator("input:checked").count() == 0, "something is chosen beforehand"
        eye.look("picker-marktplein")
        page.click("#picker-share")
        expect(page.locator("#level-error")).to_be_visible()
        eye.look("picker-nothing-chosen")
        share(page, "high")
        expect(page.locator("#data-level")).to_have_attribute("data-level", "high")
        expect(page.locator("#permission")).to_be_visible()
        eye.look("marktplein-high")


def _received(page: Page, shop: str, what: str) -> dict[str, Any]:
    page.goto(shop)
    page.locator("#received > summary").click()
    told: dict[str, Any] = json.loads(page.locator(f"#received-{what}").inner_text())
    return told


def _same_size(page: Page) -> bool:
    share, refuse = (page.locator(f"#{each}").bounding_box() for each in ("picker-share", "picker-refuse"))
    return share is not None and refuse is not None and abs(share["width"] - refuse["width"]) < 1
