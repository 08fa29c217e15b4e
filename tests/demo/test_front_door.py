import base64
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.demo.conftest import SHOPS
from tests.demo.loopback import serving
from tests.demo.provider import FACTS, Provider, build_provider
from tests.demo.visitor import Visitor
from tests.servers.ports import free_port

OpenShop = Callable[..., Visitor]
SCOPES = {
    "trattoria-sole": "openid identity:low",
    "blauw-en-zoon": "openid identity:low",
    "marktplein": "openid identity:low identity:medium identity:high",
}


@pytest.mark.parametrize("name", SHOPS)
def test_whoever_logs_in_is_greeted_and_sees_what_arrived(name: str, provider: Provider, open_shop: OpenShop) -> None:
    page = open_shop(name).log_in()

    assert page.status == 200
    assert "Sanne" in page.words
    assert page.has("sluis-logout")
    assert page.json("received-userinfo")["email"] == FACTS["email"]
    assert page.json("received-id-token")["data_level"] == "low"
    assert page.json("received-token")["grant_id"] in provider.grants


@pytest.mark.parametrize("name", SHOPS)
def test_a_login_asks_with_code_pkce_state_and_nonce(name: str, provider: Provider, open_shop: OpenShop) -> None:
    visitor = open_shop(name)
    visitor.log_in()

    asked = provider.asked[0]
    assert asked["response_type"] == "code"
    assert asked["scope"] == SCOPES[name]
    assert asked["code_challenge_method"] == "S256"
    assert asked["client_id"] == f"{name}-client"
    assert asked["redirect_uri"] == f"{visitor.shop}/callback"
    assert asked["ui_locales"] == "en"
    assert len(asked["state"]) >= 20
    assert len(asked["nonce"]) >= 20


@pytest.mark.parametrize("name", SHOPS)
def test_no_token_is_shown_among_what_arrived(name: str, provider: Provider, open_shop: OpenShop) -> None:
    page = open_shop(name).log_in()

    assert set(page.json("received-token")) == {"token_type", "expires_in", "scope", "grant_id"}
    assert all(token not in page.text for token in provider._tokens)


@pytest.mark.parametrize("name", SHOPS)
@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("access_denied", "You chose to share nothing"),
        ("login_required", "You are not logged in yet"),
        ("consent_required", "Sluis would like to ask you something first"),
        ("interaction_required", "Sluis would like to ask you something first"),
        ("server_error", "Sluis is not available for a moment"),
        ("temporarily_unavailable", "Sluis is not available for a moment"),
        ("invalid_scope", "Logging in did not work"),
        ("something_new", "Logging in did not work"),
    ],
)
def test_an_error_from_the_provider_is_put_in_kind_words(
    name: str, error: str, words: str, provider: Provider, open_shop: OpenShop
) -> None:
    provider.refuses_with = error
    page = open_shop(name).log_in()

    assert page.status == 200
    assert page.has("shop-error")
    assert words in page.words
    assert "words for a developer" not in page.words
    assert page.has("sluis-login")
    assert not page.has("received")


def test_a_notice_is_said_once(provider: Provider, open_shop: OpenShop) -> None:
    provider.refuses_with = "access_denied"
    visitor = open_shop("trattoria-sole")
    visitor.log_in()

    assert not visitor.get("/").has("shop-error")


def test_an_answer_that_nobody_asked_for_is_not_used(provider: Provider, open_shop: OpenShop) -> None:
    visitor = open_shop("blauw-en-zoon")
    page = visitor.get("/callback", state="made up", code="stolen", iss=provider.issuer)

    assert page.status == 400
    assert page.attribute("shop-error", "data-code") == "state_mismatch"
    assert provider.redeemed == []


def test_an_error_that_nobody_asked_for_says_nothing_about_the_visitor(provider: Provider, open_shop: OpenShop) -> None:
    visitor = open_shop("blauw-en-zoon")
    page = visitor.get("/callback", state="made up", error="access_denied", iss=provider.issuer)

    assert page.attribute("shop-error", "data-code") == "state_mismatch"


def test_an_answer_begun_in_another_browser_is_not_used(provider: Provider, open_shop: OpenShop) -> None:
    attacker = open_shop("blauw-en-zoon")
    begun = attacker.session.get(f"{attacker.shop}/login", allow_redirects=False, timeout=10)
    answer = provider.authorize({k: v[0] for k, v in parse_qs(urlsplit(begun.headers["Location"]).query).items()})
    victim = Visitor(attacker.shop)
    page = victim.get(answer)
    victim.close()

    assert page.status == 400
    assert provider.redeemed == []


def test_an_answer_is_used_once(provider: Provider, open_shop: OpenShop) -> None:
    visitor = open_shop("trattoria-sole")
    back = visitor.log_in().response.history[-2].headers["Location"]
    page = visitor.get(back)

    assert page.attribute("shop-error", "data-code") == "state_mismatch"
    assert page.has("sluis-logout"), "the visit that stands is left alone"


@pytest.mark.parametrize("issuer", ["https://evil.example", ""])
@pytest.mark.parametrize("error", [None, "access_denied"])
def test_an_answer_from_another_issuer_is_not_used(
    issuer: str, error: str | None, provider: Provider, open_shop: OpenShop
) -> None:
    provider.answers_as = issuer or " "
    provider.refuses_with = error
    page = open_shop("trattoria-sole").log_in()

    assert page.status == 400
    assert page.attribute("shop-error", "data-code") == "issuer_mismatch"
    assert provider.redeemed == []


