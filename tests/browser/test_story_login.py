"""A login that does not go straight on: something missing, no, back and again, two shops at once."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.looking import DESK_EN, PHONE_NL_DARK, Onlooker, Way, looking
from tests.browser.townspeople import be_signed_in, fill_in, settle, share
from tests.servers.running import DemoTown


@pytest.mark.parametrize("way", [PHONE_NL_DARK, DESK_EN], ids=str)
def test_a_login_bears_what_people_do_on_the_way(town: DemoTown, browser: Browser, way: Way) -> None:
    with looking(browser, way) as eye:
        noor = settle(town, way.language, without=("address",))
        be_signed_in(eye.page, town, noor.id)
        _fill_in_what_is_missing(eye, town)
        _refuse_and_come_back(eye, town)
        _log_in_at_two_shops_at_once(eye, town)


def _fill_in_what_is_missing(eye: Onlooker, town: DemoTown) -> None:
    page = eye.page
    page.goto(town.marktplein)
    page.click("#sluis-login")
    request = page.url.partition("?")[0]
    page.wait_for_load_state()  # the picture comes after the page
    assert page.eval_on_selector("img.shop-logo", "logo => logo.naturalWidth") > 0
    medium = page.locator(".level-card.level-medium")
    expect(medium.locator(".notice-warn")).to_contain_text(
        eye.way.words("Marktplein heeft je adres nodig.", "Marktplein needs your address.")
    )
    expect(page.locator(".level-card.level-low .notice-warn")).to_have_count(0)
    eye.look("picker-something-missing")
    share(page, "medium")
    eye.says("Er is nog niets gedeeld", "Nothing has been shared yet")
    eye.look("picker-still-missing")
    medium.locator(".notice-warn a").click()
    eye.look("picker-fill-in")
    fill_in(
        page,
        "fact-address",
        "facts-save",
        postal_code="1234 AB",
        house_number="12",
        street="Sluisweg",
        locality="Utrecht",
    )
    expect(page).to_have_url(re.compile(rf"{re.escape(request)}(\?|$)"))  # back at the same request
    expect(medium.locator(".notice-warn")).to_have_count(0)
    medium.locator("details.reveal summary").click()
    expect(medium).to_contain_text("Sluisweg 12")
    if eye.way.width < 600:
        _both_buttons_come_along(page)
    page.reload()
    assert page.locator("input:checked").count() == 0, "something is chosen beforehand"


def _both_buttons_come_along(page: Page) -> None:
    """On a phone, once a level is chosen: equally large, in sight, and not over what has the focus."""
    page.check("#level-low")
    share_button, refuse_button = page.locator("#picker-share"), page.locator("#picker-refuse")
    for button in (share_button, refuse_button):
        expect(button).to_be_in_viewport(ratio=1)
    top, size = page.evaluate(
        """() => {
            const [one, other] = ["picker-share", "picker-refuse"].map(
                id => document.getElementById(id).getBoundingClientRect());
            return [Math.min(one.top, other.top), [one.width - other.width, one.height - other.height]];
        }"""
    )
    assert size == [0, 0]
    page.focus("#level-high")
    focused = page.locator("#level-high").bounding_box()
    assert focused is not None
    assert focused["y"] + focused["height"] <= top


def _refuse_and_come_back(eye: Onlooker, town: DemoTown) -> None:
    page = eye.page
    page.click("#picker-refuse")
    expect(page.locator("#shop-error")).to_have_attribute("data-code", "access_denied")
    expect(page.locator("#sluis-login")).to_be_visible()
    eye.look("marktplein-refused")
    page.go_back()
    if page.locator("#picker-share").count():  # as the browser kept it
        share(page, "high")
    expect(page.locator("#error-code")).to_have_text("request_finished")
    eye.look("login-finished")
    page.get_by_role("link", name="Marktplein").click()
    expect(page).to_have_url(re.compile(re.escape(town.marktplein)))
    expect(page.locator("#data-level")).to_have_count(0)


def _log_in_at_two_shops_at_once(eye: Onlooker, town: DemoTown) -> None:
    first, second = eye.page, eye.page.context.new_page()
    for tab, shop in ((first, town.trattoria), (second, town.blauw)):
        tab.goto(shop)
        tab.click("#sluis-login")
    for tab, shop in ((second, town.blauw), (first, town.trattoria)):
        share(tab, "low")
        assert tab.url.startswith(shop)
        expect(tab.locator("#sluis-logout")).to_be_visible()
    second.close()
