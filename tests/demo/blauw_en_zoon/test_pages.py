from collections.abc import Callable

import pytest

from tests.demo.provider import FACTS, Provider
from tests.demo.visitor import SeenPage, Visitor

OpenShop = Callable[..., Visitor]


@pytest.fixture
def visitor(open_shop: OpenShop) -> Visitor:
    """A visitor with two things in the basket, not logged in."""
    visitor = open_shop("blauw-en-zoon")
    visitor.submit(visitor.get("/product/heron-jar"), "/basket/heron-jar")
    visitor.submit(visitor.get("/"), "/basket/windmill-tile")
    return visitor


def test_the_shelf_leads_to_every_product(open_shop: OpenShop) -> None:
    visitor = open_shop("blauw-en-zoon")
    home = visitor.get("/")

    for name in ("tulip-vase", "windmill-tile", "ship-plate", "heron-jar", "canal-house", "morning-cup"):
        assert f'href="/product/{name}"' in home.text
        assert visitor.get(f"/product/{name}").has("add-to-basket")


def test_a_product_that_is_not_sold_is_not_found(open_shop: OpenShop) -> None:
    assert open_shop("blauw-en-zoon").get("/product/delorean").status == 404


def test_the_basket_is_kept_over_the_login(visitor: Visitor) -> None:
    before = visitor.get("/basket")
    after = visitor.log_in("/basket")

    assert "€169.50" in before.words
    assert not before.has("checkout")
    assert after.url == f"{visitor.shop}/basket"
    assert "€169.50" in after.words
    assert after.has("checkout")


def test_a_login_at_low_brings_no_address(provider: Provider, visitor: Visitor) -> None:
    page = visitor.log_in("/basket")

    assert provider.asked[0]["scope"] == "openid identity:low"
    assert "Deliver to" not in page.words
    assert "address" not in page.json("received-userinfo")


def test_checkout_steps_up_on_the_grant_of_the_login(provider: Provider, visitor: Visitor) -> None:
    page = _step_up(visitor, provider)

    asked = provider.asked[1]
    (grant_id,) = provider.grants
    assert asked["scope"] == "openid offline_access identity:medium"
    assert asked["grant_management_action"] == "merge"
    assert asked["grant_id"] == grant_id
    assert page.url == f"{visitor.shop}/basket"
    assert "Keizersgracht 12" in page.words
    assert "€169.50" in page.words, "the basket is as it was"
    assert page.json("received-id-token")["sub"] == provider.sub


def test_the_order_shows_exactly_what_arrived_and_until_when(provider: Provider, visitor: Visitor) -> None:
    order = _order(visitor, provider)

    assert order.has("order-done")
    assert "Thank you, Sanne" in order.words
    assert order.text.count("<tr data-claim=") == 6
    assert "Keizersgracht 12 1015 CJ Amsterdam Netherlands payment and invoicing needed for our" in order.words
    assert order.words.count("24 February 2028") == 6
    assert "iDEAL NL•• •••• 4300 S. de Vries" in order.words


def test_the_whole_account_number_stands_in_the_raw_panel_only(provider: Provider, visitor: Visitor) -> None:
    order = _order(visitor, provider)

    assert order.json("received-userinfo")["payment_account"] == FACTS["payment_account"]
    assert order.text.count("NL91ABNA0417164300") == 1


def test_an_ordered_basket_is_empty(provider: Provider, visitor: Visitor) -> None:
    _order(visitor, provider)

    assert "Your basket is still empty" in visitor.get("/basket").words


def test_two_clicks_are_one_order(provider: Provider, visitor: Visitor) -> None:
    basket = _step_up(visitor, provider)
    before = visitor.session.cookies.copy()
    first = visitor.submit(basket, "/order")
    visitor.session.cookies = before  # the second was on its way before the first was answered

    second = visitor.submit(basket, "/order")
    assert second.has("order-done")
    assert second.url == first.url


def test_refusing_at_checkout_leaves_basket_and_visit_as_they_were(provider: Provider, visitor: Visitor) -> None:
    visitor.log_in("/basket")
    provider.refuses_with = "access_denied"
    page = visitor.submit(visitor.get("/checkout"), "/checkout")

    assert page.url == f"{visitor.shop}/basket"
    assert page.attribute("shop-error", "data-code") == "nothing_new"
    assert "You chose to share nothing new" in page.words
    assert page.has("sluis-logout")
    assert "€169.50" in page.words


