from datetime import date

import pytest

from app.services.fact_values import Accepted, NothingTyped, display, mask, read_value, typed_from
from tests.services.fact_values.asking import accepted, outcome, reasons

DUTCH = {
    "country": "NL",
    "postal_code": "1015 CJ",
    "house_number": "12",
    "street": "Keizersgracht",
    "locality": "Amsterdam",
}


def _address(**typed: str) -> dict[str, str]:
    value = accepted("address", **typed)
    assert isinstance(value, dict)
    return value


def test_a_dutch_address_becomes_the_standard_claim_with_its_label() -> None:
    assert _address(**DUTCH, house_number_addition="a") == {
        "formatted": "Keizersgracht 12A\n1015 CJ Amsterdam\nNetherlands",
        "street_address": "Keizersgracht 12A",
        "postal_code": "1015 CJ",
        "locality": "Amsterdam",
        "country": "NL",
    }


@pytest.mark.parametrize(
    "written", ["1015CJ", "1015 cj", " 1015  CJ ", "1015-cj", "NL-1015 CJ", "１０１５ＣＪ", "١٠١٥CJ"]
)
def test_a_dutch_postcode_is_kept_in_one_form(written: str) -> None:
    assert _address(**DUTCH | {"postal_code": written})["postal_code"] == "1015 CJ"


@pytest.mark.parametrize(
    "written",
    ["0123 AB", "123 AB", "1234 A", "1234 SA", "1234 SD", "1234 SS", "12345 AB", "AB 1234", "1234 4B"],
)
def test_what_is_no_dutch_postcode_is_refused(written: str) -> None:
    assert reasons("address", **DUTCH | {"postal_code": written}) == {"postal_code": "postcode_nl"}


@pytest.mark.parametrize(
    ("number", "addition", "line"),
    [
        ("12", "", "Keizersgracht 12"),
        ("012", "", "Keizersgracht 12"),
        ("12a", "", "Keizersgracht 12A"),
        ("12", "A", "Keizersgracht 12A"),
        ("12 A", "2", "Keizersgracht 12A-2"),
        ("12-3", "", "Keizersgracht 12-3"),
        ("12", "3", "Keizersgracht 12-3"),
        ("12", "hs", "Keizersgracht 12-hs"),
        ("12", "3 hoog", "Keizersgracht 12-3-hoog"),
        ("12 bis", "", "Keizersgracht 12-bis"),
        ("12-14 II", "", "Keizersgracht 12-14-II"),
        ("12 t.o.", "", "Keizersgracht 12-t.o"),
        ("99999", "", "Keizersgracht 99999"),
        ("١٢", "", "Keizersgracht 12"),
    ],
)
def test_a_house_number_and_its_addition_end_the_street_line(number: str, addition: str, line: str) -> None:
    typed = DUTCH | {"house_number": number, "house_number_addition": addition}
    assert _address(**typed)["street_address"] == line


@pytest.mark.parametrize(
    ("street", "addition", "line"),
    [
        ("Keizersgracht 12", "", "Keizersgracht 12"),
        ("Keizersgracht 12 a", "", "Keizersgracht 12A"),
        ("Keizersgracht 12-3", "", "Keizersgracht 12-3"),
        ("Keizersgracht 12 bis", "", "Keizersgracht 12-bis"),
        ("Keizersgracht 12", "hs", "Keizersgracht 12-hs"),
        ("Keizersgracht 1-3 hs", "", "Keizersgracht 1-3-hs"),
        ("Keizersgracht 12/2", "", "Keizersgracht 12-2"),
        ("Plein 1944 7", "", "Plein 1944 7"),
    ],
)
def test_a_house_number_filled_in_with_the_street_is_found_there(street: str, addition: str, line: str) -> None:
    typed = DUTCH | {"street": street, "house_number": "", "house_number_addition": addition}
    assert _address(**typed)["street_address"] == line


@pytest.mark.parametrize("street", ["Keizersgracht", "Plein 1944", "Laan van 40 Bunders"])
def test_a_street_whose_name_has_a_number_is_no_house_number(street: str) -> None:
    assert reasons("address", **DUTCH | {"street": street, "house_number": ""}) == {"house_number": "required"}


