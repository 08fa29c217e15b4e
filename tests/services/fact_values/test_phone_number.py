import pytest

from app.services.fact_values import display, mask
from app.services.fact_values.card_numbers import carries_card_number
from tests.services.fact_values.asking import accepted, reasons


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("06 12345678", "+31612345678"),
        ("06-12 34 56 78", "+31612345678"),
        ("06.12.34.56.78", "+31612345678"),
        ("0031 6 12345678", "+31612345678"),
        ("+31 (0)6 12345678", "+31612345678"),
        ("(020) 123 4567", "+31201234567"),
        ("\u202a+31 6 12345678\u202c", "+31612345678"),
        ("٠٦١٢٣٤٥٦٧٨", "+31612345678"),
        ("+32 470 12 34 56", "+32470123456"),
        ("+49 1512 3456789", "+4915123456789"),
        ("+44 20 7946 0018", "+442079460018"),
        ("+1 (202) 555-0123", "+12025550123"),
        ("+353 1 677 1881", "+35316771881"),
    ],
)
def test_a_number_is_kept_as_e164_however_it_is_written(typed: str, kept: str) -> None:
    assert accepted("phone_number", phone_number=typed) == kept


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("112", "phone_length"),
        ("06 1234567", "phone"),
        ("06 12345678 06 12345679", "phone_length"),
        ("+31 6 0000", "phone"),
        ("+999 12345678", "phone_country"),
        ("06 12345678 ext 5", "phone_characters"),
        ("bel mij maar", "phone_characters"),
        ("378282246310005", "card_number"),
        ("+41 11 1111 1111 1111", "card_number"),
        ("06 4111 1111 1111 1111", "card_number"),
    ],
)
def test_what_is_no_number_is_refused_with_its_reason(typed: str, reason: str) -> None:
    assert reasons("phone_number", phone_number=typed) == {"phone_number": reason}


def test_a_telephone_number_that_passes_the_check_of_a_card_is_still_a_telephone_number() -> None:
    numbers = [f"+49 151 2345{last:04d}" for last in range(100)]
    unlucky = [number for number in numbers if carries_card_number(number)]
    assert unlucky
    for number in unlucky:
        assert accepted("phone_number", phone_number=number) == number.replace(" ", "")


@pytest.mark.parametrize("card", ["4222222222222", "30569309025904", "371449635398431", "378282246310005"])
def test_a_short_card_number_is_no_telephone_number(card: str) -> None:
    for typed in (card, f"+{card}"):
        assert reasons("phone_number", phone_number=typed) == {"phone_number": "card_number"}


def test_a_number_is_shown_grouped_and_masked_but_for_its_country_and_last_two_digits() -> None:
    assert display("phone_number", "+31612345678", "nl") == "+31 6 12345678"
    assert mask("phone_number", "+31612345678") == "+31\N{NO-BREAK SPACE}•\N{NO-BREAK SPACE}••••••78"
