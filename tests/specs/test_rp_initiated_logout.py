"""OpenID Connect RP-Initiated Logout 1.0."""

from collections.abc import Callable
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.test import TestResponse

from app.crypto.jwt import sign
from app.crypto.keyring import generate
from app.services.keys import rotate
from app.storage.tables.parties import clients
from tests.factories import Shopper, add_person, share, sign_in
from tests.servers.house import House
from tests.shops import Shop, answer, refused_page

_TURNED_DOWN = "naar een adres te brengen dat niet is aangemeld."
AFTER = "https://shop.example/signed-out"
ISSUER = "http://localhost:8000"


@pytest.fixture
def house(shared_house: House) -> House:
    """One house for all of them: every test brings its own shop and person."""
    return shared_house


@pytest.fixture
def shop(make_shop: Callable[..., Shop]) -> Shop:
    """A shop that wishes to have people back after they signed out."""
    return make_shop(post_logout_redirect_uris=[AFTER, AFTER + "?lang=nl"])


@pytest.fixture
def browser(house: House, nora: Shopper) -> FlaskClient:
    """Nora's browser, where she is signed in."""
    browser = house.browser()
    sign_in(house, browser, nora)
    return browser


@pytest.fixture
def hint(house: House, shop: Shop, nora: Shopper) -> str:
    """Nora's ID token at the shop, long expired."""
    return id_token(house, shop, share(house, nora, shop.client_id).sub)


def id_token(house: House, shop: Shop, sub: str, typ: str | None = "JWT", **changes: Any) -> str:
    then = int(house.clock.now.timestamp()) - 86_400
    claims = {"iss": ISSUER, "sub": sub, "aud": shop.client_id, "iat": then, "exp": then + 300}
    signer = house.services.keys.ring(house.clock.now).signer("RS256", house.clock.now)
    return sign(signer, claims | changes, typ=typ)


def is_signed_in(browser: FlaskClient, shop: Shop) -> bool:
    error = answer(shop.begin(browser, prompt="none", state=None)).get("error")
    return error != "login_required"


def log_out(browser: FlaskClient, **sent: str) -> TestResponse:
    return browser.get("/logout", query_string=sent)


def is_confirmation(response: TestResponse) -> bool:
    return (
        response.status_code == 200 and 'id="logout-confirm"' in response.text and 'id="logout-cancel"' in response.text
    )


def confirm(browser: FlaskClient, page: TestResponse, **changes: str | None) -> TestResponse:
    """Press the button on the confirmation page."""
    sent = {}
    for field in page.text.partition('action="/logout/confirm"')[2].partition("</form>")[0].split('type="hidden"')[1:]:
        name, value = (unescape(field.partition(f'{part}="')[2].partition('"')[0]) for part in ("name", "value"))
        sent[name] = value
    sent |= {name: value for name, value in changes.items() if value is not None}
    for name, value in changes.items():
        if value is None:
            sent.pop(name)
    return browser.post("/logout/confirm", data=sent)


@pytest.mark.parametrize("state", [None, "s" * 128, "a b&c=d#ü"])
def test_a_hinted_logout_ends_the_session_and_returns_with_state_and_nothing_else(
    shop: Shop, browser: FlaskClient, hint: str, state: str | None
) -> None:
    sent = {"id_token_hint": hint, "post_logout_redirect_uri": AFTER} | ({"state": state} if state else {})
    response = log_out(browser, **sent)
    assert response.status_code == 303
    address, _, query = response.headers["Location"].partition("?")
    assert address == AFTER
    assert parse_qs(query) == ({"state": [state]} if state else {})
    assert not is_signed_in(browser, shop)


def test_the_old_cookie_is_worth_nothing_afterwards(shop: Shop, browser: FlaskClient, hint: str) -> None:
    cookie = browser.get_cookie("sluis-session")
    assert cookie is not None
    log_out(browser, id_token_hint=hint)
    browser.set_cookie("sluis-session", cookie.value)
    assert not is_signed_in(browser, shop)


def test_a_registered_query_is_kept(shop: Shop, browser: FlaskClient, hint: str) -> None:
    response = log_out(browser, id_token_hint=hint, post_logout_redirect_uri=AFTER + "?lang=nl", state="x")
    assert response.headers["Location"] == AFTER + "?lang=nl&state=x"


