from collections.abc import Callable

from tests.demo.provider import Provider
from tests.demo.visitor import Visitor

OpenShop = Callable[..., Visitor]


def test_being_online_is_what_logging_in_brings(open_shop: OpenShop) -> None:
    page = open_shop("trattoria-sole").log_in()

    assert "You are online, Sanne" in page.words
    assert page.has("voucher")


def test_a_passer_by_gets_no_voucher(open_shop: OpenShop) -> None:
    assert not open_shop("trattoria-sole").get("/").has("voucher")


def test_the_voucher_stays_the_same_however_often_one_looks(open_shop: OpenShop) -> None:
    visitor = open_shop("trattoria-sole")

    assert _code(visitor.log_in().words) == _code(visitor.get("/").words)


def test_two_guests_have_two_vouchers(provider: Provider, open_shop: OpenShop) -> None:
    first = open_shop("trattoria-sole").log_in()
    provider.sub = "pairwise-joost"
    second = open_shop("trattoria-sole").log_in()

    assert _code(first.words) != _code(second.words)


def test_the_guest_reads_what_is_known_and_until_when(open_shop: OpenShop) -> None:
    words = open_shop("trattoria-sole").log_in().words

    assert "Sanne de Vries" in words
    assert "sanne@example.org" in words
    assert "We keep this until 24 February 2028" in words


def _code(words: str) -> str:
    return next(word for word in words.split() if word.startswith("SOLE-"))
