"""RFC 9126: pushed authorization requests."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

from tests.factories import Shopper, add_client, share, sign_in
from tests.redeeming import SECRET, BackOffice, refused
from tests.servers.house import House
from tests.shops import Shop, answer, refused_page, suspend


@pytest.fixture
def house(shared_house: House) -> House:
    """One house for all of them: every test brings its own shop and person."""
    return shared_house


@pytest.fixture
def browser(house: House, nora: Shopper) -> FlaskClient:
    """Nora's browser, where she is signed in."""
    browser = house.browser()
    sign_in(house, browser, nora)
    return browser


def push(shop: Shop, **changes: str | None) -> Any:
    return BackOffice(shop.house, shop.client_id).post("/par", shop.parameters(**changes))


def pushed(shop: Shop, **changes: str | None) -> str:
    response = push(shop, **changes)
    assert response.status_code == 201, response.text
    return str(response.get_json()["request_uri"])


def open_in(browser: FlaskClient, shop: Shop, request_uri: str, **beside: str) -> Any:
    query = {"client_id": shop.client_id, "request_uri": request_uri, **beside}
    return browser.get("/authorize", query_string=query)


def test_a_push_answers_201_with_a_reference_and_its_life(shop: Shop) -> None:
    response = push(shop)
    assert response.status_code == 201
    assert response.content_type == "application/json"
    assert response.headers["Cache-Control"] == "no-store"
    members = response.get_json()
    assert members.keys() == {"request_uri", "expires_in"}
    assert members["request_uri"].startswith("urn:ietf:params:oauth:request_uri:")
    assert len(members["request_uri"].rpartition(":")[2]) >= 43
    assert 5 <= members["expires_in"] <= 600


def test_every_push_gets_a_reference_of_its_own(shop: Shop) -> None:
    assert pushed(shop) != pushed(shop)


def test_a_client_that_proves_nothing_pushes_no_more_from_one_network_than_strangers_may_begin(
    make_house: Callable[..., House],
) -> None:
    house = make_house(login={"requests_per_source": 2})
    for secret, last in ((None, 429), (SECRET, 201)):
        office = BackOffice(house, add_client(house, secret=secret), secret)
        parameters = Shop(house, office.client_id).parameters()
        assert [office.post("/par", parameters).status_code for _ in range(3)] == [201, 201, last]


def test_client_id_and_request_uri_are_all_the_browser_needs(
    house: House, shop: Shop, nora: Shopper, browser: FlaskClient
) -> None:
    share(house, nora, shop.client_id)
    back = answer(open_in(browser, shop, pushed(shop)))
    assert back.keys() == {"code", "state", "iss"}


def test_what_stands_beside_the_reference_is_not_read(
    house: House, shop: Shop, nora: Shopper, browser: FlaskClient
) -> None:
    share(house, nora, shop.client_id)
    beside = {
        "state": "other",
        "redirect_uri": "https://evil.example/",
        "scope": "openid identity:high",
        "prompt": "login",
    }
    assert answer(open_in(browser, shop, pushed(shop), **beside))["state"] == "af0ifjsldkj"


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"redirect_uri": "https://evil.example/"}, "invalid_request"),
        ({"redirect_uri": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "openid bogus"}, "invalid_scope"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"request_uri": "urn:ietf:params:oauth:request_uri:abc"}, "invalid_request"),
        ({"request": "eyJ"}, "request_not_supported"),
        ({"client_id": "another"}, "invalid_request"),
        ({"max_age": "abc"}, "invalid_request"),
    ],
    ids=str,
)
def test_a_bad_request_is_refused_where_it_is_pushed(shop: Shop, wrong: dict[str, str | None], error: str) -> None:
    assert refused(push(shop, **wrong)) == error


def test_a_confidential_client_authenticates(house: House, shop: Shop) -> None:
    response = BackOffice(house, shop.client_id, None).post("/par", shop.parameters())
    assert refused(response, 401) == "invalid_client"
    assert "WWW-Authenticate" in response.headers


def test_a_wrong_secret_is_refused(house: House, shop: Shop) -> None:
    response = BackOffice(house, shop.client_id, "wrong").post("/par", shop.parameters())
    assert refused(response, 401) == "invalid_client"