@pytest.mark.parametrize("number", ["0", "A", "123456", "-12", "twaalf"])
def test_what_is_no_house_number_is_refused(number: str) -> None:
    assert reasons("address", **DUTCH | {"house_number": number}) == {"house_number": "house_number"}


@pytest.mark.parametrize("addition", ["tweede verdieping", "A&B", "<b>"])
def test_what_is_no_addition_is_refused(addition: str) -> None:
    assert reasons("address", **DUTCH, house_number_addition=addition) == {
        "house_number_addition": "house_number_addition"
    }


@pytest.mark.parametrize(
    ("street", "line"),
    [
        ("Plein 1944", "Plein 1944 12"),
        ("Plein 12", "Plein 12"),
        ("Keizersgracht 12", "Keizersgracht 12"),
        ("Keizersgracht 12 12", "Keizersgracht 12"),
        ("2e Jan van der Heijdenstraat", "2e Jan van der Heijdenstraat 12"),
        ("'s-Gravenweg", "'s-Gravenweg 12"),
        ("Postbus", "Postbus 12"),
        ("Lange\nVoorhout", "Lange Voorhout 12"),
    ],
)
def test_a_street_may_hold_numbers_and_repeats_none(street: str, line: str) -> None:
    assert _address(**DUTCH | {"street": street})["street_address"] == line


@pytest.mark.parametrize("missing", ["postal_code", "house_number", "street", "locality"])
def test_a_dutch_address_is_whole(missing: str) -> None:
    assert reasons("address", **DUTCH | {missing: ""}) == {missing: "required"}


def test_every_field_is_judged_at_once_in_the_order_of_the_form() -> None:
    found = reasons("address", country="NL", postal_code="1", house_number="x", street="1", region="2")
    assert list(found.items()) == [
        ("postal_code", "postcode_nl"),
        ("house_number", "house_number"),
        ("street", "no_letter"),
        ("locality", "required"),
        ("region", "no_letter"),
    ]


ABROAD = [
    (
        {"country": "BE", "street": "Veldstraat 12 bus 3", "postal_code": "9000", "locality": "Gent"},
        "Veldstraat 12 bus 3\n9000 Gent\nBelgium",
    ),
    (
        {"country": "België", "street": "Veldstraat", "house_number": "12", "house_number_addition": "bus 3",
         "postal_code": "B-9000", "locality": "Gent"},
        "Veldstraat 12 bus 3\n9000 Gent\nBelgium",
    ),
    (
        {"country": "DE", "street": "Unter den Linden 77", "postal_code": "D-10117", "locality": "Berlin"},
        "Unter den Linden 77\n10117 Berlin\nGermany",
    ),
    (
        {"country": "Duitsland", "street": "Straße des 17. Juni", "house_number": "135", "postal_code": "10623",
         "locality": "Berlin"},
        "Straße des 17. Juni 135\n10623 Berlin\nGermany",
    ),
    (
        {"country": "UK", "street": "221B Baker Street", "postal_code": "nw16xe", "locality": "London"},
        "221B Baker Street\nLondon\nNW1 6XE\nUnited Kingdom",
    ),
    (
        {"country": "GB", "street": "The Old Rectory\nChurch Lane", "postal_code": "ox29 4ab", "locality": "Witney",
         "region": "Oxfordshire"},
        "The Old Rectory\nChurch Lane\nWitney\nOX29 4AB\nUnited Kingdom",
    ),
    (
        {"country": "US", "street": "1600 Amphitheatre Pkwy\nBuilding 40", "postal_code": "94043-1351",
         "locality": "Mountain View", "region": "California"},
        "1600 Amphitheatre Pkwy\nBuilding 40\nMountain View, CA 94043-1351\nUnited States",
    ),
    (
        {"country": "USA", "street": "Main Street", "house_number": "12", "house_number_addition": "Apt 4",
         "postal_code": "10001", "locality": "New York", "region": "ny"},
        "12 Main Street, Apt 4\nNew York, NY 10001\nUnited States",
    ),
    (
        {"country": "IE", "street": "Ballyvaughan", "locality": "Ennis", "region": "Co. Clare"},
        "Ballyvaughan\nEnnis\nCo. Clare\nIreland",
    ),
    (
        {"country": "Ierland", "street": "1 O'Connell Street", "locality": "Dublin", "postal_code": "d01f5p2"},
        "1 O'Connell Street\nDublin\nD01 F5P2\nIreland",
    ),
    (
        {"country": "FR", "street": "rue de Rivoli", "house_number": "99", "postal_code": "75001", "locality": "Paris"},
        "99 rue de Rivoli\n75001 Paris\nFrance",
    ),
    (
        {"country": "CA", "street": "80 Wellington St", "postal_code": "k1a0a2", "locality": "Ottawa",
         "region": "Ontario"},
        "80 Wellington St\nOttawa ON K1A 0A2\nCanada",
    ),
    (
        {"country": "IT", "street": "Via Roma 1", "postal_code": "00184", "locality": "Roma"},
        "Via Roma 1\n00184 Roma\nItaly",
    ),
    (
        {"country": "AE", "street": "Sheikh Zayed Road 1", "locality": "Deira", "region": "Dubai"},
        "Sheikh Zayed Road 1, Deira\nDubai\nUnited Arab Emirates",
    ),
    (
        {"country": "JP", "street": "千代田1-1", "postal_code": "1000001", "locality": "千代田区", "region": "東京都"},
        "〒100-0001\n東京都\n千代田区千代田1-1\nJapan",
    ),
    (
        {"country": "JP", "street": "1-1 Chiyoda", "postal_code": "〒100-0001", "locality": "Chiyoda-ku",
         "region": "Tokyo"},
        "1-1 Chiyoda, Chiyoda-ku, Tokyo\n100-0001\nJapan",
    ),
    (
        {"country": "SG", "street": "10 Bayfront Ave", "postal_code": "018956"},
        "10 Bayfront Ave\nSINGAPORE 018956\nSingapore",
    ),
    (
        {"country": "Kosovo", "street": "Rruga B 1", "postal_code": "10000", "locality": "Prishtina"},
        "Rruga B 1\n10000 Prishtina\nKosovo",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "label"), ABROAD)
