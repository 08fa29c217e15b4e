import pytest

from app.services.fact_values import FIELDS, address_fields, fitted_address, read_claim
from app.services.fact_values.countries import country_codes
from app.services.fact_values.outcome import Reason, Refused
from tests.services.fact_values.asking import TODAY


def test_a_dutch_form_asks_for_the_number_apart_and_a_form_for_abroad_asks_for_lines() -> None:
    assert [spec.name for spec in address_fields("NL")] == [
        "country", "postal_code", "house_number", "house_number_addition", "street", "locality",
    ]  # fmt: skip
    assert [spec.name for spec in address_fields("DE")] == ["country", "street", "postal_code", "locality", "region"]
    assert address_fields("Duitsland") == address_fields("DE")
    assert address_fields("nowhere") == address_fields("NL")


@pytest.mark.parametrize("country", sorted(country_codes()))
def test_a_form_marks_as_required_what_its_reading_requires(country: str) -> None:
    shown = {spec.name for spec in address_fields(country) if spec.required} - {"country"}
    typed = {"country": country, "house_number_addition": "x"}
    found = read_claim("address", typed, today=TODAY)
    assert isinstance(found, Refused)
    missing = {Reason.REQUIRED, Reason.REGION_REQUIRED}
    assert {problem.field for problem in found.problems if problem.reason in missing} == shown


def test_every_field_of_a_form_is_one_of_the_claims_fields() -> None:
    names = {spec.name for spec in FIELDS["address"]}
    assert {spec.name for country in country_codes() for spec in address_fields(country)} == names


@pytest.mark.parametrize(
    ("country", "street", "number", "addition", "fitted"),
    [
        ("NL", "Keizersgracht 12A", "", "", ("Keizersgracht", "12", "A")),
        ("NL", "Plein 1944", "", "", ("Plein 1944", "", "")),
        ("NL", "Keizersgracht 12", "3", "", ("Keizersgracht 12", "3", "")),
        ("DE", "Hauptstraße", " 5 ", "b", ("Hauptstraße 5 b", "", "")),
        ("FR", "12 Rue de Lille", "", "bis", ("12 Rue de Lille, bis", "", "")),
        ("DE", "Hauptstraße 5", "", "", ("Hauptstraße 5", "", "")),
        ("nowhere", "Hauptstraße", "5", "", ("Hauptstraße", "5", "")),
    ],
)
def test_who_changes_the_country_loses_no_house_number_by_it(
    country: str, street: str, number: str, addition: str, fitted: tuple[str, str, str]
) -> None:
    typed = dict.fromkeys((spec.name for spec in FIELDS["address"]), "") | {"country": country, "locality": "Here"}
    found = fitted_address(typed | {"street": street, "house_number": number, "house_number_addition": addition})
    street, number, addition = fitted
    assert found == typed | {"street": street, "house_number": number, "house_number_addition": addition}
