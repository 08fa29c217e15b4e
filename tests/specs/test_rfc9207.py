"""RFC 9207: every authorization response names its issuer, success and error, in every mode."""

import pytest
from flask.testing import FlaskClient

from tests.factories import Shopper, share, sign_in
from tests.servers.house import House
from tests.shops import Shop, answer, posted


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


def issuer(house: House) -> str:
    members = house.browser().get("/.well-known/openid-configuration").get_json()
    assert members["authorization_response_iss_parameter_supported"] is True
    return str(members["issuer"])


def test_a_code_comes_with_the_issuer(house: House, shop: Shop, nora: Shopper, browser: FlaskClient) -> None:
    share(house, nora, shop.client_id)
    assert answer(shop.begin(browser))["iss"] == issuer(house)
    assert posted(shop.begin(browser, response_mode="form_post"))["iss"] == issuer(house)


@pytest.mark.parametrize("wrong", [{"prompt": "none"}, {"scope": "openid bogus"}, {"request": "x"}], ids=str)
def test_an_error_comes_with_the_issuer(house: House, shop: Shop, browser: FlaskClient, wrong: dict[str, str]) -> None:
    assert answer(shop.begin(browser, **wrong))["iss"] == issuer(house)
    assert posted(shop.begin(browser, response_mode="form_post", **wrong))["iss"] == issuer(house)
