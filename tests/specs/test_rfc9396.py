"""RFC 9396 at the authorization endpoint: the permission of level high, in the client's own bounds."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.domain.collection import Collection
from app.domain.levels import Level
from app.domain.retention import Period
from tests.factories import Shopper, add_client, decide, share, sign_in
from tests.redeeming import BackOffice, id_token_of, log_in, tokens
from tests.servers.house import House
from tests.shops import Shop, answer, stored_of

HIGH = "openid identity:low identity:high"
DETAIL: dict[str, Any] = {
    "type": "omnichannel_collection",
    "channels": ["web"],
    "datatypes": ["purchase"],
    "purposes": ["loyalty"],
    "retention": "P3M",
}


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


def details(**changes: Any) -> str:
    return json.dumps([DETAIL | changes])


def test_the_grant_holds_the_permission_as_it_was_asked(
    house: House, shop: Shop, nora: Shopper, browser: FlaskClient
) -> None:
    response = shop.begin(browser, scope=HIGH, authorization_details=details())
    path = response.headers["Location"].replace("/consent/", "/authorize/")
    grant = decide(house, nora, stored_of(shop, browser, path), Level.HIGH)
    assert grant.collection is not None
    assert grant.collection.as_detail() == DETAIL
    assert "code" in answer(browser.get(path))


@pytest.mark.parametrize(
    "wider", [{"channels": ["web", "store"]}, {"datatypes": ["purchase", "visit"]}, {"retention": "P6M"}], ids=str
)
def test_a_wider_permission_asks_again_and_the_same_one_does_not(
    house: House, shop: Shop, nora: Shopper, browser: FlaskClient, wider: dict[str, Any]
) -> None:
    response = shop.begin(browser, scope=HIGH, authorization_details=details())
    path = response.headers["Location"].replace("/consent/", "/authorize/")
    decide(house, nora, stored_of(shop, browser, path), Level.HIGH)
    silent = {"scope": "openid identity:high", "prompt": "none"}
    assert "code" in answer(shop.begin(browser, authorization_details=details(), **silent))
    again = answer(shop.begin(browser, authorization_details=details(**wider), **silent))
    assert again.get("error") == "consent_required"


@pytest.mark.parametrize("wrong", [{"type": "other"}, {"purposes": ["marketing"]}, {"retention": "P9M"}], ids=str)
def test_what_goes_beyond_the_declared_use_is_refused(
    house: House, shop: Shop, nora: Shopper, browser: FlaskClient, wrong: dict[str, Any]
) -> None:
    share(house, nora, shop.client_id)
    back = answer(shop.begin(browser, scope=HIGH, authorization_details=details(**wrong)))
    assert back["error"] == "invalid_authorization_details"


def test_a_permission_whose_own_term_is_over_is_told_no_more(house: House, nora: Shopper) -> None:
    """Its grant runs on for three months, and tokens that are refreshed with it."""
    shop = BackOffice(house, add_client(house))
    asked = Collection(frozenset({"web"}), frozenset({"purchase"}), frozenset({"loyalty"}), Period(3))
    scopes = frozenset({*HIGH.split(), "offline_access"})
    login = log_in(house, nora, shop.client_id, Level.HIGH, scopes=scopes, collection=asked)
    out = tokens(shop.redeem(login.code()))
    assert out["authorization_details"] == [DETAIL]
    house.clock.move(days=100)
    out = tokens(shop.refresh(out["refresh_token"]))
    told = shop.userinfo(out["access_token"]).get_json()
    assert told["data_level"] == "high"
    assert "authorization_details" not in out
    assert "data_collection" not in told | id_token_of(house, out)


def test_the_type_is_in_discovery(house: House) -> None:
    members = house.browser().get("/.well-known/openid-configuration").get_json()
    assert members["authorization_details_types_supported"] == ["omnichannel_collection"]
