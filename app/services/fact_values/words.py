"""The few words that values themselves need in each language; sentences and labels belong to the web."""

from types import MappingProxyType

LANGUAGES = ("nl", "en")

_WORDS = MappingProxyType(
    {
        "nl": {
            "true": "ja",
            "false": "nee",
            "female": "vrouw",
            "male": "man",
            "ideal": "iDEAL",
            "sepa_debit": "automatische incasso",
        },
        "en": {
            "true": "yes",
            "false": "no",
            "female": "female",
            "male": "male",
            "ideal": "iDEAL",
            "sepa_debit": "direct debit",
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
