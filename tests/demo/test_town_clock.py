import time
from collections.abc import Callable

import pytest

from app.demo.town_clock import TownClock
from tests.demo.provider import Provider
from tests.demo.visitor import Visitor

OpenShop = Callable[..., Visitor]
HALF_A_YEAR_S = 184 * 24 * 3600


def seconds_ahead(clock: TownClock) -> float:
    return clock() - time.time()


def test_a_shop_has_the_time_of_a_provider_that_moves_it_on(provider: Provider) -> None:
    provider.ahead_s = HALF_A_YEAR_S
    assert abs(seconds_ahead(TownClock(f"{provider.issuer}/clock")) - HALF_A_YEAR_S) < 10


@pytest.mark.parametrize("page", [None, "/nothing", "/jwks.json", "/userinfo"])
def test_anywhere_else_it_has_its_own(page: str | None, provider: Provider) -> None:
    provider.ahead_s = HALF_A_YEAR_S
    assert abs(seconds_ahead(TownClock(None if page is None else f"{provider.issuer}{page}"))) < 10


def test_a_login_after_six_months_were_skipped_is_as_good_as_any(provider: Provider, open_shop: OpenShop) -> None:
    provider.ahead_s = HALF_A_YEAR_S
    assert open_shop("marktplein", clock_url=f"{provider.issuer}/clock").log_in().has("loyalty-card")
    assert not open_shop("marktplein").log_in().has("loyalty-card")


def test_a_visit_that_six_months_were_skipped_in_is_over_and_not_stopped(
    provider: Provider, open_shop: OpenShop
) -> None:
    visitor = open_shop("marktplein", clock_url=f"{provider.issuer}/clock")
    visitor.log_in()
    provider.ahead_s = HALF_A_YEAR_S
    provider.stop_sharing()
    provider.silent_refusal = "login_required"
    page = visitor.get("/")
    assert not page.has("loyalty-card")
    assert provider.asked[-1]["prompt"] == "none"


def test_the_supermarket_shows_where_time_is_moved_on(provider: Provider, open_shop: OpenShop) -> None:
    clock_url = f"{provider.issuer}/clock"
    visitor = open_shop("marktplein", clock_url=clock_url)
    assert visitor.get("/").link("move-time") == clock_url
    assert "Move six months on" in visitor.log_in().words
    assert not open_shop("marktplein").get("/").has("move-time")