def test_coming_back_from_checkout_as_somebody_else_is_not_mixed_up(provider: Provider, visitor: Visitor) -> None:
    visitor.log_in("/basket")
    provider.sub = "pairwise-somebody-else"
    page = visitor.submit(visitor.get("/checkout"), "/checkout")

    assert page.attribute("shop-error", "data-code") == "other_account"
    assert not page.has("received")
    assert "€169.50" in page.words, "the basket is nobody's secret"


def test_a_step_down_shows_in_the_basket_at_once(provider: Provider, visitor: Visitor) -> None:
    _step_up(visitor, provider)
    provider.step_down("low")
    page = visitor.get("/basket")

    assert "Keizersgracht" not in page.text
    assert visitor.get("/checkout").has("stepup")


def test_an_order_is_not_placed_on_facts_that_were_taken_back(provider: Provider, visitor: Visitor) -> None:
    basket = _step_up(visitor, provider)
    provider.step_down("low")
    page = visitor.submit(basket, "/order")

    assert page.url == f"{visitor.shop}/basket"
    assert page.attribute("shop-error", "data-code") == "too_little"
    assert "Nothing was ordered, and your basket is still here." in page.words
    assert not page.has("order-done")


def test_an_order_is_not_placed_for_whoever_stopped_sharing(provider: Provider, visitor: Visitor) -> None:
    basket = _step_up(visitor, provider)
    provider.stop_sharing()
    page = visitor.submit(basket, "/order")

    assert page.attribute("shop-error", "data-code") == "stopped"
    assert not page.has("order-done")


def test_an_order_is_not_placed_while_the_provider_cannot_be_asked(provider: Provider, visitor: Visitor) -> None:
    basket = _step_up(visitor, provider)
    provider.broken = frozenset({"/userinfo"})

    assert not visitor.submit(basket, "/order").has("order-done")


def test_checkout_steps_up_for_nobody_who_stopped_sharing(provider: Provider, visitor: Visitor) -> None:
    visitor.log_in("/basket")
    checkout = visitor.get("/checkout")
    provider.stop_sharing()
    page = visitor.submit(checkout, "/checkout")

    assert page.attribute("shop-error", "data-code") == "stopped"
    assert len(provider.asked) == 1


def test_an_order_is_shown_to_nobody_else(provider: Provider, visitor: Visitor, open_shop: OpenShop) -> None:
    order = _order(visitor, provider)
    provider.sub = "pairwise-somebody-else"
    other = Visitor(visitor.shop)
    other.log_in()
    seen = other.get(order.url)
    other.close()

    assert seen.status == 404


def test_an_order_is_not_shown_to_a_passer_by(provider: Provider, visitor: Visitor) -> None:
    order = _order(visitor, provider)
    visitor.submit(order, "/logout")

    assert not visitor.get(order.url).has("order-done")


@pytest.mark.parametrize("count", ["0", "-3"])
def test_none_of_a_product_takes_it_out(count: str, visitor: Visitor) -> None:
    page = visitor.submit(visitor.get("/basket"), "/basket/heron-jar", count=count)

    assert "Ginger jar" not in page.words
    assert "Windmill tile" in page.words


@pytest.mark.parametrize("count", ["many", "", "1e9", "999999999999"])
def test_an_odd_count_is_no_error(count: str, visitor: Visitor) -> None:
    assert visitor.submit(visitor.get("/basket"), "/basket/heron-jar", count=count).status == 200


def test_checkout_without_a_basket_leads_to_the_basket(open_shop: OpenShop) -> None:
    visitor = open_shop("blauw-en-zoon")
    visitor.log_in()

    assert visitor.get("/checkout").url == f"{visitor.shop}/basket"


def _step_up(visitor: Visitor, provider: Provider) -> SeenPage:
    basket = visitor.log_in("/basket")
    provider.chooses = "medium"
    return visitor.submit(visitor.get(basket.link("checkout")), "/checkout")


def _order(visitor: Visitor, provider: Provider) -> SeenPage:
    return visitor.submit(_step_up(visitor, provider), "/order")
