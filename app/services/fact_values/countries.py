"""Countries by ISO 3166-1 alpha-2 code, their names in the languages shown, and what people type for them."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

import pycountry
from babel import Locale

from app.domain.purposes import LANGUAGES
from app.services.fact_values.typed_text import without_accents
from app.services.fact_values.words import spoken

HOME = "NL"
"""Where an address that names no country lies, and a telephone number without a country code belongs."""

_KOSOVO = "XK"  # user-assigned in ISO 3166-1, and what the European Union and the postal world write

_ALSO_CALLED = {
    "uk": "GB", "england": "GB", "engeland": "GB", "scotland": "GB", "schotland": "GB", "wales": "GB",
    "northern ireland": "GB", "noord-ierland": "GB", "great britain": "GB", "groot-brittannie": "GB",
    "holland": "NL", "the netherlands": "NL", "republic of ireland": "IE", "eire": "IE", "el": "GR",
    "usa": "US", "america": "US", "amerika": "US", "tsjechische republiek": "CZ", "kosovo": _KOSOVO,
}  # fmt: skip


@cache
def country_codes() -> frozenset[str]:
    """Every code that `find_country` can give."""
    return frozenset({country.alpha_2 for country in pycountry.countries} | {_KOSOVO})


@cache
def _by_typed_name() -> Mapping[str, str]:
    codes = dict(_ALSO_CALLED)
    for country in pycountry.countries:
        codes.setdefault(without_accents(country.alpha_3), country.alpha_2)
        for attribute in ("name", "official_name", "common_name"):
            name = getattr(country, attribute, None)
            if name:
                codes.setdefault(without_accents(name), country.alpha_2)
    for code in country_codes():
        codes[without_accents(code)] = code
        for lang in LANGUAGES:
            codes.setdefault(without_accents(country_name(code, lang)), code)
    return MappingProxyType(codes)


def find_country(text: str) -> str | None:
    """The alpha-2 code for a code or a name in Dutch or English; None when there is no such country."""
    return _by_typed_name().get(without_accents(text))


def country_name(code: str, lang: str) -> str:
    """The country's name in a language; the code itself when it has none."""
    return Locale(spoken(lang)).territories.get(code) or code
