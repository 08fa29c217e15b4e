"""The values a form offers for a field, with their names in a language."""

from babel import Locale

from app.services.fact_values.countries import country_codes, country_name
from app.services.fact_values.language_tag import USUAL_TAGS
from app.services.fact_values.payment_account import METHODS
from app.services.fact_values.timezone import zones
from app.services.fact_values.typed_text import without_accents
from app.services.fact_values.words import spoken, word

Choice = tuple[str, str]

_NEIGHBOURS = ("NL", "BE", "DE")


def choices(claim: str, field: str, lang: str) -> tuple[Choice, ...]:
    """Value and label pairs in list order: all there are for a select or radio, suggestions for text.

    Empty for a field that has none. Countries come by name, after the Netherlands and its neighbours.
    """
    match claim, field:
        case "address", "country":
            return _countries(lang)
        case "payment_account", "method":
            return tuple((method, word(method, lang)) for method in METHODS)
        case "gender", "gender":
            return tuple((it, it) for it in (word("female", lang), word("male", lang)))
        case "zoneinfo", "zoneinfo":
            return tuple((zone, zone.replace("_", " ")) for zone in zones() if "/" in zone and zone[:3] != "Etc")
        case "locale", "locale":
            return tuple((tag, Locale.parse(tag, sep="-").get_display_name(spoken(lang)) or tag) for tag in USUAL_TAGS)
        case _:
            return ()


def _countries(lang: str) -> tuple[Choice, ...]:
    named = sorted(
        ((code, country_name(code, lang)) for code in country_codes() if code not in _NEIGHBOURS),
        key=lambda choice: without_accents(choice[1]),
    )
    return tuple((code, country_name(code, lang)) for code in _NEIGHBOURS) + tuple(named)
