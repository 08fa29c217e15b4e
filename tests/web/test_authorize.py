"""A login's way through the browser: kept for one browser, answered once, sent on only where it may go."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Thread

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, func, select
from werkzeug.test import TestResponse

from app.domain.levels import Level
from app.services import authorization_requests, consents
from app.services.receipts import Notice
from app.storage.tables.logins import authorization_requests as rows
from tests.factories import REDIRECT_URI, Shopper, add_person, decide, share, sign_in
from tests.pages import Page
from tests.servers.house import House
from tests.shops import Shop, answer, posted, refused_page, stored_of, suspend


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


def stored_requests(house: House) -> int:
    with house.services.database.read() as db:
        return db.execute(select(func.count()).select_from(rows)).scalar_one()


def waiting(shop: Shop, browser: FlaskClient, **changes: str | None) -> str:
    """Begin a login that needs the picker; the path it goes on at."""
    location = shop.begin(browser, **changes).headers["Location"]
    assert location.startswith("/consent/"), location
    return location.replace("/consent/", "/authorize/")


def code_on(response: TestResponse) -> str:
    """The code on a page of ours that is not a 400."""
    assert "Location" not in response.headers
    return response.text.partition('id="error-code">')[2].partition("<")[0]


class TestKept:
    """A request that needs a screen is kept for one browser, until it is answered."""

    def test_it_goes_on_when_the_person_has_decided(
        self, house: House, shop: Shop, nora: Shopper, browser: FlaskClient
    ) -> None:
        path = waiting(shop, browser)
        assert browser.get(path).headers["Location"].startswith("/consent/")
        share(house, nora, shop.client_id)
        assert answer(browser.get(path))["state"] == "af0ifjsldkj"

    def test_it_goes_on_after_signing_in(self, house: House, shop: Shop, nora: Shopper) -> None:
        browser = house.browser()
        path = shop.begin(browser).headers["Location"].removeprefix("/sign-in?next=")
        sign_in(house, browser, nora)
        assert browser.get(path).headers["Location"].startswith("/consent/")

    def test_another_browser_cannot_go_on_with_it(
        self, house: House, shop: Shop, nora: Shopper, browser: FlaskClient
    ) -> None:
        path = waiting(shop, browser)
        share(house, nora, shop.client_id)
        other = house.browser()
        sign_in(house, other, nora)
        response = other.get(path)
        assert response.status_code == 403
        assert code_on(response) == "request_of_another_browser"
        assert "code" in answer(browser.get(path))

    def test_it_is_answered_once(self, house: House, shop: Shop, nora: Shopper, browser: FlaskClient) -> None:
        path = waiting(shop, browser)
        share(house, nora, shop.client_id)
        assert "code" in answer(browser.get(path))
        again = browser.get(path)
        assert again.status_code == 410
        assert code_on(again) == "request_finished"
        assert 'href="https://shop.example"' in again.text

    def test_it_waits_half_an_hour(self, house: House, shop: Shop, nora: Shopper, browser: FlaskClient) -> None:
        path = waiting(shop, browser)
        share(house, nora, shop.client_id)
        house.clock.move(minutes=30)
        late = browser.get(path)
        assert late.status_code == 410
        assert code_on(late) == "request_expired"

    @pytest.mark.parametrize(
        ("redirect_uri", "verified", "ways_back"),
        [
            ("https://login.shop.example/back", True, {"Terug naar Shop": "https://shop.example"}),
            ("https://login.shop.example/back", False, {"Terug naar Mine": "https://login.shop.example/"}),
            ("http://127.0.0.1:8001/back", True, {"Terug naar Shop": "http://127.0.0.1:8001/"}),
            ("org.example.app:/back", True, {}),
        ],
    )
    def test_the_way_back_is_the_website_of_a_shop_the_operator_knows_else_where_its_logins_end(
        self, make_shop: Callable[..., Shop], redirect_uri: str, verified: bool, ways_back: dict[str, str]
    ) -> None:
        shop = make_shop(
            redirect_uris=[redirect_uri], verified=verified, client_name="Mine", client_uri="https://bank.example"
        )
        browser = shop.house.browser()
        path = shop.begin(browser).headers["Location"].removeprefix("/sign-in?next=")
        shop.house.clock.move(minutes=30)
        links = Page(browser.get(path), 410)["main"].all("a")
        assert {each.words: each.attributes["href"] for each in links if "Terug" in each.words} == ways_back

    @pytest.mark.parametrize("handle", ["x", "x" * 43, "%00", "..%2f", "é"])
    def test_a_handle_nobody_gave_out_is_a_page(self, browser: FlaskClient, handle: str) -> None:
        assert browser.get(f"/authorize/{handle}").status_code == 404

    def test_two_tabs_for_two_shops_do_not_meet(
        self, house: House, shop: Shop, nora: Shopper, browser: FlaskClient, make_shop: Callable[..., Shop]
    ) -> None:
        other = make_shop()
        first, second = waiting(shop, browser, state="first"), waiting(other, browser, state="second")
        share(house, nora, shop.client_id)
        assert answer(browser.get(first))["state"] == "first"
        assert browser.get(second).headers["Location"].startswith("/consent/")

    def test_a_client_suspended_meanwhile_gets_nothing(
        self, house: House, shop: Shop, nora: Shopper, browser: FlaskClient
    ) -> None:
        path = waiting(shop, browser)
        share(house, nora, shop.client_id)
        suspend(shop)
        assert refused_page(browser.get(path)) == "invalid_client"

    def test_of_parallel_returns_one_is_answered(
        self, house: House, shop: Shop, nora: Shopper, browser: FlaskClient
    ) -> None:
        path = waiting(shop, browser)
        share(house, nora, shop.client_id)
        browsers = [house.browser() for _ in range(8)]
        for each in browsers:
            for name in ("sluis-session", "sluis-form"):
                cookie = browser.get_cookie(name)
                assert cookie is not None
                each.set_cookie(name, cookie.value)
        answers: list[int] = []
        threads = [Thread(target=lambda each=each: answers.append(each.get(path).status_code)) for each in browsers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answers) == [303] + [410] * 7

    def test_the_hint_for_the_sign_in_form_is_not_readable_in_the_database(self, house: House, shop: Shop) -> None:
        path = shop.begin(house.browser(), login_hint="canary@hint.example").headers["Location"]
        with house.services.database.read() as db:
            contents = db.execute(select(rows.c.content)).scalars().all()
        assert contents
        assert "canary" not in str(contents)
        assert "canary" not in path


class TestDeciding:
    """What the person decides on a request answers it."""

    @pytest.mark.parametrize("asked", [{"prompt": "consent"}, {"grant_management_action": "create"}], ids=str)
    def test_one_decision_is_enough(
        self, house: House, shop: Shop, nora: Shopper, browser: FlaskClient, asked: dict[str, str]
    ) -> None:
        share(house, nora, shop.client_id)
        path = waiting(shop, browser, **asked)
        assert browser.get(path).headers["Location"].startswith("/consent/")
        decide(house, nora, stored_of(shop, browser, path), Level.LOW)
        assert "code" in answer(browser.get(path))

    def test_the_decision_of_somebody_else_is_not_one_s_own(
        self, house: House, shop: Shop, nora: Shopper, browser: FlaskClient
    ) -> None:
        path = waiting(shop, browser)
        decide(house, nora, stored_of(shop, browser, path), Level.LOW)
        other = add_person(house)
        share(house, other, shop.client_id)
        sign_in(house, browser, other)
        assert "code" in answer(browser.get(path))


class TestRefusing:
    """Sharing nothing ends a login as well."""

    def test_a_refusal_is_told_once(self, house: House, shop: Shop, nora: Shopper, browser: FlaskClient) -> None:
        path = waiting(shop, browser)
        stored = stored_of(shop, browser, path)
        assert authorization_requests.refuse(house.services, stored, nora.id, house.clock.now)
        assert answer(browser.get(path))["error"] == "access_denied"
        assert browser.get(path).status_code == 410

    def test_a_login_can_be_left_before_signing_in(self, house: House, shop: Shop) -> None:
        browser = house.browser()
        location = shop.begin(browser).headers["Location"]
        page = browser.get(location).text
        path = location.removeprefix("/sign-in?next=")
        token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
        assert token
        back = answer(browser.post(f"{path}/cancel", data={"csrf_token": token}))
        assert back["error"] == "access_denied"
        assert browser.get(path).status_code == 410

    def test_leaving_takes_the_form_of_our_own_page(self, shop: Shop, browser: FlaskClient) -> None:
        path = waiting(shop, browser)
        assert browser.post(f"{path}/cancel").status_code in {400, 403}
        assert browser.get(path).status_code == 303

    def test_a_grant_withdrawn_before_it_was_used_is_no_grant(
        self, house: House, shop: Shop, nora: Shopper, browser: FlaskClient
    ) -> None:
        path = waiting(shop, browser)
        grant = decide(house, nora, stored_of(shop, browser, path), Level.LOW)
        consents.stop(house.services, grant.id, nora.id, Notice("en", "Test"), house.clock.now)
        assert answer(browser.get(path))["error"] == "access_denied"


class TestPost:
    """A post from another site comes without a cookie, and is a login all the same."""

    def test_it_comes_again_by_a_get_of_our_own(
        self, house: House, shop: Shop, nora: Shopper, browser: FlaskClient
    ) -> None:
        share(house, nora, shop.client_id)
        headers = {"Origin": "https://shop.example", "Sec-Fetch-Site": "cross-site"}
        bounced = house.browser().post("/authorize", data=shop.parameters(), headers=headers)
        assert bounced.status_code == 303
        location = bounced.headers["Location"]
        assert location.startswith("/authorize?")
        assert "scope" not in location
        assert answer(browser.get(location))["state"] == "af0ifjsldkj"

    def test_the_bounce_of_a_silent_request_stays_silent(self, house: House, shop: Shop) -> None:
        browser = house.browser()
        bounced = browser.post("/authorize", data=shop.parameters(prompt="none"))
        assert answer(browser.get(bounced.headers["Location"]))["error"] == "login_required"

    def test_strangers_who_post_are_counted_as_those_who_follow_a_link_and_who_is_signed_in_is_none(
        self, house: House, shop: Shop, browser: FlaskClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings = house.services.settings
        few = replace(settings, login=replace(settings.login, requests_per_source=1))
        monkeypatch.setitem(house.app.extensions, "sluis", replace(house.services, settings=few))
        stranger = house.browser()
        for each in (stranger, browser):
            each.environ_base["REMOTE_ADDR"] = "2001:db8:77::1"
        assert stranger.post("/authorize", data=shop.parameters()).status_code == 303
        assert stranger.post("/authorize", data=shop.parameters()).status_code == 429
        assert shop.begin(stranger).status_code == 429
        assert [shop.begin(browser).status_code for _ in range(2)] == [303, 303]

    def test_a_bad_post_is_refused_before_it_is_kept(self, house: House, shop: Shop) -> None:
        before = stored_requests(house)
        refused_page(house.browser().post("/authorize", data=shop.parameters(redirect_uri="https://evil.example/")))
        assert stored_requests(house) == before


@pytest.mark.parametrize("method", ["put", "delete", "patch", "options", "head"])
def test_other_methods_do_nothing(house: House, shop: Shop, nora: Shopper, browser: FlaskClient, method: str) -> None:
    path = waiting(shop, browser)
    share(house, nora, shop.client_id)
    before = stored_requests(house)
    begun = getattr(browser, method)("/authorize", query_string=shop.parameters())
    assert begun.status_code == 405
    assert getattr(browser, method)(path).status_code in {200, 405}
    assert stored_requests(house) == before
    assert "code" in answer(browser.get(path))


class TestFormPost:
    """OAuth 2.0 Form Post Response Mode."""

    def test_the_answer_is_a_form_that_posts_itself(
        self, house: House, shop: Shop, nora: Shopper, browser: FlaskClient
    ) -> None:
        share(house, nora, shop.client_id)
        response = shop.begin(browser, response_mode="form_post", ui_locales="en")
        assert posted(response).keys() == {"code", "state", "iss"}
        assert '<html lang="en"' in response.text
        assert "https://shop.example" in response.headers["Content-Security-Policy"]
        assert "unsafe" not in response.headers["Content-Security-Policy"]
        assert '<script src="/static/js/authorize.js' in response.text
        assert 'id="form-post-continue"' in response.text
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["Referrer-Policy"] == "no-referrer"

    def test_what_the_client_sent_is_inert_in_it(
        self, house: House, shop: Shop, nora: Shopper, browser: FlaskClient
    ) -> None:
        share(house, nora, shop.client_id)
        state = "\"><script>alert(1)</script>{{7*7}}'"
        response = shop.begin(browser, response_mode="form_post", state=state)
        assert "<script>alert" not in response.text
        assert posted(response)["state"] == state

    def test_an_error_is_posted_too(self, shop: Shop, browser: FlaskClient) -> None:
        response = shop.begin(browser, response_mode="form_post", scope="openid bogus")
        assert posted(response)["error"] == "invalid_scope"


class TestOpenRedirector:
    """RFC 9700 §4.11.2: nobody is sent on by a link that anybody could craft."""

    @pytest.mark.parametrize(
        "wrong", [{"scope": "openid bogus"}, {"scope": "email"}, {"response_type": "token"}, {"max_age": "x"}], ids=str
    )
    def test_an_anonymous_visitor_sees_where_the_link_leads_first(
        self, house: House, make_shop: Callable[..., Shop], wrong: dict[str, str]
    ) -> None:
        response = make_shop(verified=False).begin(house.browser(), **wrong)
        assert refused_page(response) in {"invalid_scope", "unsupported_response_type", "invalid_request"}
        assert "shop.example" in response.text
        assert f'href="{REDIRECT_URI}?error=' in response.text
        assert 'id="error-told"' in response.text

    def test_an_app_is_named_by_its_own_scheme_never_by_a_host_it_made_up(
        self, house: House, make_shop: Callable[..., Shop], browser: FlaskClient
    ) -> None:
        shop = make_shop(verified=False, redirect_uris=["org.example.app://bank.example/back"])
        refused = shop.begin(house.browser(), scope="openid bogus")
        page = Page(refused, 400)
        assert " naar org.example.app " in page["error-description"].words
        assert page["interstitial-continue"].words.endswith(" org.example.app")
        picker = Page(browser.get(shop.begin(browser).headers["Location"]))
        assert picker.all(class_="shop-domain")[0].words.startswith("org.example.app ")

    def test_no_page_says_what_anybody_put_in_a_link(self, house: House, make_shop: Callable[..., Shop]) -> None:
        details = '[{"type": "omnichannel_collection", "call 555": 1}]'
        response = make_shop(verified=False).begin(house.browser(), authorization_details=details)
        assert refused_page(response) == "invalid_authorization_details"
        assert "call 555" not in response.text

    def test_the_way_on_of_a_form_post_is_a_button(self, house: House, make_shop: Callable[..., Shop]) -> None:
        shop = make_shop(verified=False)
        response = shop.begin(house.browser(), scope="openid bogus", response_mode="form_post")
        assert refused_page(response) == "invalid_scope"
        assert f'action="{REDIRECT_URI}"' in response.text
        assert "form-action 'self' https://shop.example;" in response.headers["Content-Security-Policy"]
        assert "authorize.js" not in response.text

    @pytest.mark.parametrize(
        "wrong",
        [
            {"request": "x"},
            {"request_uri": "https://shop.example/r"},
            {"registration": "{}"},
            {"prompt": "none", "scope": "openid bogus"},
        ],
        ids=str,
    )
    def test_what_a_client_probes_without_a_person_is_answered_at_once(
        self, house: House, make_shop: Callable[..., Shop], wrong: dict[str, str]
    ) -> None:
        assert "error" in answer(make_shop(verified=False).begin(house.browser(), **wrong))

    def test_somebody_signed_in_here_is_sent_on(self, browser: FlaskClient, make_shop: Callable[..., Shop]) -> None:
        back = answer(make_shop(verified=False).begin(browser, scope="openid bogus"))
        assert back["error"] == "invalid_scope"


class Statements:
    """Counts what is sent to the database."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    @contextmanager
    def counted(self) -> Iterator[None]:
        def count(_c: object, _k: object, statement: str, *_: object) -> None:
            self.texts.append(statement)

        event.listen(Engine, "before_cursor_execute", count)
        yield
        event.remove(Engine, "before_cursor_execute", count)

    @property
    def sent(self) -> list[str]:
        return [text for text in self.texts if not text.startswith("BEGIN")]


def test_a_silent_login_reads_four_times_and_writes_nothing(
    house: House, shop: Shop, nora: Shopper, browser: FlaskClient
) -> None:
    share(house, nora, shop.client_id)
    shop.begin(browser)
    before, statements = stored_requests(house), Statements()
    with statements.counted():
        response = shop.begin(browser)
    assert "code" in answer(response)
    assert "Set-Cookie" not in response.headers
    assert len(statements.sent) == 4
    assert {text.split()[0] for text in statements.sent} == {"SELECT"}
    assert stored_requests(house) == before


def test_whoever_is_signed_in_now_goes_on_not_who_began(house: House, shop: Shop, nora: Shopper) -> None:
    browser = house.browser()
    sign_in(house, browser, nora)
    path = waiting(shop, browser)
    share(house, nora, shop.client_id)
    sign_in(house, browser, add_person(house))
    assert browser.get(path).headers["Location"].startswith("/consent/")