def test_an_address_abroad_is_laid_out_as_its_own_post_does(typed: dict[str, str], label: str) -> None:
    assert _address(**typed)["formatted"] == label


GERMAN = {"country": "DE", "street": "Weg 1", "locality": "Bonn", "postal_code": "53113"}
BRITISH = {"country": "GB", "street": "1 Lane", "locality": "York", "postal_code": "YO1 7HH"}
AMERICAN = {"country": "US", "street": "1 Way", "locality": "Reno", "postal_code": "89501", "region": "NV"}


@pytest.mark.parametrize(
    ("typed", "problems"),
    [
        (GERMAN | {"postal_code": ""}, {"postal_code": "required"}),
        (GERMAN | {"postal_code": "1234"}, {"postal_code": "postal_code"}),
        (GERMAN | {"street": "1\n2\n3\n4\n5"}, {"street": "too_many_lines"}),
        (BRITISH | {"postal_code": "YO1"}, {"postal_code": "postal_code"}),
        (AMERICAN | {"region": ""}, {"region": "region_required"}),
        ({"country": "IE", "street": "1 Road"}, {"locality": "required"}),
        ({"country": "Narnia", "street": "Lamp post"}, {"country": "not_a_country"}),
    ],
)
def test_what_its_post_could_not_deliver_is_refused(typed: dict[str, str], problems: dict[str, str]) -> None:
    assert reasons("address", **typed) == problems


def test_no_country_means_the_netherlands() -> None:
    typed = DUTCH | {"country": ""}
    assert _address(**typed)["country"] == "NL"


def test_a_country_alone_is_nothing_typed() -> None:
    assert outcome("address", country="NL") == NothingTyped()


@pytest.mark.parametrize(("number", "addition"), [("12", ""), ("12", "A"), ("12", "A-2"), ("12", "3"), ("12", "hs")])
@pytest.mark.parametrize("street", ["Keizersgracht", "Plein 1944", "Laan 1940-1945", "Straat A", "Weg 3-hs"])
def test_the_form_gets_street_number_and_addition_back(street: str, number: str, addition: str) -> None:
    typed = DUTCH | {"street": street, "house_number": number, "house_number_addition": addition}
    assert typed_from("address", accepted("address", **typed)) == typed


