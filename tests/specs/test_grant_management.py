"""Grant Management for OAuth 2.0, draft 03 §5: what an authorization request says about an earlier grant."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from app.domain.levels import Level
from app.services import consents, personas
from app.services.receipts import Notice
from app.storage import time_marks
from tests.factories import Shopper, add_person, decide, share, sign_in
from tests.servers.house import House
from tests.shops import Shop, answer, stored_of


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


def merge(grant_id: str | None = None) -> dict[str, str | None]:
    return {"grant_management_action": "merge", "grant_id": grant_id}


@pytest.mark.parametrize("named", [True, False], ids=["named", "not named"])
def test_merging_what_the_grant_holds_already_asks_nobody(
    house: House, shop: Shop, nora: Shopper, browser: FlaskClient, named: bool
) -> None:
    grant = share(house, nora, shop.client_id)
    assert "code" in answer(shop.begin(browser, **merge(grant.id if named else None)))


@pytest.mark.parametrize("named", [True, False], ids=["named", "not named"])
def test_stepping_up_asks_and_widens_the_same_grant(
    house: House, shop: Shop, nora: Shopper, browser: FlaskClient, named: bool
) -> None:
    grant = share(house, nora, shop.client_id)
    response = shop.begin(browser, scope="openid identity:medium", **merge(grant.id if named else None))
    path = response.headers["Location"].replace("/consent/", "/authorize/")
    wider = decide(house, nora, stored_of(shop, browser, path), Level.MEDIUM)
    assert (wider.id, wider.sub, wider.level) == (grant.id, grant.sub, Level.MEDIUM)
    assert "code" in answer(browser.get(path))


@pytest.mark.parametrize("action", ["create", "replace"])
def test_a_grant_made_anew_takes_a_decision(
    house: House, shop: Shop, nora: Shopper, browser: FlaskClient, action: str
) -> None:
    share(house, nora, shop.client_id)
    asked = {"grant_management_action": action}
    assert answer(shop.begin(browser, prompt="none", **asked))["error"] == "consent_required"
    path = shop.begin(browser, **asked).headers["Location"].replace("/consent/", "/authorize/")
    decide(house, nora, stored_of(shop, browser, path), Level.LOW)
    assert "code" in answer(browser.get(path))


class TestUnknownGrants:
    """A grant_id that is no live grant of this person at this client, or not of whom a hint names, is refused alike."""

    def refusal(self, shop: Shop, browser: FlaskClient, grant_id: str) -> str:
        return answer(shop.begin(browser, scope="openid identity:medium", **merge(grant_id)))["error"]

    def test_never_given(self, shop: Shop, browser: FlaskClient) -> None:
        assert self.refusal(shop, browser, "0" * 32) == "invalid_grant_id"

    def test_somebody_else_s(self, house: House, shop: Shop, browser: FlaskClient) -> None:
        grant = share(house, add_person(house), shop.client_id)
        assert self.refusal(shop, browser, grant.id) == "invalid_grant_id"

    def test_at_another_client(
        self, house: House, shop: Shop, nora: Shopper, browser: FlaskClient, make_shop: Callable[..., Shop]
    ) -> None:
        grant = share(house, nora, make_shop().client_id)
        assert self.refusal(shop, browser, grant.id) == "invalid_grant_id"

    def test_of_another_persona_than_a_hint_names(
        self, house: House, shop: Shop, nora: Shopper, browser: FlaskClient
    ) -> None:
        grant = share(house, nora, shop.client_id)
        work = personas.add(house.services, nora.id, "Work", "clay", house.clock.now)
        other = share(house, replace(nora, persona_id=work), shop.client_id)
        named = json.dumps({"id_token": {"sub": {"value": other.sub}}})
        asked = merge(grant.id) | {"claims": named, "scope": "openid identity:medium"}
        assert answer(shop.begin(browser, **asked))["error"] == "invalid_grant_id"

    def test_withdrawn(self, house: House, shop: Shop, nora: Shopper, browser: FlaskClient) -> None:
        grant = share(house, nora, shop.client_id)
        consents.stop(house.services, grant.id, nora.id, Notice("en", "Test"), house.clock.now)
        assert self.refusal(shop, browser, grant.id) == "invalid_grant_id"

    def test_ended(self, house: House, shop: Shop, nora: Shopper, browser: FlaskClient) -> None:
        grant = share(house, nora, shop.client_id)
        house.clock.move(days=366)
        sign_in(house, browser, nora)
        assert self.refusal(shop, browser, grant.id) == "invalid_grant_id"

    def test_ended_by_a_clock_that_was_set_back_since(
        self, house: House, shop: Shop, nora: Shopper, browser: FlaskClient
    ) -> None:
        grant = share(house, nora, shop.client_id)
        with house.services.database.write() as db:
            time_marks.raise_to(db, grant.ends_at)
        refused = self.refusal(shop, browser, grant.id)
        with house.services.database.write() as db:
            time_marks.forget(db)
        assert refused == "invalid_grant_id"

    def test_who_is_not_signed_in_learns_nothing_of_it(self, house: House, shop: Shop, nora: Shopper) -> None:
        live, made_up = share(house, nora, shop.client_id).id, "0" * 32
        for grant_id in (live, made_up):
            back = answer(shop.begin(house.browser(), prompt="none", **merge(grant_id)))
            assert back["error"] == "login_required"
