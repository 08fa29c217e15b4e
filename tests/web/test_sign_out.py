"""Signing out by one's own button."""

import pytest
from flask.testing import FlaskClient

from app.storage import sessions
from tests.factories import Shopper, sign_in
from tests.servers.house import House
from tests.shops import Shop, answer


@pytest.fixture
def house(shared_house: House) -> House:
    """One house for all of them: every test brings its own person."""
    return shared_house


@pytest.fixture
def browser(house: House, nora: Shopper) -> FlaskClient:
    """Nora's browser, where she is signed in."""
    browser = house.browser()
    sign_in(house, browser, nora)
    return browser


def token(browser: FlaskClient) -> str:
    return browser.get("/logout").text.partition('name="csrf_token" value="')[2].partition('"')[0]


def is_signed_in(browser: FlaskClient, shop: Shop) -> bool:
    return answer(shop.begin(browser, prompt="none")).get("error") != "login_required"


def test_the_button_ends_the_session_and_clears_the_browser(shop: Shop, browser: FlaskClient) -> None:
    response = browser.post("/sign-out", data={"csrf_token": token(browser)})
    assert (response.status_code, response.headers["Location"]) == (303, "/signed-out")
    assert browser.get_cookie("sluis-session") is None
    assert 'id="signed-out"' in browser.get("/signed-out").text
    assert not is_signed_in(browser, shop)


@pytest.mark.parametrize("sent", [{}, {"csrf_token": "x"}], ids=str)
def test_another_site_cannot_sign_a_person_out(shop: Shop, browser: FlaskClient, sent: dict[str, str]) -> None:
    assert browser.post("/sign-out", data=sent).status_code in {400, 403}
    assert is_signed_in(browser, shop)


def test_who_was_signed_out_in_another_window_is_signed_out(house: House, nora: Shopper, browser: FlaskClient) -> None:
    pressed = {"csrf_token": token(browser)}
    house.clock.move(seconds=1)
    with house.services.database.write() as db:
        sessions.end_all(db, nora.id, house.clock.now)
    response = browser.post("/sign-out", data=pressed)
    assert (response.status_code, response.headers["Location"]) == (303, "/signed-out")


def test_following_a_link_signs_nobody_out(shop: Shop, browser: FlaskClient) -> None:
    assert browser.get("/sign-out").status_code == 405
    assert is_signed_in(browser, shop)


def test_a_request_kept_for_this_browser_is_not_kept_for_the_next_person(shop: Shop, browser: FlaskClient) -> None:
    path = shop.begin(browser).headers["Location"].replace("/consent/", "/authorize/")
    browser.post("/sign-out", data={"csrf_token": token(browser)})
    assert browser.get(path).status_code == 403


def test_only_this_browser_is_signed_out(house: House, shop: Shop, nora: Shopper, browser: FlaskClient) -> None:
    other = house.browser()
    sign_in(house, other, nora)
    browser.post("/sign-out", data={"csrf_token": token(browser)})
    assert is_signed_in(other, shop)


def test_signed_out_says_so_to_anybody(house: House) -> None:
    response = house.browser().get("/signed-out")
    assert response.status_code == 200
    assert 'id="signed-out"' in response.text
