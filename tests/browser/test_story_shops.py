"""Logging in at real shops: low and a step-up at checkout, high with the permission, and what comes in between."""

import json
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.looking import (
    DESK_EN,
    DESK_EN_DARK,
    PHONE_NL_DARK,
    PHONE_NL_PLAIN,
    Onlooker,
    Way,
    looking,
)
from tests.browser.townspeople import settle, share, sign_in
from tests.servers.running import DemoTown, wait_until


@pytest.mark.parametrize("way", [PHONE_NL_PLAIN, DESK_EN_DARK], ids=str)
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
        assert _same_size(page, "#picker-share, #picker-refuse"), "to share and to refuse are not equally big"
        eye.look("picker-blauw")
        share(page, "low")
        expect(page).to_have_url(f"{town.blauw}/basket")
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
        expect(page).to_have_url(f"{town.blauw}/basket")
        expect(page.locator(".lines li")).to_have_count(1)
        assert _received(page, town.blauw, "id-token")["sub"] == before
        page.goto(f"{town.blauw}/basket")
        page.click("#checkout")
        expect(page.locator("#order-done")).to_be_visible()
        expect(page.locator("#received-items")).to_contain_text("Sluisweg 12")
        eye.look("order-blauw")
        order, grant_id = page.url, _received(page, town.blauw, "id-token")["grant_id"]
        _correct_and_be_known(town, eye, order)
        _erase_and_be_answered(town, eye, grant_id)


@pytest.mark.parametrize("way", [PHONE_NL_DARK, DESK_EN], ids=str)
def test_a_supermarket_gets_the_permission_at_high_and_not_before(town: DemoTown, browser: Browser, way: Way) -> None:
    with looking(browser, way) as eye:
        page, noor = eye.page, settle(town, way.language)
        page.goto(town.marktplein)
        page.click("#sluis-login")
        sign_in(page, noor)
        eye.has("picker", "level-low", "level-medium", "level-high", "picker-share", "picker-refuse")
        assert page.locator("input:checked").count() == 0, "something is chosen beforehand"
        assert _same_size(page, ".level-card"), "one level looks more than another"
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


def _correct_and_be_known(town: DemoTown, eye: Onlooker, order: str) -> None:
    """A corrected address reaches the order, and stands behind the counter as told by the provider."""
    page = eye.page
    page.goto(f"{town.issuer}/facts/edit/address")
    page.fill("#fact-address-house_number", "14")
    page.click("#facts-save")
    page.goto(order)
    _until_told(page, "#received-items .sluis-told")
    expect(page.locator("#received-items")).to_contain_text("Sluisweg 14")
    page.click("#counter-link")
    expect(page.locator(".sluis-message[data-kind=corrected]").first).to_have_attribute("data-outcome", "read")
    expect(page.locator("#customers")).to_contain_text("Sluisweg 14")
    eye.look("behind-the-counter")


def _erase_and_be_answered(town: DemoTown, eye: Onlooker, grant_id: str) -> None:
    """After a stop the visit is over; the request is answered behind the counter, and the person reads the answer."""
    page, way = eye.page, eye.way
    page.goto(f"{town.issuer}/cases/ask/{grant_id}")
    page.click("#erase-confirm")
    page.wait_for_selector("#case-summary")
    case = page.url
    page.goto(town.blauw)
    _until_told(page, "#sluis-login")
    expect(page.locator("#shop-error")).to_be_visible()
    page.click("#counter-link")
    mine = f".case-link[data-case='{case.rpartition('/')[2]}']"
    _until_told(page, mine)
    page.click(mine)
    eye.look("behind-the-counter-case")
    page.click("#case-keeps")
    expect(page.locator("#case-final")).to_have_attribute("data-state", "partially_refused")
    eye.look("behind-the-counter-answered")
    page.goto(case)
    expect(page.locator("main")).to_contain_text(
        way.words("Volgens Blauw & Zoon is de rest gewist", "According to Blauw & Zoon the rest is erased")
    )


def _until_told(page: Page, selector: str) -> None:
    """Look again until the shop has fetched what the provider tells it."""

    def there() -> bool:
        if page.locator(selector).count() == 0:
            page.reload()
        return page.locator(selector).count() > 0

    wait_until(there)


def _same_size(page: Page, several: str) -> bool:
    """At this width, and on the narrowest phone, where one of them needs more lines than another."""
    page.wait_for_load_state()
    size = page.viewport_size
    assert size is not None
    equal = []
    for width in (size["width"], 320):
        page.set_viewport_size({"width": width, "height": size["height"]})
        # Measured in one moment: a font that arrives between two would move what is looked at.
        boxes = page.evaluate(
            """several => [...document.querySelectorAll(several)].map(each => {
            const box = each.getBoundingClientRect();
            return [box.width, box.height] })""",
            several,
        )
        equal.append(all(max(sides) - min(sides) < 1 for sides in zip(*boxes, strict=True)) and len(boxes) > 1)
    page.set_viewport_size(size)
    return all(equal)
