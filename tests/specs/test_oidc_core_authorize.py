"""OpenID Connect Core 1.0 §3.1.2: the authorization endpoint, seen from a browser."""

import base64
import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from app.crypto.jwt import sign
from app.domain.levels import Level
from app.services import consents, personas
from tests.factories import REDIRECT_URI, Shopper, add_client, add_person, share, sign_in
from tests.servers.house import House
from tests.services.deciding import NOTICE, picker
from tests.shops import Shop, answer, refused_page


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


def hint(house: House, shop: Shop, sub: str, **changes: object) -> str:
    """An ID token this provider gave the shop a day ago."""
    now = house.clock.now
    yesterday = int((now - timedelta(days=1)).timestamp())
    claims = {
        "iss": "http://localhost:8000",
        "sub": sub,
        "aud": shop.client_id,
        "iat": yesterday,
        "exp": yesterday + 300,
    }
    return sign(house.services.keys.ring(now).signer("RS256", now), claims | changes, typ="JWT")


def test_a_login_that_a_live_grant_covers_goes_straight_through(
    house: House, shop: Shop, nora: Shopper, browser: FlaskClient
) -> None:
    share(house, nora, shop.client_id)
    back = answer(shop.begin(browser))
    assert back.keys() == {"code", "state", "iss"}
    assert back["state"] == "af0ifjsldkj"


def test_a_login_by_post_works_like_one_by_get(house: House, shop: Shop, nora: Shopper, browser: FlaskClient) -> None:
    share(house, nora, shop.client_id)
    response = browser.post("/authorize", data=shop.parameters())
    assert answer(response).keys() == {"code", "state", "iss"}


def test_somebody_who_is_not_signed_in_signs_in_first(house: House, shop: Shop) -> None:
    response = shop.begin(house.browser())
    assert response.status_code == 303
    assert response.headers["Location"].startswith("/sign-in?next=/authorize/")


def test_somebody_who_shared_nothing_yet_chooses_first(shop: Shop, browser: FlaskClient) -> None:
    response = shop.begin(browser)
    assert response.status_code == 303
    assert response.headers["Location"].startswith("/consent/")


def test_state_is_optional(house: House, shop: Shop, nora: Shopper, browser: FlaskClient) -> None:
    share(house, nora, shop.client_id)
    assert answer(shop.begin(browser, state=None)).keys() == {"code", "iss"}


@pytest.mark.parametrize("state", ["x" * 512, "a b&c=d+e%20#ü😀", "\x00\r\nSet-Cookie: a=b", '"><script>'])
def test_state_comes_back_exactly(house: House, shop: Shop, nora: Shopper, browser: FlaskClient, state: str) -> None:
    share(house, nora, shop.client_id)
    assert answer(shop.begin(browser, state=state))["state"] == state


@pytest.mark.parametrize(
    "extra",
    [
        {"extra": "foobar"},
        {"display": "popup"},
        {"ui_locales": "se"},
        {"claims_locales": "se"},
        {"acr_values": "1 2"},
        {"login_hint": "bob@example.com"},
        {"max_age": "10000"},
        {"max_age": "99999999999"},
        {"nonce": None},
    ],
    ids=str,
)
def test_optional_and_unknown_parameters_disturb_nothing(
    house: House, shop: Shop, nora: Shopper, browser: FlaskClient, extra: dict[str, str | None]
) -> None:
    share(house, nora, shop.client_id)
    assert "code" in answer(shop.begin(browser, **extra))


