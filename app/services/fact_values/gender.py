"""Gender, in the person's own word; the two words OpenID Connect defines are kept in its spelling."""

from collections.abc import Mapping

from app.services.fact_values.fields import FieldSpec, cleaned
from app.services.fact_values.outcome import (
    Accepted,
    Circumstances,
    JSONValue,
    NothingTyped,
    Outcome,
    Reason,
    Refused,
    refused,
)
from app.services.fact_values.typed_text import has_letter
from app.services.fact_values.words import word

GENDER_FIELD = FieldSpec("gender", "sex", maxlength=40)

_DEFINED = {"female": "female", "vrouw": "female", "woman": "female", "male": "male", "man": "male"}


def read(typed: Mapping[str, str], _circumstances: Circumstances) -> Outcome:
    """`female` and `male` where that is what was typed (OpenID Connect Core §5.1), else the text itself."""
    texts = cleaned((GENDER_FIELD,), typed)
    if isinstance(texts, Refused):
        return texts
    text = texts["gender"]
    if not text:
        return NothingTyped()
    if not has_letter(text):
        return refused("gender", Reason.NO_LETTER)
    return Accepted(_DEFINED.get(text.casefold(), text))


def shown(value: JSONValue, lang: str) -> str:
    """The defined words in the language of the screen, the person's own word as it is."""
    return word(str(value), lang) if value in _DEFINED.values() else str(value)
