import pytest

from app.services.fact_values import FIELDS, FieldSpec, choices
from tests.services.fact_values.asking import reasons

SPECS = [(claim, spec) for claim, specs in FIELDS.items() for spec in specs]

WCAG_INPUT_PURPOSES = {
    "name", "given-name", "family-name", "additional-name", "nickname", "email", "tel", "bday-day", "bday-month",
    "bday-year", "sex", "language", "url", "photo", "country", "postal-code", "address-line1", "address-line2",
    "address-level1", "address-level2",
}  # fmt: skip


@pytest.mark.parametrize(("claim", "spec"), SPECS)
def test_a_field_tells_the_browser_its_purpose_in_the_standards_words(claim: str, spec: FieldSpec) -> None:
    assert not spec.autocomplete or spec.autocomplete in WCAG_INPUT_PURPOSES


def test_no_field_invites_the_browser_to_fill_in_a_card() -> None:
    assert [spec.name for _claim, spec in SPECS if spec.autocomplete.startswith("cc-")] == []


@pytest.mark.parametrize(("claim", "spec"), SPECS)
def test_a_field_refuses_one_character_more_than_it_announces(claim: str, spec: FieldSpec) -> None:
    letter = "1" if claim == "birthdate" else "é"  # there a word is refused as a word
    others = {"country": "NL"} if claim == "address" and spec.name != "country" else {}
    assert reasons(claim, **others, **{spec.name: letter * (spec.maxlength + 1)})[spec.name] == "too_long"


@pytest.mark.parametrize(("claim", "spec"), SPECS)
@pytest.mark.parametrize("lang", ["nl", "en"])
def test_a_field_to_choose_from_has_choices(claim: str, spec: FieldSpec, lang: str) -> None:
    if spec.type in ("select", "radio"):
        assert choices(claim, spec.name, lang)


def test_a_field_without_choices_offers_none() -> None:
    assert choices("name", "name", "nl") == ()