@pytest.mark.parametrize(
    "forged",
    [{"nonce": "another"}, {"aud": "another-client"}, {"iss": "https://evil.example"}, {"exp": 1_000_000_000}],
    ids=lambda forged: next(iter(forged)),
)
def test_an_id_token_that_is_not_for_this_login_is_not_used(
    forged: dict[str, object], provider: Provider, open_shop: OpenShop
) -> None:
    provider.forges = forged
    page = open_shop("trattoria-sole").log_in()

    assert page.status == 502
    assert page.attribute("shop-error", "data-code") == "login_failed"
    assert not page.has("received")


def test_an_id_token_signed_by_somebody_else_is_not_used(provider: Provider, open_shop: OpenShop) -> None:
    provider.foreign_signature = True

    assert open_shop("trattoria-sole").log_in().status == 502


def test_userinfo_about_somebody_else_is_not_used(provider: Provider, open_shop: OpenShop) -> None:
    provider.userinfo_sub = "pairwise-somebody-else"
    page = open_shop("trattoria-sole").log_in()

    assert page.status == 502
    assert "Sanne" not in page.words


def test_a_discovery_document_of_another_issuer_is_not_used(provider: Provider, open_shop: OpenShop) -> None:
    provider.claims_to_be = "https://evil.example"
    visitor = open_shop("trattoria-sole")
    page = visitor.log_in()
    provider.claims_to_be = None

    assert page.status == 502
    assert provider.asked == []
    assert visitor.log_in().has("sluis-logout"), "and is not remembered"


def test_a_shop_opens_before_the_provider_is_up_and_lets_in_when_it_is(open_shop: OpenShop) -> None:
    port = free_port()
    issuer = f"http://127.0.0.1:{port}"
    visitor = open_shop("marktplein", issuer=issuer)
    early = visitor.log_in()
    with serving(lambda url: build_provider(Provider(url)), port):
        later = visitor.log_in()

    assert early.status == 503
    assert "Sluis may still be starting" in early.words
    assert later.has("sluis-logout")


@pytest.mark.parametrize("path", ["/token", "/jwks.json", "/userinfo", "/.well-known/openid-configuration"])
def test_a_provider_that_breaks_half_way_is_no_fault_of_the_visitors(
    path: str, provider: Provider, open_shop: OpenShop
) -> None:
    provider.broken = frozenset({path})
    page = open_shop("trattoria-sole").log_in()

    assert page.status == 503
    assert page.attribute("shop-error", "data-code") == "unreachable"


@pytest.mark.parametrize("name", SHOPS)
def test_the_cookie_holds_nothing_personal_and_no_token(name: str, provider: Provider, open_shop: OpenShop) -> None:
    visitor = open_shop(name)
    visitor.log_in()
    (cookie,) = visitor.session.cookies
    opened = base64.urlsafe_b64decode(f"{(cookie.value or '').split('.')[0]}===")

    assert cookie.name == f"{name.replace('-', '_')}_visit"
    assert all(secret not in opened for secret in (b"Sanne", b"sanne", provider.sub.encode(), b"verifier"))


def test_logins_given_up_half_way_do_not_fill_the_cookie(open_shop: OpenShop) -> None:
    visitor = open_shop("marktplein")
    for _ in range(40):
        visitor.session.get(f"{visitor.shop}/login", allow_redirects=False, timeout=10)
    (cookie,) = visitor.session.cookies

    assert len(cookie.value or "") < 2000
    assert visitor.log_in().has("sluis-logout")


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "/\n/evil.example"],
)
def test_a_login_leads_back_to_this_shop_only(elsewhere: str, open_shop: OpenShop) -> None:
    visitor = open_shop("trattoria-sole")

    assert visitor.get("/login", next=elsewhere).url == f"{visitor.shop}/"


def test_a_login_leads_back_to_the_page_it_began_at(open_shop: OpenShop) -> None:
    visitor = open_shop("blauw-en-zoon")

    assert visitor.log_in("/product/ship-plate").url == f"{visitor.shop}/product/ship-plate"


@pytest.mark.parametrize("name", SHOPS)
def test_a_form_from_elsewhere_is_not_taken(name: str, open_shop: OpenShop) -> None:
    visitor = open_shop(name)
    visitor.log_in()
    forged = visitor.session.post(f"{visitor.shop}/logout", timeout=10)

    assert forged.status_code == 400
    assert "This form has expired" in forged.text
    assert visitor.get("/").has("received")


@pytest.mark.parametrize("name", SHOPS)
def test_a_page_is_not_kept_by_caches_and_runs_no_script(name: str, provider: Provider, open_shop: OpenShop) -> None:
    headers = open_shop(name).get("/").response.headers

    assert headers["Cache-Control"] == "no-store"
    assert "script-src" not in headers["Content-Security-Policy"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert f"form-action 'self' {provider.issuer}" in headers["Content-Security-Policy"]


@pytest.mark.parametrize("name", SHOPS)
def test_the_browser_and_then_the_visitor_choose_the_language(name: str, open_shop: OpenShop) -> None:
    visitor = open_shop(name, language="nl-BE, en;q=0.5")
    dutch = visitor.get("/")
    english = visitor.get("/language/en", next="/")

    assert "Inloggen met Sluis" in dutch.words
    assert '<html lang="nl">' in dutch.text
    assert "Log in with Sluis" in english.words
    assert '<html lang="en">' in visitor.get("/").text


def test_the_language_goes_along_to_the_provider(provider: Provider, open_shop: OpenShop) -> None:
    open_shop("trattoria-sole", language="nl").log_in()

    assert provider.asked[0]["ui_locales"] == "nl"


def test_a_page_that_is_not_there_is_said_so_in_the_shops_own_words(open_shop: OpenShop) -> None:
    page = open_shop("marktplein").get("/nowhere")

    assert page.status == 404
    assert "This page is not here" in page.words
