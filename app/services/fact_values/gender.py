"""Gender, in the person's own word; the two words OpenID Connect defines are kept in its spelling."""

from app.services.fact_values.fields import FieldSpec, one_field
from app.services.fact_values.outcome import Accepted, JSONValue, Outcome, Reason, refused
from app.services.fact_values.typed_text import has_letter
from app.services.fact_values.words import word

GENDER_FIELD = FieldSpec("gender", "sex", maxlength=40)

_DEFINED = {"female": "female", "vrouw": "female", "woman": "female", "male": "male", "man": "male"}


def _judged(text: str) -> Outcome:
    """`female` and `male` where that is what was typed (OpenID Connect Core §5.1), else the text itself."""
    if not has_letter(text):
        return refused("gender", Reason.NO_LETTER)
    return Accepted(_DEFINED.get(text.casefold(), text))


read = one_field(GENDER_FIELD, _judged)


def shown(value: JSONValue, lang: str) -> str:
    """The defined words in the language of the screen, the person's own word as it is."""
    return word(str(value), lang) if value in _DEFINED.values() else str(value)