def test_a_post_from_another_site_comes_back_as_a_get_of_our_own(
    house: House, shop: Shop, browser: FlaskClient, hint: str
) -> None:
    stranger = house.browser()  # what a browser sends across sites: no Lax cookie
    sent = {"id_token_hint": hint, "post_logout_redirect_uri": AFTER}
    response = stranger.post("/logout", data=sent)
    assert response.status_code == 303
    assert urlsplit(response.headers["Location"]).path == "/logout"
    assert hint not in response.headers["Location"]
    assert browser.get(response.headers["Location"]).headers["Location"] == AFTER
    assert not is_signed_in(browser, shop)
    assert refused_page(browser.get(response.headers["Location"] + "A")) == "invalid_request"
    house.clock.move(seconds=60)
    assert refused_page(browser.get(response.headers["Location"])) == "invalid_request"


def test_an_id_token_too_long_for_a_url_of_our_own_leaves_the_person_to_be_asked(
    house: House, shop: Shop, browser: FlaskClient
) -> None:
    response = house.browser().post("/logout", data={"id_token_hint": "x" * 16_000})
    assert browser.get(response.headers["Location"]).status_code == 200
    assert is_signed_in(browser, shop)


def test_a_post_with_the_cookie_is_taken_at_once(shop: Shop, browser: FlaskClient, hint: str) -> None:
    response = browser.post("/logout", data={"id_token_hint": hint, "post_logout_redirect_uri": AFTER})
    assert response.headers["Location"] == AFTER


@pytest.mark.parametrize(
    "uri", ["https://evil.example/", AFTER + "/x", AFTER + "?x=1", AFTER[:-1], "javascript:alert(1)"]
)
def test_an_unregistered_address_is_never_gone_to(shop: Shop, browser: FlaskClient, hint: str, uri: str) -> None:
    response = log_out(browser, id_token_hint=hint, post_logout_redirect_uri=uri, state="x")
    assert response.headers["Location"] == "/signed-out"
    assert not is_signed_in(browser, shop)
    page = browser.get("/signed-out").text
    assert 'id="signed-out"' in page
    assert _TURNED_DOWN in page
    assert "evil" not in page


def test_the_hint_s_own_client_may_be_named_beside_it_and_without_an_address_none_was_turned_down(
    shop: Shop, browser: FlaskClient, hint: str
) -> None:
    assert log_out(browser, id_token_hint=hint, client_id=shop.client_id).headers["Location"] == "/signed-out"
    assert _TURNED_DOWN not in browser.get("/signed-out").text
    assert not is_signed_in(browser, shop)


def test_another_client_s_address_is_not_one_s_own(
    browser: FlaskClient, hint: str, make_shop: Callable[..., Shop]
) -> None:
    make_shop(post_logout_redirect_uris=["https://other.example/out"])
    response = log_out(browser, id_token_hint=hint, post_logout_redirect_uri="https://other.example/out")
    assert response.headers["Location"] == "/signed-out"


@pytest.mark.parametrize(
    "sent",
    [{}, {"state": "x"}, {"post_logout_redirect_uri": AFTER}, {"client_id": "shop", "logout_hint": "nora"}],
    ids=str,
)
def test_without_a_hint_the_person_is_asked_and_never_sent_to_a_shop(
    shop: Shop, browser: FlaskClient, sent: dict[str, str]
) -> None:
    page = log_out(browser, **sent)
    assert is_confirmation(page)
    assert is_signed_in(browser, shop)
    done = confirm(browser, page)
    assert (done.status_code, done.headers["Location"]) == (303, "/signed-out")
    assert 'id="signed-out"' in browser.get("/signed-out").text
    assert not is_signed_in(browser, shop)


def test_a_confirmation_without_its_token_is_refused(shop: Shop, browser: FlaskClient) -> None:
    page = log_out(browser)
    assert confirm(browser, page, csrf_token=None).status_code in {400, 403}
    assert confirm(browser, page, csrf_token="x").status_code in {400, 403}
    assert is_signed_in(browser, shop)


