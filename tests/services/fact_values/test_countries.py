import pytest

from app.services.fact_values import choices
from app.services.fact_values.countries import country_codes, country_name, find_country


@pytest.mark.parametrize("code", sorted(country_codes()))
def test_a_country_is_found_by_its_code_and_its_names(code: str) -> None:
    assert find_country(code) == find_country(code.lower()) == code
    for lang in ("nl", "en"):
        name = country_name(code, lang)
        assert name != code
        assert find_country(name) == code


@pytest.mark.parametrize(
    ("typed", "code"),
    [("Holland", "NL"), ("nld", "NL"), ("the Netherlands", "NL"), ("UK", "GB"), ("Schotland", "GB"), ("Belgie", "BE")],
)
def test_a_country_is_found_by_what_people_call_it(typed: str, code: str) -> None:
    assert find_country(typed) == code


@pytest.mark.parametrize("typed", ["", "Narnia", "Europa", "ZZ", "EU"])
def test_what_is_no_country_is_not_found(typed: str) -> None:
    assert find_country(typed) is None


def test_countries_are_offered_by_name_after_the_nearest() -> None:
    offered = choices("address", "country", "nl")
    assert [code for code, _name in offered[:3]] == ["NL", "BE", "DE"]
    assert offered[3:6] == (("AF", "Afghanistan"), ("AX", "Åland"), ("AL", "Albanië"))
    assert {code for code, _name in offered} == country_codes()
