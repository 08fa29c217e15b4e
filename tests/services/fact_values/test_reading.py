"""What holds for every claim: reading never raises, reads its own values as they are, and typing back loses nothing."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.domain.claims import CATALOGUE
from app.services.fact_values import (
    FIELDS,
    Accepted,
    JSONValue,
    NothingTyped,
    Outcome,
    Problem,
    Reason,
    Refused,
    read_claim,
    read_value,
    typed_from,
)
from tests.characters import CHARACTERS
from tests.services.fact_values.asking import IBAN, TODAY

TEXT = st.text(CHARACTERS, max_size=60) | st.text(alphabet="0123456789 -+./@:NLabcé'٤１\u200b\x00", max_size=60)

VALUES: dict[str, list[JSONValue]] = {
    "name": ["Anna van 't Hoff"],
    "given_name": ["Anna"],
    "family_name": ["van 't Hoff"],
    "middle_name": ["M."],
    "nickname": ["🐟"],
    "preferred_username": ["anna42"],
    "profile": ["https://example.com/anna"],
    "picture": ["https://example.com/%C3%BC.jpg"],
    "website": ["https://xn--mnchen-3ya.de/"],
    "gender": ["female", "male", "X"],
    "birthdate": ["1980-05-04", "0000-02-29", "1980"],
    "zoneinfo": ["Europe/Amsterdam"],
    "locale": ["nl-NL", "zh-Hant-TW"],
    "email": ["anna@example.com", "anna@xn--mnchen-3ya.de"],
    "phone_number": ["+31612345678", "+4915123456789"],
    "payment_account": [{"method": "ideal", "iban": IBAN, "holder": "A. van 't Hoff"}],
    "address": [
        {
            "formatted": "Plein 1944 12-bis\n6511 WX Nijmegen\nNetherlands",
            "street_address": "Plein 1944 12-bis",
            "postal_code": "6511 WX",
            "locality": "Nijmegen",
            "country": "NL",
        },
        {
            "formatted": "1 Main St\nFloor 2\nReno, NV 89501\nUnited States",
            "street_address": "1 Main St\nFloor 2",
            "postal_code": "89501",
            "locality": "Reno",
            "region": "NV",
            "country": "US",
        },
    ],
}
EXAMPLES = [(claim, value) for claim, values in VALUES.items() for value in values]


def _read(claim: str, typed: dict[str, str]) -> Outcome:
    return read_claim(claim, typed, today=TODAY)


def test_every_claim_that_is_not_derived_can_be_typed() -> None:
    assert FIELDS.keys() == VALUES.keys() == {name for name, claim in CATALOGUE.items() if not claim.derived}


@pytest.mark.parametrize(("claim", "value"), EXAMPLES)
@pytest.mark.parametrize("lang", ["nl", "en"])
def test_a_value_survives_being_typed_back_in_either_language(claim: str, value: JSONValue, lang: str) -> None:
    assert read_claim(claim, typed_from(claim, value, lang), today=TODAY) == Accepted(value)


@pytest.mark.parametrize(("claim", "value"), EXAMPLES)
def test_a_value_in_its_own_form_is_read_as_it_is(claim: str, value: JSONValue) -> None:
    assert read_value(claim, value, today=TODAY) == Accepted(value)


@pytest.mark.parametrize(("claim", "value"), EXAMPLES)
def test_what_is_typed_back_names_only_fields_of_the_form(claim: str, value: JSONValue) -> None:
    assert typed_from(claim, value).keys() <= {spec.name for spec in FIELDS[claim]}


def test_an_address_from_elsewhere_without_a_country_is_dutch() -> None:
    value = {"street_address": "Plein 1944 12 bis", "postal_code": "6511wx", "locality": "Nijmegen"}
    outcome = read_value("address", value, today=TODAY)
    assert isinstance(outcome, Accepted)
    assert isinstance(outcome.value, dict)
    assert outcome.value["country"] == "NL"


@pytest.mark.parametrize("claim", FIELDS)
@pytest.mark.parametrize("value", [5, True, [], {}, "\x00", {"country": 5}])
def test_a_value_of_the_wrong_shape_is_refused(claim: str, value: JSONValue) -> None:
    assert isinstance(read_value(claim, value, today=TODAY), Refused)


@pytest.mark.parametrize("claim", FIELDS)
def test_no_value_is_nothing_typed(claim: str) -> None:
    assert read_value(claim, None, today=TODAY) == _read(claim, {}) == NothingTyped()


@pytest.mark.parametrize("claim", ["updated_at", "email_verified", "sub", "", "name "])
def test_a_claim_that_nobody_types_is_refused(claim: str) -> None:
    assert _read(claim, {claim: "x"}) == Refused((Problem(claim, Reason.UNKNOWN_CLAIM),))


@pytest.mark.parametrize("claim", FIELDS)
@pytest.mark.parametrize(
    "text", ["a" * 10_000, "4" * 10_000, "é\u0301" * 5_000, "\ud800", "\x00" * 10_000, "١" * 10_000]
)
def test_a_huge_or_broken_text_is_refused_in_every_field(claim: str, text: str) -> None:
    outcome = _read(claim, {spec.name: text for spec in FIELDS[claim]})
    assert isinstance(outcome, Refused)
    assert {problem.field for problem in outcome.problems} == {spec.name for spec in FIELDS[claim]}


@pytest.mark.parametrize("claim", FIELDS)
def test_a_refusal_repeats_nothing_of_what_was_typed(claim: str) -> None:
    outcome = _read(claim, {spec.name: "canary\u202e@@" for spec in FIELDS[claim]})
    assert "canary" not in repr(outcome)


def test_an_accepted_value_is_not_shown_when_printed() -> None:
    assert "Anna" not in repr(_read("name", {"name": "Anna"}))


@given(data=st.data(), claim=st.sampled_from(sorted(FIELDS)))
def test_reading_never_raises_and_reads_its_own_values_as_they_are(data: st.DataObject, claim: str) -> None:
    typed = {spec.name: data.draw(TEXT) for spec in FIELDS[claim]}
    _settles(read_claim(claim, typed, today=TODAY), claim)


@given(
    street=st.text(CHARACTERS, max_size=30),
    number=st.integers(min_value=1, max_value=99999).map(str),
    addition=st.from_regex(r"[A-Za-z0-9][A-Za-z0-9 ./-]{0,9}", fullmatch=True) | st.just(""),
    locality=st.text(CHARACTERS, max_size=20),
    country=st.sampled_from(["NL", "BE", "GB", "IE", "AE", "JP", "SG"]),
    postal_code=st.sampled_from(["1234 AB", "9000", "NW1 6XE", "", "018956", "100-0001"]),
)
@example(street="Plein 1944", number="12", addition="3 2", locality="x", country="NL", postal_code="1234AB")
@example(street="Weg 12-3", number="12", addition="3", locality="x", country="NL", postal_code="1234AB")
@example(street="Weg 12 12", number="12", addition="", locality="x", country="NL", postal_code="1234AB")
@example(street="Weg 12A 12", number="12", addition="A", locality="x", country="NL", postal_code="1234AB")
def test_an_address_reads_its_own_value_as_it_is(**typed: str) -> None:
    _settles(_read("address", typed | {"region": "Region"}), "address")


def _settles(outcome: Outcome, claim: str) -> None:
    if isinstance(outcome, Accepted):
        assert read_claim(claim, typed_from(claim, outcome.value, "nl"), today=TODAY) == outcome
        assert read_value(claim, outcome.value, today=TODAY) == outcome
