import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.claims import CATALOGUE
from app.services.fact_values import SENSITIVE, JSONValue, display, mask, typed_from
from tests.characters import CHARACTERS
from tests.services.fact_values.asking import IBAN

MEMBERS = st.sampled_from(["country", "street_address", "iban", "method", "formatted", "x"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(CHARACTERS),
    lambda children: st.lists(children) | st.dictionaries(MEMBERS, children),
    max_leaves=8,
)


def test_what_is_sensitive_is_what_finds_a_person_or_their_money() -> None:
    assert {"payment_account", "birthdate", "phone_number", "address"} == SENSITIVE


@pytest.mark.parametrize(
    ("claim", "value", "dutch", "english"),
    [
        ("email_verified", True, "Ja", "Yes"),
        ("phone_number_verified", False, "Nee", "No"),
        ("updated_at", 1700000000, "14 november 2023", "14 November 2023"),
        ("name", "Anna de Vries", "Anna de Vries", "Anna de Vries"),
        ("zoneinfo", "America/New_York", "America/New York", "America/New York"),
        ("name", None, "", ""),
    ],
)
def test_a_value_is_shown_as_a_person_reads_it(claim: str, value: JSONValue, dutch: str, english: str) -> None:
    assert (display(claim, value, "nl-NL"), display(claim, value, "en")) == (dutch, english)


@pytest.mark.parametrize("claim", sorted(SENSITIVE))
@pytest.mark.parametrize(
    "value", ["31612345678", 5, ["NL91ABNA0417164300"], {}, {"iban": "NL91"}, {"street_address": 5}]
)
def test_a_sensitive_value_of_another_shape_is_masked_whole(claim: str, value: JSONValue) -> None:
    assert not any(char.isdecimal() for char in mask(claim, value))


def test_a_time_out_of_all_bounds_is_shown_as_its_number() -> None:
    assert display("updated_at", 10**18, "nl") == str(10**18)


def test_a_language_we_do_not_speak_is_shown_english() -> None:
    assert display("email_verified", value=True, lang="fr") == "Yes"


@pytest.mark.parametrize("claim", sorted(CATALOGUE.keys() - SENSITIVE))
def test_what_is_not_sensitive_is_not_masked(claim: str) -> None:
    assert mask(claim, "Anna", "nl") == display(claim, "Anna", "nl")


def test_a_masked_account_keeps_its_holder_and_number_to_itself() -> None:
    shown = mask("payment_account", {"method": "ideal", "iban": IBAN, "holder": "J. de Vries"}, "nl")
    assert "Vries" not in shown
    assert "ABNA" not in shown
    assert "0417" not in shown


@given(
    claim=st.sampled_from(sorted(CATALOGUE)) | st.text(CHARACTERS),
    value=JSON,
    lang=st.sampled_from(["nl", "en", "de", ""]),
)
def test_no_value_of_any_shape_makes_showing_raise(claim: str, value: JSONValue, lang: str) -> None:
    assert isinstance(display(claim, value, lang), str)
    assert isinstance(mask(claim, value, lang), str)
    assert all(isinstance(text, str) for text in typed_from(claim, value, lang).values())