class TestPromptNone:
    """§3.1.2.1 and §3.1.2.6: with prompt=none there is no page, whatever happens."""

    def test_who_is_not_signed_in_is_login_required(self, house: House, shop: Shop) -> None:
        back = answer(shop.begin(house.browser(), prompt="none"))
        assert back["error"] == "login_required"
        assert back["state"] == "af0ifjsldkj"

    def test_nothing_shared_is_consent_required(self, shop: Shop, browser: FlaskClient) -> None:
        assert answer(shop.begin(browser, prompt="none"))["error"] == "consent_required"

    def test_a_live_grant_is_answered(self, house: House, shop: Shop, nora: Shopper, browser: FlaskClient) -> None:
        share(house, nora, shop.client_id)
        assert "code" in answer(shop.begin(browser, prompt="none"))

    @pytest.mark.parametrize(
        "wider",
        [
            {"scope": "openid identity:medium"},
            {"scope": "openid identity:low offline_access"},
        ],
        ids=str,
    )
    def test_anything_wider_is_consent_required(
        self, house: House, shop: Shop, nora: Shopper, browser: FlaskClient, wider: dict[str, str]
    ) -> None:
        share(house, nora, shop.client_id)
        response = shop.begin(browser, prompt="none", **wider)
        assert answer(response).get("error") == "consent_required"

    def test_a_further_claim_of_a_plain_client_is_consent_required(
        self, house: House, nora: Shopper, browser: FlaskClient, make_shop: Callable[..., Shop]
    ) -> None:
        shop = make_shop(intended_use=None)
        share(house, nora, shop.client_id, scopes=frozenset({"openid", "email"}))
        claims = '{"id_token":{"given_name":null}}'
        assert "code" in answer(shop.begin(browser, prompt="none", scope="openid email"))
        wider = shop.begin(browser, prompt="none", scope="openid email", claims=claims)
        assert answer(wider)["error"] == "consent_required"

    def test_an_ended_retention_is_consent_required(
        self, house: House, shop: Shop, nora: Shopper, browser: FlaskClient
    ) -> None:
        share(house, nora, shop.client_id)
        house.clock.move(days=366)
        sign_in(house, browser, nora)
        assert answer(shop.begin(browser, prompt="none"))["error"] == "consent_required"

    def test_a_session_that_is_too_old_is_login_required(
        self, house: House, shop: Shop, nora: Shopper, browser: FlaskClient
    ) -> None:
        share(house, nora, shop.client_id)
        assert answer(shop.begin(browser, prompt="none", max_age="0"))["error"] == "login_required"
        house.clock.move(seconds=2)
        assert answer(shop.begin(browser, prompt="none", max_age="1"))["error"] == "login_required"

    def test_an_unverified_client_hears_at_once_too(self, house: House, make_shop: Callable[..., Shop]) -> None:
        back = answer(make_shop(verified=False).begin(house.browser(), prompt="none"))
        assert back["error"] == "login_required"


class TestFreshLogin:
    """§3.1.2.1: max_age and prompt=login ask for a login that happens now, prompt=select_account for a choice."""

    @pytest.mark.parametrize(
        "asked", [{"max_age": "0"}, {"max_age": "1"}, {"prompt": "login"}, {"prompt": "select_account"}]
    )
    def test_an_older_login_will_not_do(
        self, house: House, shop: Shop, nora: Shopper, browser: FlaskClient, asked: dict[str, str]
    ) -> None:
        share(house, nora, shop.client_id)
        house.clock.move(seconds=2)
        resume = self._sign_in_page(shop.begin(browser, **asked).headers["Location"])
        assert browser.get(resume).headers["Location"].startswith("/sign-in")
        house.clock.move(seconds=5)
        sign_in(house, browser, nora)
        house.clock.move(seconds=5)
        assert "code" in answer(browser.get(resume))

    def test_a_login_within_max_age_will_do(
        self, house: House, shop: Shop, nora: Shopper, browser: FlaskClient
    ) -> None:
        share(house, nora, shop.client_id)
        house.clock.move(seconds=9_000)
        assert "code" in answer(shop.begin(browser, max_age="10000"))

    def test_a_default_max_age_of_the_client_counts(
        self, house: House, nora: Shopper, browser: FlaskClient, make_shop: Callable[..., Shop]
    ) -> None:
        shop = make_shop(default_max_age=60)
        share(house, nora, shop.client_id)
        house.clock.move(seconds=61)
        assert shop.begin(browser).headers["Location"].startswith("/sign-in")
        assert "code" in answer(shop.begin(browser, max_age="3600"))

    def test_the_login_of_one_request_is_not_the_login_of_the_next(
        self, house: House, shop: Shop, nora: Shopper, browser: FlaskClient
    ) -> None:
        share(house, nora, shop.client_id)
        house.clock.move(seconds=1)
        sign_in(house, browser, nora)
        assert shop.begin(browser, prompt="login").headers["Location"].startswith("/sign-in")

    @staticmethod
    def _sign_in_page(location: str) -> str:
        assert location.startswith("/sign-in?next=")
        return location.removeprefix("/sign-in?next=")


