"""A held value as text: in full, masked, or as it would be typed. No shape of value makes it raise."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from babel.dates import format_date

from app.services.fact_values.catalogue import CLAIMS
from app.services.fact_values.outcome import JSONValue
from app.services.fact_values.words import spoken, word

SENSITIVE = frozenset(name for name, claim in CLAIMS.items() if claim.mask)
"""Claims that screens show masked until the person reveals them."""

_TIMES = ("updated_at",)


def display(claim: str, value: JSONValue, lang: str) -> str:
    """The value as a person reads it, in Dutch or English (any other language tag is shown in English)."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return word("true" if value else "false", lang)
    if claim in _TIMES and isinstance(value, int | float):
        return _day(value, lang)
    known = CLAIMS.get(claim)
    if known and isinstance(value, known.shape):
        return known.show(value, spoken(lang))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def mask(claim: str, value: JSONValue, lang: str = "en") -> str:
    """Enough of a sensitive value to recognise it and no more; other values as `display` shows them."""
    known = CLAIMS.get(claim)
    if known is None or known.mask is None or value is None:
        return display(claim, value, lang)
    return known.mask(value, spoken(lang)) if isinstance(value, known.shape) else "••••••"


def typed_from(claim: str, value: JSONValue, lang: str = "en") -> Mapping[str, str]:
    """The fields a person would type to get this value, for an edit form; empty when there is none."""
    known = CLAIMS.get(claim)
    if known is None or not isinstance(value, known.shape):
        return {}
    return known.typed_from(value, spoken(lang))


def _day(timestamp: float, lang: str) -> str:
    try:
        return format_date(datetime.fromtimestamp(timestamp, UTC), "d MMMM y", locale=spoken(lang))
    except (ValueError, OverflowError, OSError):
        return str(timestamp)
