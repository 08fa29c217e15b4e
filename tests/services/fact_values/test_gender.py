import pytest

from app.services.fact_values import choices, display
from tests.services.fact_values.asking import accepted, reasons


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("Vrouw", "female"), ("female", "female"), ("MAN", "male"), ("X", "X"), ("non-binair", "non-binair")],
)
def test_gender_is_free_and_the_two_defined_words_are_recognised(typed: str, kept: str) -> None:
    assert accepted("gender", gender=typed) == kept


def test_gender_is_a_word() -> None:
    assert reasons("gender", gender="1") == {"gender": "no_letter"}


def test_the_two_defined_words_are_shown_in_the_persons_language() -> None:
    assert (display("gender", "female", "nl"), display("gender", "female", "en")) == ("Vrouw", "Female")
    assert display("gender", "genderfluid", "nl") == "genderfluid"
    assert display("gender", "true", "nl") == "true"


def test_the_two_defined_words_are_suggested_in_the_persons_language() -> None:
    assert choices("gender", "gender", "nl") == (("Vrouw", "Vrouw"), ("Man", "Man"))
