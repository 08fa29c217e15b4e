"""The fields an address is typed in: all there are, and those that fit one country."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from app.services.fact_values.countries import HOME, find_country
from app.services.fact_values.fields import FieldSpec
from app.services.fact_values.postal_rules import required_parts

ADDRESS_FIELDS = (
    FieldSpec("country", "country", type="select", maxlength=60, required=True),
    FieldSpec("postal_code", "postal-code", maxlength=16),
    FieldSpec("house_number", inputmode="numeric", maxlength=16),
    FieldSpec("house_number_addition", "address-line2", maxlength=30),
    FieldSpec("street", "address-line1", type="textarea", maxlength=200, required=True, max_lines=4),
    FieldSpec("locality", "address-level2", maxlength=100),
    FieldSpec("region", "address-level1", maxlength=100),
)
"""What is read for any country; abroad the street may be several lines with the number in it."""

_DUTCH_FORM = ("country", "postal_code", "house_number", "house_number_addition", "street", "locality")
_FORM_ABROAD = ("country", "street", "postal_code", "locality", "region")
_TYPED_NAME = {"street_address": "street"}


def required_fields(country: str) -> frozenset[str]:
    """The typed fields that an address in this country (alpha-2) cannot do without."""
    if country == "NL":
        return frozenset({"country", "postal_code", "house_number", "street", "locality"})
    return frozenset({"country", *(_TYPED_NAME.get(part, part) for part in required_parts(country))})


def address_fields(country: str, held: Mapping[str, str] = MappingProxyType({})) -> tuple[FieldSpec, ...]:
    """The fields to show for a country (code or name, else the Netherlands) in its order.

    ``held`` is what would be typed for the address there is: a Dutch one from elsewhere may have a region, which
    nobody is asked for but which stays to be seen and changed.
    """
    code = find_country(country) or HOME
    needed = required_fields(code)
    specs = {spec.name: replace(spec, required=spec.name in needed) for spec in ADDRESS_FIELDS}
    if code != "NL":
        return tuple(specs[name] for name in _FORM_ABROAD)
    one_line = replace(specs["street"], type="text", max_lines=1)
    region = ("region",) if held.get("country") == code and held.get("region") else ()
    return tuple((specs | {"street": one_line})[name] for name in (*_DUTCH_FORM, *region))