class TestIdTokenHint:
    """§3.1.2.1: with an id_token_hint it is the person the client expects, or nobody."""

    def test_the_expected_person_goes_through(
        self, house: House, shop: Shop, nora: Shopper, browser: FlaskClient
    ) -> None:
        token = hint(house, shop, share(house, nora, shop.client_id).sub)
        assert "code" in answer(shop.begin(browser, prompt="none", id_token_hint=token))

    def test_somebody_else_is_login_required(
        self, house: House, shop: Shop, nora: Shopper, browser: FlaskClient
    ) -> None:
        share(house, nora, shop.client_id)
        other = add_person(house)
        token = hint(house, shop, share(house, other, shop.client_id).sub)
        assert answer(shop.begin(browser, prompt="none", id_token_hint=token))["error"] == "login_required"

    def test_a_sub_asked_by_the_claims_parameter_binds_like_a_hint(
        self, house: House, shop: Shop, nora: Shopper, browser: FlaskClient
    ) -> None:
        grant = share(house, nora, shop.client_id)
        claims = '{"id_token":{"sub":{"value":"%s"}}}'
        assert "code" in answer(shop.begin(browser, prompt="none", claims=claims % grant.sub))
        elsewhere = share(house, nora, add_client(house)).sub
        for other in ("somebody-else", elsewhere):
            refused = answer(shop.begin(browser, prompt="none", claims=claims % other))
            assert refused["error"] == "login_required"

    def test_signing_in_as_somebody_else_does_not_turn_in_a_circle(
        self, house: House, shop: Shop, nora: Shopper, browser: FlaskClient
    ) -> None:
        other = add_person(house)
        token = hint(house, shop, share(house, other, shop.client_id).sub)
        location = shop.begin(browser, id_token_hint=token).headers["Location"]
        house.clock.move(seconds=5)
        sign_in(house, browser, nora)
        back = answer(browser.get(location.removeprefix("/sign-in?next=")))
        assert back["error"] == "login_required"

    def test_a_persona_that_was_removed_is_login_required_at_once(
        self, house: House, shop: Shop, nora: Shopper, browser: FlaskClient
    ) -> None:
        """No sign-in could ever make it answer, and no other persona may: the sub would be another."""
        work = personas.add(house.services, nora.id, "Work", "clay", house.clock.now)
        grant = picker(house, nora, shop.client_id, work).share(Level.LOW)
        token = hint(house, shop, grant.sub)
        consents.stop(house.services, grant.id, nora.id, NOTICE, house.clock.now)
        assert shop.begin(browser, id_token_hint=token).headers["Location"].startswith("/consent/")
        personas.remove(house.services, nora.id, work, house.clock.now)
        for prompt in ("login consent", "none"):
            assert answer(shop.begin(browser, id_token_hint=token, prompt=prompt))["error"] == "login_required"
        assert answer(shop.begin(browser, id_token_hint=token))["error"] == "login_required"


class TestPromptConsent:
    """§3.1.2.1: prompt=consent brings the picker back, once."""

    def test_a_request_that_a_grant_covers_asks_again(
        self, house: House, shop: Shop, nora: Shopper, browser: FlaskClient
    ) -> None:
        share(house, nora, shop.client_id)
        assert shop.begin(browser, prompt="consent").headers["Location"].startswith("/consent/")


