"""The few words that values themselves need in each language; sentences and labels belong to the web."""

from types import MappingProxyType

from app.domain.purposes import LANGUAGES

_WORDS = MappingProxyType(
    {
        "nl": {
            "true": "Ja",
            "false": "Nee",
            "female": "Vrouw",
            "male": "Man",
            "ideal": "iDEAL",
            "sepa_debit": "Automatische incasso",
        },
        "en": {
            "true": "Yes",
            "false": "No",
            "female": "Female",
            "male": "Male",
            "ideal": "iDEAL",
            "sepa_debit": "Direct debit",
        },
    }
)


def spoken(lang: str) -> str:
    """The language values are shown in for a tag such as nl-BE: Dutch or, for all others, English."""
    base = lang[:2].casefold()
    return base if base in LANGUAGES else "en"


def word(key: str, lang: str) -> str:
    """The word for this key; a key without one is its own word."""
    return _WORDS[spoken(lang)].get(key, key)
