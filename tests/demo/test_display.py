from datetime import UTC, date, datetime

import pytest

from app.demo.display import address_lines, birthdate, clock_time, country, day, euros, masked_iban, phone_number


def test_an_instant_is_read_on_the_shops_own_clock() -> None:
    late = datetime(2026, 6, 30, 22, 30, tzinfo=UTC)

    assert day(late, "nl") == "1 juli 2026"
    assert day(late, "en") == "1 July 2026"
    assert clock_time(late, "nl") == "00:30"


def test_a_date_stays_that_date() -> None:
    assert day(date(2026, 6, 30), "en") == "30 June 2026"


def test_money_is_written_as_the_language_writes_it() -> None:
    assert euros(123450, "nl") == "€\N{NO-BREAK SPACE}1.234,50"
    assert euros(123450, "en") == "€1,234.50"


@pytest.mark.parametrize("iban", ["NL91ABNA0417164300", "NL91 ABNA 0417 1643 00"])
def test_an_account_shows_its_country_and_last_four(iban: str) -> None:
    assert masked_iban(iban).split("\N{NO-BREAK SPACE}") == ["NL••", "••••", "4300"]


@pytest.mark.parametrize("short", ["", "NL12", None, "1234567"])
def test_what_is_too_short_to_mask_is_not_shown_at_all(short: object) -> None:
    assert masked_iban(short) == "••••"


def test_an_address_reads_street_first_and_its_country_in_words() -> None:
    address = {
        "street_address": "Oude Delft 14\n2 hoog",
        "postal_code": "2611 CC",
        "locality": "Delft",
        "country": "NL",
    }

    assert address_lines(address, "nl") == ["Oude Delft 14", "2 hoog", "2611 CC Delft", "Nederland"]


@pytest.mark.parametrize(
    ("region", "lines"), [("Utrecht", ["Utrecht"]), ("Vlaams-Brabant", ["Utrecht", "Vlaams-Brabant"])]
)
def test_a_region_with_the_name_of_its_town_is_not_written_twice(region: str, lines: list[str]) -> None:
    assert address_lines({"locality": "Utrecht", "region": region}, "nl") == lines


def test_an_address_that_came_in_one_piece_is_shown_so() -> None:
    assert address_lines({"formatted": "Oude Delft 14\nDelft"}, "en") == ["Oude Delft 14", "Delft"]


@pytest.mark.parametrize("nothing", [None, {}, "Delft", []])
def test_no_address_is_no_lines(nothing: object) -> None:
    assert address_lines(nothing, "en") == []


def test_a_country_that_nobody_knows_stays_as_it_came() -> None:
    assert country("Blefuscu", "nl") == "Blefuscu"


@pytest.mark.parametrize(
    ("value", "shown"), [("1990-04-12", "12 April 1990"), ("0000-05-14", "0000-05-14"), ("1990", "1990")]
)
def test_a_birthdate_without_a_year_or_a_day_stays_as_it_came(value: str, shown: str) -> None:
    assert birthdate(value, "en") == shown


@pytest.mark.parametrize(
    ("value", "shown"), [("+31612345678", "+31 6 12345678"), ("+442079460018", "+44 20 7946 0018"), ("12", "12")]
)
def test_a_phone_number_is_written_in_the_groups_of_its_country(value: str, shown: str) -> None:
    assert phone_number(value).replace("\N{NO-BREAK SPACE}", " ") == shown