def test_a_confirmation_from_another_site_is_refused(shop: Shop, browser: FlaskClient) -> None:
    token = log_out(browser).text.partition('name="csrf_token" value="')[2].partition('"')[0]
    headers = {"Sec-Fetch-Site": "cross-site"}
    response = browser.post("/logout/confirm", data={"csrf_token": token}, headers=headers)
    assert response.status_code in {400, 403}
    assert is_signed_in(browser, shop)


def test_somebody_else_s_hint_asks_first_and_then_may_return(house: House, shop: Shop, browser: FlaskClient) -> None:
    other = id_token(house, shop, share(house, add_person(house), shop.client_id).sub)
    page = log_out(browser, id_token_hint=other, post_logout_redirect_uri=AFTER, state="x")
    assert is_confirmation(page)
    assert is_signed_in(browser, shop)
    assert "https://shop.example" in page.headers["Content-Security-Policy"]
    done = confirm(browser, page)
    assert done.headers["Location"] == AFTER + "?state=x"
    assert not is_signed_in(browser, shop)


def test_the_hint_of_a_suspended_client_ends_nothing_by_itself(
    house: House, shop: Shop, browser: FlaskClient, hint: str
) -> None:
    with house.services.database.write() as db:
        db.execute(update(clients).where(clients.c.id == shop.client_id).values(standing="disabled"))
    page = log_out(browser, id_token_hint=hint, post_logout_redirect_uri=AFTER)
    assert is_confirmation(page)
    assert confirm(browser, page).headers["Location"] == "/signed-out"


def test_the_hint_of_a_client_that_is_gone_ends_nothing_by_itself(
    house: House, shop: Shop, browser: FlaskClient
) -> None:
    with house.services.database.write() as db:
        db.execute(clients.delete().where(clients.c.id == shop.client_id))
    hint = id_token(house, shop, "a" * 32)
    page = log_out(browser, id_token_hint=hint, post_logout_redirect_uri=AFTER)
    assert is_confirmation(page)
    assert confirm(browser, page).headers["Location"] == "/signed-out"


def test_a_link_brings_nobody_on_to_who_registered_itself_before_they_see_where(
    house: House, make_shop: Callable[..., Shop], nora: Shopper, browser: FlaskClient
) -> None:
    stranger = make_shop(post_logout_redirect_uris=["https://elsewhere.example/in"], verified=False)
    own = id_token(house, stranger, share(house, nora, stranger.client_id).sub)
    asked = {"id_token_hint": own, "post_logout_redirect_uri": "https://elsewhere.example/in", "state": "s"}
    page = house.browser().get("/logout", query_string=asked)
    assert (page.status_code, page.headers.get("Location")) == (200, None)
    assert 'href="https://elsewhere.example/in?state=s"' in page.text
    assert "doorsturen naar elsewhere.example." in page.text
    other = house.browser()
    sign_in(house, other, add_person(house))
    assert "verder naar elsewhere.example." in other.get("/logout", query_string=asked).text
    for each in (house.browser(), other):
        assert " to elsewhere.example." in each.get("/logout", query_string=asked | {"ui_locales": "fr en"}).text
    assert "Shop asks to sign you out" in other.get("/logout", query_string=asked | {"ui_locales": "en"}).text
    assert browser.get("/logout", query_string=asked).headers["Location"] == "https://elsewhere.example/in?state=s"


def test_right_after_a_login_a_client_that_registered_itself_has_them_back_although_nobody_is_signed_in(
    house: House, make_shop: Callable[..., Shop], nora: Shopper
) -> None:
    stranger = make_shop(post_logout_redirect_uris=["https://elsewhere.example/in"], verified=False)
    now, sub = int(house.clock.now.timestamp()), share(house, nora, stranger.client_id).sub
    sent = {"post_logout_redirect_uri": "https://elsewhere.example/in"}
    for left, status in ((1, 303), (0, 200)):
        fresh = id_token(house, stranger, sub, exp=now + left)
        assert log_out(house.browser(), id_token_hint=fresh, **sent).status_code == status


