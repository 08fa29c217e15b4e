import pytest

from app.demo.marktplein.loyalty_card import bars, card_for, check_digit


@pytest.mark.parametrize(
    ("twelve", "digit"), [("400638133393", "1"), ("978014300723", "4"), ("871125300120", "2"), ("000000000000", "0")]
)
def test_the_check_digit_is_that_of_ean_13(twelve: str, digit: str) -> None:
    assert check_digit(twelve) == digit


def test_the_bars_are_those_of_ean_13() -> None:
    # The worked example of the standard's encoding: 4 006381 333931.
    left = "000110101001110101111011110100010010110011"
    right = "100001010000101000010111010010000101100110"

    assert bars("4006381333931") == f"101{left}01010{right}101"


def test_the_stripes_redraw_the_bars() -> None:
    card = card_for("pairwise-sanne")
    drawn = ["0"] * 95
    for start, width in card.stripes:
        drawn[start : start + width] = "1" * width

    assert "".join(drawn) == card.bars


def test_a_card_number_is_thirteen_digits_for_use_in_one_company() -> None:
    number = card_for("pairwise-sanne").number

    assert len(number) == 13
    assert number.startswith("29")
    assert check_digit(number[:12]) == number[12]


def test_two_people_have_two_cards_and_one_person_has_one() -> None:
    assert card_for("a") == card_for("a")
    assert card_for("a") != card_for("b")
