import pytest

from app.services.fact_values import Accepted, NothingTyped, display, mask, typed_from
from tests.services.fact_values.asking import TODAY, accepted, outcome, reasons


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ({"day": "4", "month": "5", "year": "1980"}, "1980-05-04"),
        ({"day": "04", "month": "mei", "year": "1980"}, "1980-05-04"),
        ({"day": "4", "month": "Mrt.", "year": "1980"}, "1980-03-04"),
        ({"day": "4", "month": "October", "year": "1980"}, "1980-10-04"),
        ({"day": "29", "month": "2", "year": "2000"}, "2000-02-29"),
        ({"day": "29", "month": "2", "year": ""}, "0000-02-29"),
        ({"day": "", "month": "", "year": "1980"}, "1980"),
        ({"day": "٤", "month": "٥", "year": "١٩٨٠"}, "1980-05-04"),
        ({"birthdate": "1980-05-04"}, "1980-05-04"),
        ({"birthdate": "0000-05-04"}, "0000-05-04"),
        ({"birthdate": "1980"}, "1980"),
        ({"birthdate": "04-05-1980"}, "1980-05-04"),
        ({"birthdate": "4/5/1980"}, "1980-05-04"),
        ({"birthdate": "4 mei 1980"}, "1980-05-04"),
        ({"birthdate": "4.5.1980"}, "1980-05-04"),
        ({"day": "23", "month": "11", "year": "2026"}, "2026-11-23"),
        ({"day": "1", "month": "1", "year": "1880"}, "1880-01-01"),
    ],
)
def test_a_date_is_read_however_it_is_written(typed: dict[str, str], kept: str) -> None:
    assert accepted("birthdate", **typed) == kept


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ({"day": "31", "month": "2", "year": "1980"}, {"day": "birthdate"}),
        ({"day": "29", "month": "2", "year": "1981"}, {"day": "birthdate"}),
        ({"day": "0", "month": "2", "year": "1981"}, {"day": "birthdate"}),
        ({"day": "1", "month": "13", "year": "1980"}, {"month": "birthdate"}),
        ({"day": "1", "month": "thermidor", "year": "1980"}, {"month": "birthdate"}),
        ({"day": "x", "month": "1", "year": "1980"}, {"day": "birthdate_number"}),
        ({"day": "één", "month": "1", "year": "negentien"}, {"day": "birthdate_number", "year": "birthdate_number"}),
        ({"day": "1", "month": "1", "year": "80"}, {"year": "birthdate_year"}),
        ({"day": "", "month": "5", "year": "1980"}, {"day": "birthdate_incomplete"}),
        ({"day": "5", "month": "", "year": "1980"}, {"month": "birthdate_incomplete"}),
        ({"day": "", "month": "", "year": "0000"}, {"day": "birthdate_incomplete"}),
        ({"day": "24", "month": "11", "year": "2026"}, {"day": "birthdate_future"}),
        ({"day": "", "month": "", "year": "2027"}, {"year": "birthdate_future"}),
        ({"day": "31", "month": "12", "year": "1879"}, {"year": "birthdate_too_early"}),
        ({"birthdate": "04-05-80"}, {"birthdate": "birthdate_year"}),
        ({"birthdate": "31-02-1980"}, {"birthdate": "birthdate"}),
        ({"birthdate": "1980-5"}, {"birthdate": "birthdate"}),
        ({"birthdate": "long ago"}, {"birthdate": "birthdate"}),
    ],
)
def test_what_is_no_date_is_refused_at_the_field_to_mend(typed: dict[str, str], problem: dict[str, str]) -> None:
    assert reasons("birthdate", **typed) == problem


def test_three_blank_fields_are_nothing_typed() -> None:
    assert outcome("birthdate", day="", month=" ", year="") == NothingTyped()


def test_a_date_of_birth_is_at_most_today() -> None:
    day, month, year = str(TODAY.day), str(TODAY.month), str(TODAY.year)
    assert isinstance(outcome("birthdate", day=day, month=month, year=year), Accepted)


@pytest.mark.parametrize(
    ("value", "dutch", "english"),
    [
        ("1980-05-04", "4 mei 1980", "4 May 1980"),
        ("0000-02-29", "29 februari", "29 February"),
        ("1980", "1980", "1980"),
        ("0000-13-40", "0000-13-40", "0000-13-40"),
    ],
)
def test_a_date_is_shown_in_words(value: str, dutch: str, english: str) -> None:
    assert (display("birthdate", value, "nl"), display("birthdate", value, "en")) == (dutch, english)


@pytest.mark.parametrize("value", ["1980-05-04", "0000-05-04", "1980", "anything"])
def test_a_masked_date_of_birth_shows_no_digit(value: str) -> None:
    assert not any(char.isalnum() for char in mask("birthdate", value))


def test_the_form_gets_the_date_back_in_three_fields() -> None:
    assert typed_from("birthdate", "1980-05-04") == {"day": "4", "month": "5", "year": "1980"}
    assert typed_from("birthdate", "0000-10-20") == {"day": "20", "month": "10", "year": ""}