def test_a_public_client_pushes_by_its_name(house: House, make_shop: Callable[..., Shop]) -> None:
    shop = make_shop(secret=None)
    response = BackOffice(house, shop.client_id, None).post("/par", shop.parameters())
    assert response.status_code == 201


@pytest.mark.parametrize("method", ["get", "put", "delete", "patch", "head"])
def test_a_push_is_a_post(house: House, method: str) -> None:
    assert getattr(house.browser(), method)("/par").status_code == 405


def test_another_client_cannot_use_the_reference(
    shop: Shop, browser: FlaskClient, make_shop: Callable[..., Shop]
) -> None:
    response = open_in(browser, make_shop(), pushed(shop))
    assert refused_page(response) == "invalid_request_uri"


def test_an_expired_reference_is_refused(house: House, shop: Shop, browser: FlaskClient) -> None:
    reference = pushed(shop)
    house.clock.move(seconds=house.services.settings.tokens.pushed_s)
    refused = open_in(browser, shop, reference)
    assert refused_page(refused) == "invalid_request_uri"
    assert "verlopen of al gebruikt" in refused.text


def test_a_reference_posted_from_another_site_comes_again_as_the_same(house: House, shop: Shop) -> None:
    asked = {"client_id": shop.client_id, "request_uri": pushed(shop)}
    assert parse_qs(urlsplit(house.browser().post("/authorize", data=asked).headers["Location"]).query) == {
        name: [value] for name, value in asked.items()
    }


def test_a_reference_works_again_until_it_is_answered_and_then_never(
    house: House, shop: Shop, nora: Shopper, browser: FlaskClient
) -> None:
    reference = pushed(shop)
    first, again = open_in(browser, shop, reference), open_in(browser, shop, reference)
    assert first.headers["Location"] == again.headers["Location"]
    assert first.headers["Location"].startswith("/consent/")
    share(house, nora, shop.client_id)
    assert "code" in answer(open_in(browser, shop, reference))
    assert refused_page(open_in(browser, shop, reference)) == "invalid_request_uri"


def test_a_reference_opened_in_one_browser_is_dead_in_another(house: House, shop: Shop, browser: FlaskClient) -> None:
    reference = pushed(shop)
    open_in(browser, shop, reference)
    assert refused_page(open_in(house.browser(), shop, reference)) == "invalid_request_uri"


def test_an_opened_request_waits_as_long_as_any_other(house: House, shop: Shop, browser: FlaskClient) -> None:
    location = open_in(browser, shop, pushed(shop)).headers["Location"]
    house.clock.move(minutes=29)
    assert browser.get(location).status_code == 200
    house.clock.move(minutes=1)
    assert browser.get(location).status_code == 410


def test_a_login_between_the_push_and_the_browser_is_not_a_fresh_one(
    house: House, shop: Shop, nora: Shopper, browser: FlaskClient
) -> None:
    share(house, nora, shop.client_id)
    reference = pushed(shop, prompt="login")
    house.clock.move(seconds=5)
    sign_in(house, browser, nora)
    house.clock.move(seconds=5)
    assert open_in(browser, shop, reference).headers["Location"].startswith("/sign-in")


def test_a_suspended_client_s_reference_is_dead(house: House, shop: Shop, browser: FlaskClient) -> None:
    reference = pushed(shop)
    suspend(shop)
    assert refused_page(open_in(browser, shop, reference)) == "invalid_client"


def test_a_strict_client_s_pushed_request_is_taken_in_a_url(
    house: House, nora: Shopper, browser: FlaskClient, make_shop: Callable[..., Shop]
) -> None:
    shop = make_shop(security_profile="strict")
    share(house, nora, shop.client_id)
    assert answer(shop.begin(browser))["error"] == "invalid_request"
    assert "code" in answer(open_in(browser, shop, pushed(shop)))


def test_a_page_of_a_client_may_push(house: House, shop: Shop) -> None:
    browser = house.browser()
    asked = browser.options("/par", headers={"Origin": "https://shop.example"})
    assert (asked.status_code, asked.headers["Access-Control-Allow-Methods"]) == (204, "POST")
    stranger = browser.options("/par", headers={"Origin": "https://evil.example"})
    assert "Access-Control-Allow-Origin" not in stranger.headers
