"""Postal addresses: Dutch ones by postcode and house number, all others by the rules of their own post.

The value is the OIDC address claim and nothing beside it; the typed fields are recovered from it.
"""

from collections.abc import Mapping
from datetime import date

from app.services.fact_values import postal_rules
from app.services.fact_values.address_form import ADDRESS_FIELDS, required_fields
from app.services.fact_values.card_numbers import carries_card_number
from app.services.fact_values.countries import HOME, country_name, find_country
from app.services.fact_values.fields import cleaned
from app.services.fact_values.outcome import (
    Accepted,
    JSONValue,
    NothingTyped,
    Outcome,
    Problem,
    Reason,
    Refused,
    refused,
)
from app.services.fact_values.street_line import (
    YEAR,
    House,
    compose_abroad,
    compose_dutch,
    is_addition,
    split_house,
    street_alone,
    take_apart_dutch,
)
from app.services.fact_values.typed_text import ascii_digits, has_letter

_SURE_ADDITION = 3  # A, bis, 3-hs; a part that is longer may as well be the rest of a street's name


def read(typed: Mapping[str, str], _today: date) -> Outcome:
    """The address claim (OpenID Connect Core §5.1.1) with an ISO 3166-1 alpha-2 country.

    `formatted` is computed. A country alone, as a form offers it beforehand, is nothing typed.
    """
    texts = cleaned(ADDRESS_FIELDS, typed)
    if isinstance(texts, Refused):
        return texts
    if not any(text for name, text in texts.items() if name != "country"):
        return NothingTyped()
    country = find_country(texts["country"] or HOME)
    if country is None:
        return refused("country", Reason.NOT_A_COUNTRY)
    if country == "NL" and not texts["house_number"]:
        texts |= _house_in_street(texts)
    problems = _missing(country, texts) + _problems(country, texts)
    if problems:
        return Refused(tuple(sorted(problems, key=_place_in_form)))
    return _accept(country, texts)


def country_alone(text: str) -> Refused:
    """What is wrong with an address of which a file gives the country and nothing else; the number is in its street."""
    country = find_country(text)
    unknown = () if country else (Problem("country", Reason.NOT_A_COUNTRY),)
    missing = _missing(country or "", dict.fromkeys((spec.name for spec in ADDRESS_FIELDS), ""))
    problems = (*unknown, *(each for each in missing if each.field != "house_number"))
    return Refused(tuple(sorted(problems, key=_place_in_form)))


def _missing(country: str, texts: Mapping[str, str]) -> list[Problem]:
    return [
        Problem(name, Reason.REGION_REQUIRED if name == "region" else Reason.REQUIRED)
        for name in required_fields(country) - {"country"}
        if not texts[name]
    ]


def _problems(country: str, texts: Mapping[str, str]) -> list[Problem]:
    found = []
    code = texts["postal_code"]
    if code and postal_rules.postal_code(country, code) is None:
        example = {"example": postal_rules.postal_code_example(country)}
        found.append(
            Problem("postal_code", Reason.POSTCODE_NL)
            if country == "NL"
            else Problem("postal_code", Reason.POSTAL_CODE, example)
        )
    named = {name: texts[name] for name in ("street", "locality", "region")}
    if country == "NL" and texts["house_number"]:
        house = _house(texts)
        if house is None:
            found.append(Problem("house_number", Reason.HOUSE_NUMBER))
        elif not is_addition(house.addition):
            found.append(Problem("house_number_addition", Reason.HOUSE_NUMBER_ADDITION))
        else:
            named["street"] = street_alone(texts["street"], house)
    return found + [Problem(name, Reason.NO_LETTER) for name, text in named.items() if text and not has_letter(text)]


def fitted(typed: Mapping[str, str]) -> dict[str, str]:
    """The same address in the fields of its country: who changes the country loses no house number by it."""
    country = find_country(typed["country"])
    number, addition = typed["house_number"].strip(), typed["house_number_addition"].strip()
    if country == "NL" and not number:
        return dict(typed) | _house_in_street(typed)
    if country in {None, "NL"} or not (number or addition):
        return dict(typed)
    street = compose_abroad(str(country), typed["street"].strip(), number, addition).strip()
    return dict(typed) | {"street": street, "house_number": "", "house_number_addition": ""}


def _house_in_street(texts: Mapping[str, str]) -> dict[str, str]:
    """Browsers that fill in an address, and people who paste one, put the house number in the field of the street.

    A year there is part of the name: Plein 1944.
    """
    street, house = take_apart_dutch(texts["street"])
    sure = all(len(part) <= _SURE_ADDITION for part in house.addition.split("-"))
    if not house.number or not sure or YEAR.fullmatch(house.number):
        return {}
    addition = "-".join(part for part in (house.addition, texts["house_number_addition"]) if part)
    return {"street": street, "house_number": house.number, "house_number_addition": addition}


def _house(texts: Mapping[str, str]) -> House | None:
    return split_house(ascii_digits(texts["house_number"]), texts["house_number_addition"])


def _place_in_form(problem: Problem) -> int:
    return [spec.name for spec in ADDRESS_FIELDS].index(problem.field)


def _accept(country: str, texts: Mapping[str, str]) -> Outcome:
    house = _house(texts) if country == "NL" else None
    street = (
        compose_dutch(texts["street"], house)
        if house
        else compose_abroad(country, texts["street"], texts["house_number"], texts["house_number_addition"])
    )
    if carries_card_number(street):
        return refused("house_number", Reason.CARD_NUMBER)
    parts = {
        "street_address": street,
        "postal_code": postal_rules.postal_code(country, texts["postal_code"]) or "",
        "locality": texts["locality"],
        "region": postal_rules.region(country, texts["region"]),
    }
    label = [*postal_rules.lines(country, parts), country_name(country, "en")]
    held = {name: part for name, part in parts.items() if part}
    return Accepted({"formatted": "\n".join(label), **held, "country": country})


def typed_from(value: JSONValue, _lang: str) -> dict[str, str]:
    """The fields that would be typed for this value; abroad the number stays in the street."""
    held = _members(value)
    typed = {name: held[name] for name in ("country", "postal_code", "locality", "region") if name in held}
    street = held.get("street_address", "")
    code = held.get("postal_code", "")
    # A label from elsewhere may name no country; a Dutch postcode names it well enough.
    country = find_country(held.get("country", "NL" if postal_rules.postal_code("NL", code) else ""))
    typed["country"] = country or typed.get("country", "")
    if country != "NL":
        return typed | {"street": street}
    name, house = take_apart_dutch(street)
    return typed | {"street": name, "house_number": house.number, "house_number_addition": house.addition}


def shown(value: JSONValue, lang: str) -> str:
    """On one line, the country in words: Keizersgracht 12A, 1015 CJ Amsterdam, Nederland."""
    return _one_line(value, lang, hidden=())


def masked(value: JSONValue, lang: str) -> str:
    """Place and country. A Dutch postcode with a house number is a front door, so both are hidden."""
    return _one_line(value, lang, hidden=("street_address", "postal_code"))


def _one_line(value: JSONValue, lang: str, hidden: tuple[str, ...]) -> str:
    parts = {name: "••••••" if name in hidden else part for name, part in _members(value).items()}
    code = parts.get("country", "")
    label = postal_rules.lines(find_country(code) or "", parts)
    return ", ".join(line for line in (*label, country_name(code, lang)) if line)


def _members(value: JSONValue) -> dict[str, str]:
    return {name: str(part) for name, part in value.items() if part} if isinstance(value, Mapping) else {}