@pytest.mark.parametrize(
    ("line", "street", "number", "addition"),
    [
        ("Keizersgracht 123 A", "Keizersgracht", "123", "A"),
        ("Keizersgracht 123 - hs", "Keizersgracht", "123", "hs"),
        ("Damrak 1-3 hs", "Damrak", "1", "3-hs"),
        ("Damrak 12/2", "Damrak", "12", "2"),
        ("Damrak 12 - 2", "Damrak", "12", "2"),
        ("Damrak 12-14 II", "Damrak", "12", "14-II"),
        ("Damrak 12 t.o.", "Damrak", "12", "t.o"),
        ("Damrak 12 3 hoog", "Damrak", "12", "3-hoog"),
        ("Damrak 012 a", "Damrak", "12", "A"),
        ("Plein 1944 3 hs", "Plein 1944", "3", "hs"),
        ("Straat van 12 mei 5 bis", "Straat van 12 mei", "5", "bis"),
        ("2e Jan van der Heijdenstraat 12 hs", "2e Jan van der Heijdenstraat", "12", "hs"),
        ("Dorpsstraat", "Dorpsstraat", "", ""),
        ("2e Dorpsstraat", "2e Dorpsstraat", "", ""),
        ("Damrak 12 (achter)", "Damrak 12 (achter)", "", ""),
    ],
)
def test_a_line_composed_elsewhere_is_read_as_well_as_can_be(
    line: str, street: str, number: str, addition: str
) -> None:
    typed = typed_from("address", {"street_address": line, "country": "NL"})
    assert (typed["street"], typed["house_number"], typed["house_number_addition"]) == (street, number, addition)


@pytest.mark.parametrize(
    ("held", "typed"),
    [
        ({"country": "DE"}, {"country": "DE", "street": "Weg 5"}),
        ({"country": "Frankrijk"}, {"country": "FR", "street": "Weg 5"}),
        ({"country": "Atlantis"}, {"country": "Atlantis", "street": "Weg 5"}),
        ({"postal_code": "75001"}, {"country": "", "postal_code": "75001", "street": "Weg 5"}),
        (
            {"postal_code": "1234 AB"},
            {
                "country": "NL",
                "postal_code": "1234 AB",
                "street": "Weg",
                "house_number": "5",
                "house_number_addition": "",
            },
        ),
    ],
)
def test_only_a_dutch_line_is_taken_apart_for_the_form(held: dict[str, str], typed: dict[str, str]) -> None:
    assert typed_from("address", {"street_address": "Weg 5", **held}) == typed


def test_abroad_a_line_stays_as_it_was_typed_and_a_number_need_not_begin_with_one() -> None:
    britain = {"country": "GB", "postal_code": "LS1 4AP", "locality": "Leeds"}
    assert _address(**britain, street="High Street 5")["street_address"] == "High Street 5"
    assert _address(**GERMAN | {"house_number": "Hinterhaus"})["street_address"].endswith(" Hinterhaus")


@pytest.mark.parametrize("house", ["12", "1-3 hs", "12/2", "12-14 II", "12 t.o.", "12 3 hoog", "12 bis", "12A"])
def test_an_imported_line_is_read_as_the_form_reads_its_fields(house: str) -> None:
    typed = accepted("address", **DUTCH | {"house_number": house})
    line = {"street_address": f"Keizersgracht {house}", "postal_code": "1015 CJ", "locality": "Amsterdam"}
    outcome = read_value("address", line, today=date(2026, 11, 30))
    assert isinstance(outcome, Accepted)
    assert outcome.value == typed


def test_an_address_is_shown_on_one_line_with_its_country_in_words() -> None:
    value = accepted("address", **DUTCH)
    assert display("address", value, "nl") == "Keizersgracht 12, 1015 CJ Amsterdam, Nederland"
    assert display("address", value, "en-GB") == "Keizersgracht 12, 1015 CJ Amsterdam, Netherlands"


def test_a_masked_address_hides_the_front_door() -> None:
    assert mask("address", accepted("address", **DUTCH), "nl") == "••••••, •••••• Amsterdam, Nederland"


def test_a_card_number_spread_over_street_and_house_number_is_refused() -> None:
    typed = GERMAN | {"street": "Weg 4111", "house_number": "1111 1111", "house_number_addition": "1111"}
    assert reasons("address", **typed) == {"house_number": "card_number"}
