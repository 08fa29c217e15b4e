import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from app.demo.front_door import Reception
from app.demo.visit import Visit
from tests.demo.conftest import SHOPS
from tests.demo.loopback import serving
from tests.demo.provider import FACTS, Provider, build_provider, claims_in
from tests.demo.visitor import Visitor
from tests.servers.ports import free_port

OpenShop = Callable[..., Visitor]


def test_what_is_known_stays_on_the_page_while_the_provider_is_away(provider: Provider, open_shop: OpenShop) -> None:
    visitor = open_shop("trattoria-sole")
    visitor.log_in()
    provider.broken = frozenset({"/userinfo"})
    away = visitor.get("/")
    provider.broken = frozenset()
    back = visitor.get("/")

    assert away.attribute("shop-error", "data-code") == "unreachable_now"
    assert away.has("received")
    assert not back.has("shop-error")


@pytest.mark.parametrize("name", SHOPS)
def test_whoever_stops_sharing_is_forgotten_at_the_next_page(
    name: str, provider: Provider, open_shop: OpenShop
) -> None:
    visitor = open_shop(name)
    visitor.log_in()
    provider.stop_sharing()
    page = visitor.get("/")

    assert page.attribute("shop-error", "data-code") == "stopped"
    assert "You no longer share anything with us" in page.words
    assert page.has("sluis-login")
    assert not page.has("received")
    assert "Sanne" not in page.words
    assert not visitor.get("/").has("shop-error")


def test_a_fact_that_changed_shows_at_the_next_page(
    provider: Provider, open_shop: OpenShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = open_shop("trattoria-sole")
    visitor.log_in()
    monkeypatch.setitem(FACTS, "email", "sanne@new.example")

    assert visitor.get("/").json("received-userinfo")["email"] == "sanne@new.example"


@pytest.mark.parametrize("name", SHOPS)
def test_signing_out_ends_the_visit_here_and_at_the_provider(
    name: str, provider: Provider, open_shop: OpenShop
) -> None:
    visitor = open_shop(name)
    page = visitor.submit(visitor.log_in(), "/logout")

    sent = provider.signed_out[0]
    assert sent["post_logout_redirect_uri"] == f"{visitor.shop}/"
    assert claims_in(sent["id_token_hint"])["sub"] == provider.sub
    assert page.url == f"{visitor.shop}/"
    assert "You are signed out" in page.words
    assert page.has("sluis-login")
    assert not visitor.get("/").has("received")


def test_a_state_that_is_not_of_a_sign_out_says_nothing(open_shop: OpenShop) -> None:
    visitor = open_shop("trattoria-sole")
    page = visitor.get("/", state="made up")

    assert page.url == f"{visitor.shop}/"
    assert not page.has("notice")


def test_a_login_under_way_is_no_sign_out(provider: Provider, open_shop: OpenShop) -> None:
    visitor = open_shop("trattoria-sole")
    visitor.session.get(f"{visitor.shop}/login", allow_redirects=False, timeout=10)
    visitor.log_in()

    assert not visitor.get("/", state=provider.asked[-1]["state"]).has("notice")


def test_a_provider_that_is_away_keeps_nobody_logged_in(open_shop: OpenShop) -> None:
    port = free_port()
    visitor = open_shop("trattoria-sole", issuer=f"http://127.0.0.1:{port}")
    with serving(lambda url: build_provider(Provider(url)), port):
        page = visitor.log_in()
    after = visitor.submit(page, "/logout")

    assert after.attribute("shop-error", "data-code") == "signed_out_here"
    assert not visitor.get("/").has("received")


def test_a_provider_that_went_away_is_no_dead_end(open_shop: OpenShop) -> None:
    port = free_port()
    visitor = open_shop("trattoria-sole", issuer=f"http://127.0.0.1:{port}")
    with serving(lambda url: build_provider(Provider(url)), port):
        visitor.submit(visitor.log_in(), "/logout")
    page = visitor.log_in()

    assert page.status == 503
    assert page.url == f"{visitor.shop}/login?next=/"


def test_signing_out_twice_leads_home(open_shop: OpenShop) -> None:
    visitor = open_shop("trattoria-sole")
    page = visitor.log_in()
    visitor.submit(page, "/logout")

    assert visitor.submit(page, "/logout").url == f"{visitor.shop}/"


@pytest.mark.parametrize("name", SHOPS)
def test_a_token_that_ran_out_is_renewed_without_a_screen(name: str, provider: Provider, open_shop: OpenShop) -> None:
    visitor = open_shop(name)
    visitor.log_in()
    _let_the_token_end(visitor)
    page = visitor.get("/")

    asked = provider.asked[-1]
    assert len(provider.asked) == 2
    assert asked["prompt"] == "none"
    assert claims_in(asked["id_token_hint"])["sub"] == provider.sub
    assert asked["scope"] == provider.asked[0]["scope"]
    assert page.url == f"{visitor.shop}/"
    assert page.has("received")


def test_a_token_that_ran_out_is_renewed_at_the_page_that_was_asked_for(
    provider: Provider, open_shop: OpenShop
) -> None:
    visitor = open_shop("blauw-en-zoon")
    visitor.log_in()
    _let_the_token_end(visitor)

    assert visitor.get("/product/ship-plate").url == f"{visitor.shop}/product/ship-plate"


def test_a_refused_token_that_was_about_to_end_is_renewed_too(provider: Provider, open_shop: OpenShop) -> None:
    visitor = open_shop("trattoria-sole")
    visitor.log_in()
    provider._tokens.clear()
    _let_the_token_end(visitor, in_s=10)

    assert visitor.get("/").has("received")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ("login_required", "visit_ended"),
        ("account_selection_required", "visit_ended"),
        ("consent_required", "stopped"),
        ("interaction_required", "stopped"),
        ("access_denied", "access_denied"),
        ("server_error", "temporarily_unavailable"),
    ],
)
def test_a_renewal_that_is_refused_ends_the_visit(
    error: str, code: str, provider: Provider, open_shop: OpenShop
) -> None:
    visitor = open_shop("trattoria-sole")
    visitor.log_in()
    _let_the_token_end(visitor)
    provider.silent_refusal = error
    page = visitor.get("/")

    assert page.attribute("shop-error", "data-code") == code
    assert not page.has("received")
    assert len(provider.asked) == 2, "and is not tried again"


