import pytest

from app.services.fact_values import NothingTyped, joined_name
from tests.services.fact_values.asking import accepted, outcome, reasons

NAMES = ["name", "given_name", "family_name", "middle_name", "nickname", "preferred_username"]

REAL_NAMES = [
    "J",
    "李",
    "O'Brien",
    "D’Arcy",
    "van der Berg",
    "'t Hart",
    "Jean-Pierre",
    "Ðorđe",
    "Müller-Lüdenscheidt",
    "María José Carreño Quiñones",
    "Martin Luther King, Jr.",
    "X Æ A-12",
    "Nguyễn Thị Minh Khai",
    "محمد",
    "می‌خواهم",  # Persian, with a joiner that belongs in the word
    "Wolfeschlegelsteinhausenbergerdorff",
]


@pytest.mark.parametrize("claim", NAMES)
@pytest.mark.parametrize("name", REAL_NAMES)
def test_a_real_name_is_kept_as_it_is(claim: str, name: str) -> None:
    assert accepted(claim, **{claim: name}) == name


def test_spaces_are_made_single_and_accents_composed() -> None:
    assert accepted("name", name="  Zoe\u0308\t van \u00a0 Dam\n") == "Zoë van Dam"


def test_direction_marks_around_a_pasted_name_are_dropped() -> None:
    assert accepted("name", name="\u202aAnna\u202c \ufeff") == "Anna"


@pytest.mark.parametrize("claim", NAMES)
@pytest.mark.parametrize("char", ["\x00", "\x07", "\x7f", "\u202e", "\u2066", "\u3164", "\ue000", "\U000e0041"])
def test_a_character_that_cannot_be_shown_is_refused(claim: str, char: str) -> None:
    assert reasons(claim, **{claim: f"An{char}na"}) == {claim: "unprintable"}


@pytest.mark.parametrize("claim", ["name", "given_name", "family_name", "middle_name"])
@pytest.mark.parametrize("text", [".", "-", "42", "?!"])
def test_a_name_has_a_letter(claim: str, text: str) -> None:
    assert reasons(claim, **{claim: text}) == {claim: "no_letter"}


@pytest.mark.parametrize("claim", ["nickname", "preferred_username"])
def test_a_nickname_may_be_a_number_or_a_picture_but_not_dots(claim: str) -> None:
    assert accepted(claim, **{claim: "1337"}) == "1337"
    assert accepted(claim, **{claim: "🐟"}) == "🐟"
    assert reasons(claim, **{claim: "..."}) == {claim: "no_letter_or_digit"}


@pytest.mark.parametrize("claim", NAMES)
def test_a_name_has_a_sane_length(claim: str) -> None:
    assert reasons(claim, **{claim: "a" * 151}) == {claim: "too_long"}


@pytest.mark.parametrize("text", ["", "   ", "\t\n", "\u200b"])
def test_a_blank_field_is_nothing_typed(text: str) -> None:
    assert outcome("name", name=text) == NothingTyped()


def test_who_gave_only_the_parts_has_a_whole_name() -> None:
    assert joined_name({"family_name": "de Vries", "given_name": "Anna"}) == "Anna de Vries"
    assert joined_name({"given_name": "Anna", "middle_name": None, "family_name": ""}) == "Anna"
    assert joined_name({"nickname": "Annie"}) is None
