import pytest

from app.demo.blauw_en_zoon.basket import MOST_OF_ONE, changed, read_basket
from app.demo.blauw_en_zoon.catalogue import CATALOGUE


@pytest.mark.parametrize(
    "counts",
    [None, [], "x", {"gone": 1}, {"ship-plate": "2"}, {"ship-plate": 0}, {"ship-plate": 99}, {"ship-plate": -1}],
)
def test_a_cookie_that_makes_no_sense_is_an_empty_basket(counts: object) -> None:
    assert read_basket(counts).lines == ()


def test_delivery_is_free_from_fifty_euros() -> None:
    small, large = read_basket({"canal-house": 1}), read_basket({"canal-house": 2})

    assert (small.goods_cents, small.delivery_cents, small.total_cents) == (3950, 495, 4445)
    assert (large.goods_cents, large.delivery_cents, large.total_cents) == (7900, 0, 7900)


@pytest.mark.parametrize(("count", "kept"), [(-1, 0), (0, 0), (1, 1), (MOST_OF_ONE, 9), (MOST_OF_ONE + 1, 9)])
def test_a_count_stays_between_none_and_the_most_of_one(count: int, kept: int) -> None:
    counts = changed(read_basket({"canal-house": 1}), CATALOGUE["ship-plate"], count)

    assert counts == {"canal-house": 1} | ({"ship-plate": kept} if kept else {})