def test_a_renewal_while_the_provider_is_away_keeps_what_is_known(provider: Provider, open_shop: OpenShop) -> None:
    visitor = open_shop("trattoria-sole")
    visitor.log_in()
    _let_the_token_end(visitor)
    provider.broken = frozenset({"/.well-known/openid-configuration"})
    page = visitor.get("/")

    assert page.attribute("shop-error", "data-code") == "unreachable_now"
    assert page.has("received")


def test_somebody_else_coming_back_is_not_taken_for_the_visitor(provider: Provider, open_shop: OpenShop) -> None:
    visitor = open_shop("trattoria-sole")
    visitor.log_in()
    _let_the_token_end(visitor)
    provider.sub = "pairwise-somebody-else"
    page = visitor.get("/")

    assert page.attribute("shop-error", "data-code") == "other_account"
    assert not page.has("received")


def test_userinfo_that_turns_to_somebody_else_ends_the_visit(provider: Provider, open_shop: OpenShop) -> None:
    visitor = open_shop("trattoria-sole")
    visitor.log_in()
    provider.userinfo_sub = "pairwise-somebody-else"
    page = visitor.get("/")

    assert page.attribute("shop-error", "data-code") == "login_failed"
    assert not page.has("received")


def test_nothing_is_left_of_whoever_stopped_sharing(provider: Provider, open_shop: OpenShop) -> None:
    visitor = open_shop("trattoria-sole")
    visitor.log_in()
    provider.stop_sharing()
    visitor.get("/")

    assert _visits(visitor) == {}


def _visits(visitor: Visitor) -> dict[str, Visit]:
    reception: Reception = visitor.app.extensions["demo_reception"]
    return {key: kept for key, (_, kept) in reception.memory._kept.items() if isinstance(kept, Visit)}


def _let_the_token_end(visitor: Visitor, in_s: int = -1) -> None:
    """Make it so many seconds before the end of the visitor's access token."""
    reception: Reception = visitor.app.extensions["demo_reception"]
    for key, visit in _visits(visitor).items():
        ending = {**visit.token, "expires_at": int(time.time()) + in_s}
        reception.memory.set(key, replace(visit, token=ending), 60)