class TestRefusals:
    """§3.1.2.6: what is wrong with a request goes to the client, once its address is known to be good."""

    @pytest.mark.parametrize(
        ("wrong", "error"),
        [
            ({"response_type": "token"}, "unsupported_response_type"),
            ({"response_type": None}, "unsupported_response_type"),
            ({"response_mode": "fragment"}, "invalid_request"),
            ({"scope": "openid bogus"}, "invalid_scope"),
            ({"scope": "profile"}, "invalid_scope"),
            ({"code_challenge_method": "plain"}, "invalid_request"),
            ({"prompt": "none login"}, "invalid_request"),
            ({"max_age": "-1"}, "invalid_request"),
            ({"claims": "{"}, "invalid_request"),
            ({"id_token_hint": "x"}, "invalid_request"),
            ({"request": "x"}, "request_not_supported"),
            ({"request_uri": "https://shop.example/r"}, "request_uri_not_supported"),
            ({"registration": "{}"}, "registration_not_supported"),
        ],
        ids=str,
    )
    def test_an_error_reaches_the_client_with_its_state(
        self, house: House, shop: Shop, wrong: dict[str, str | None], error: str
    ) -> None:
        back = answer(shop.begin(house.browser(), **wrong))
        assert back["error"] == error
        assert back.keys() == {"error", "error_description", "state", "iss"}
        assert back["state"] == "af0ifjsldkj"

    def test_a_request_object_is_refused_in_the_way_it_asks_for_inside(self, house: House, shop: Shop) -> None:
        packed = _packed({"state": "inside", "response_mode": "form_post", "scope": "bogus"})
        page = shop.begin(house.browser(), request=packed, state=None)
        assert page.status_code == 200
        assert 'name="error" value="request_not_supported"' in page.text
        assert 'name="state" value="inside"' in page.text

    @pytest.mark.parametrize(
        ("packed", "beside", "echoed"),
        [
            (
                {"state": "inside", "response_mode": "form_post"},
                {"state": "beside", "response_mode": "query"},
                "beside",
            ),
            ({"state": "inside", "response_mode": "fragment"}, {}, "inside"),
            ({"state": ["inside"]}, {}, None),
            ({"state": "x" * 4097}, {}, None),
            ("no claims", {}, None),
        ],
        ids=["said beside it", "undeliverable", "no text", "too long", "no claims"],
    )
    def test_a_request_object_decides_no_more_than_a_link_could(
        self, house: House, shop: Shop, packed: object, beside: dict[str, str], echoed: str | None
    ) -> None:
        back = answer(shop.begin(house.browser(), **{"state": None, "request": _packed(packed), **beside}))
        assert back["error"] == "request_not_supported"
        assert back.get("state") == echoed

    def test_a_repeated_state_is_not_echoed(self, house: House, shop: Shop) -> None:
        query = [*shop.parameters().items(), ("state", "second")]
        back = answer(house.browser().get("/authorize", query_string=dict(_lists(query))))
        assert back.keys() == {"error", "error_description", "iss"}
        assert back["error"] == "invalid_request"

    @pytest.mark.parametrize(
        ("wrong", "told"),
        [
            ({"redirect_uri": None}, "The redirect_uri is missing."),
            ({"redirect_uri": "https://shop.example/other"}, "The redirect_uri is not registered for this client: it"),
            ({"redirect_uri": REDIRECT_URI + "?x=1"}, "The redirect_uri is not registered for this client: it"),
            ({"redirect_uri": REDIRECT_URI + "#x"}, "The redirect_uri is not registered for this client: it"),
            ({"client_id": None}, "The client_id is missing."),
            ({"client_id": "nobody"}, "The client is not known here."),
            ({"client_id": "a\x00b"}, "The client is not known here."),
            ({"client_id": "x" * 4000}, "The client is not known here."),
            ({"state": "x" * 5000}, "Too long: state."),
            ({"request_uri": "urn:ietf:params:oauth:request_uri:nothing"}, "The request_uri has expired, was used, or"),
        ],
        ids=lambda each: str(each)[:60],
    )
    def test_without_a_good_client_and_address_nobody_is_sent_anywhere_and_the_page_says_why(
        self, house: House, shop: Shop, wrong: dict[str, str | None], told: str
    ) -> None:
        response = shop.begin(house.browser(), **wrong)
        refused_page(response)
        assert f'<span lang="en" id="error-told">{told}' in response.text

    def test_a_request_of_64_kilobytes_is_refused_unread(self, house: House, shop: Shop) -> None:
        big = shop.parameters(state="x" * 65_536)
        assert house.browser().get("/authorize", query_string=big).status_code == 414
        assert refused_page(house.browser().post("/authorize", data=big)) == "invalid_request"

    def test_a_repeated_address_is_no_address(self, house: House, shop: Shop) -> None:
        query = [*shop.parameters().items(), ("redirect_uri", "https://evil.example/")]
        refused_page(house.browser().get("/authorize", query_string=dict(_lists(query))))

    def test_query_and_body_must_not_differ(self, house: House, shop: Shop) -> None:
        response = house.browser().post("/authorize?nonce=other", data=shop.parameters())
        assert answer(response)["error"] == "invalid_request"

    def test_unknown_deleted_and_suspended_clients_look_the_same(
        self, house: House, shop: Shop, make_shop: Callable[..., Shop]
    ) -> None:
        suspended = make_shop(standing="disabled").begin(house.browser())
        unknown = shop.begin(house.browser(), client_id="0" * 32)
        assert refused_page(suspended) == refused_page(unknown) == "invalid_client"
        assert suspended.data == unknown.data


@pytest.mark.parametrize("level", Level)
def test_a_grant_at_any_level_answers_a_plain_client(
    house: House, nora: Shopper, browser: FlaskClient, make_shop: Callable[..., Shop], level: Level
) -> None:
    shop = make_shop(intended_use=None)
    share(house, nora, shop.client_id, level, scopes=frozenset({"openid", "email"}))
    assert "code" in answer(shop.begin(browser, scope="openid email"))


def _lists(pairs: list[tuple[str, str]]) -> list[tuple[str, list[str]]]:
    return [(name, [value for other, value in pairs if other == name]) for name, _ in pairs]


def _packed(claims: object) -> str:
    """A request object that nobody signed (OpenID Connect Core §6.1)."""
    parts = [
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in ({"alg": "none"}, claims)
    ]
    return f"{parts[0]}.{parts[1]}."