def test_who_is_not_signed_in_is_signed_out_already(house: House, hint: str) -> None:
    assert log_out(house.browser()).headers["Location"] == "/signed-out"
    response = log_out(house.browser(), id_token_hint=hint, post_logout_redirect_uri=AFTER)
    assert response.headers["Location"] == AFTER


class TestHintsNotBelieved:
    """§2 and §4: no redirect, no logout."""

    @pytest.fixture
    def forged(self, house: House, shop: Shop, nora: Shopper, request: pytest.FixtureRequest) -> str:
        sub = share(house, nora, shop.client_id).sub
        good = id_token(house, shop, sub)
        now = house.clock.now
        makers: dict[str, Callable[[], str]] = {
            "foreign key": lambda: sign(
                generate("RS256", now, now), {"iss": ISSUER, "sub": sub, "aud": shop.client_id}, typ="JWT"
            ),
            "other issuer": lambda: id_token(house, shop, sub, iss="https://other.example"),
            "logout token": lambda: id_token(house, shop, sub, typ="logout+jwt"),
            "receipt": lambda: id_token(house, shop, sub, typ="consent-receipt+jwt"),
            "alg none": lambda: f"eyJhbGciOiJub25lIn0.{good.split('.')[1]}.",
            "no signature": lambda: good.rpartition(".")[0] + ".",
            "garbage": lambda: "garbage",
            "other audience": lambda: id_token(house, shop, sub, aud=["x", 1]),
        }
        return makers[request.param]()

    @pytest.mark.parametrize(
        "forged",
        [
            "foreign key",
            "other issuer",
            "logout token",
            "receipt",
            "alg none",
            "no signature",
            "garbage",
            "other audience",
        ],
        indirect=True,
    )
    def test_nothing_happens(self, shop: Shop, browser: FlaskClient, forged: str) -> None:
        refused_page(log_out(browser, id_token_hint=forged, post_logout_redirect_uri=AFTER))
        assert is_signed_in(browser, shop)

    def test_a_client_id_must_be_the_hint_s(self, shop: Shop, browser: FlaskClient, hint: str) -> None:
        refused_page(log_out(browser, id_token_hint=hint, client_id="other", post_logout_redirect_uri=AFTER))
        assert is_signed_in(browser, shop)

    def test_a_parameter_sent_twice_is_refused(self, shop: Shop, browser: FlaskClient, hint: str) -> None:
        query = {"id_token_hint": [hint, hint], "post_logout_redirect_uri": [AFTER]}
        refused_page(browser.get("/logout", query_string=query))
        assert is_signed_in(browser, shop)


@pytest.mark.parametrize("path", ["/logout", "/logout/confirm"])
def test_a_request_too_long_to_be_honest_ends_nothing(shop: Shop, browser: FlaskClient, path: str) -> None:
    token = log_out(browser).text.partition('name="csrf_token" value="')[2].partition('"')[0]
    refused_page(browser.post(path, data={"csrf_token": token, "state": "x" * 5000}))
    assert is_signed_in(browser, shop)


def test_a_confirmation_after_the_session_ended_changes_nothing(shop: Shop, browser: FlaskClient, hint: str) -> None:
    page = log_out(browser)
    cookie = browser.get_cookie("sluis-form")
    assert cookie is not None
    log_out(browser, id_token_hint=hint)
    browser.set_cookie("sluis-form", cookie.value)
    assert confirm(browser, page).headers["Location"] == "/signed-out"


@pytest.mark.parametrize("method", ["head", "put", "delete", "patch", "options"])
def test_other_methods_end_nothing(shop: Shop, browser: FlaskClient, hint: str, method: str) -> None:
    response = getattr(browser, method)("/logout", query_string={"id_token_hint": hint})
    assert response.status_code == 405
    assert is_signed_in(browser, shop)


def test_a_token_older_than_every_key_in_use_is_still_a_hint(
    house: House, shop: Shop, browser: FlaskClient, hint: str
) -> None:
    services = house.services
    rotate(services, ("RS256",), house.clock.now)
    services.keys.forget()
    house.clock.move(hours=2)
    response = log_out(browser, id_token_hint=hint, post_logout_redirect_uri=AFTER)
    assert response.headers["Location"] == AFTER
