"""Names and other short free text about a person: printable, of a sane length. The letters are their own."""

import unicodedata
from collections.abc import Mapping

from app.services.fact_values.fields import FieldSpec, Reader, one_field
from app.services.fact_values.outcome import Accepted, JSONValue, Outcome, Reason, refused
from app.services.fact_values.typed_text import has_letter

NAME_FIELDS = {
    "name": FieldSpec("name", "name", maxlength=150),
    "given_name": FieldSpec("given_name", "given-name", maxlength=100),
    "family_name": FieldSpec("family_name", "family-name", maxlength=100),
    "middle_name": FieldSpec("middle_name", "additional-name", maxlength=100),
    "nickname": FieldSpec("nickname", "nickname", maxlength=60),
    # Not the "username" token: a password manager would put the sign-in address here.
    "preferred_username": FieldSpec("preferred_username", "nickname", maxlength=60),
}
_MAY_BE_WITHOUT_LETTERS = frozenset({"nickname", "preferred_username"})


def reader(claim: str) -> Reader:
    """The reader of one of these claims."""

    def judged(text: str) -> Outcome:
        if claim in _MAY_BE_WITHOUT_LETTERS:
            return Accepted(text) if _says_something(text) else refused(claim, Reason.NO_LETTER_OR_DIGIT)
        return Accepted(text) if has_letter(text) else refused(claim, Reason.NO_LETTER)

    return one_field(NAME_FIELDS[claim], judged)


def joined_name(values: Mapping[str, JSONValue]) -> str | None:
    """The full name of who gave only its parts."""
    parts = [values.get(part) for part in ("given_name", "middle_name", "family_name")]
    return " ".join(str(part) for part in parts if part) or None


def _says_something(text: str) -> bool:
    """A letter, a digit or a picture: an emoji is a nickname, a row of dots is not."""
    return any(char.isalnum() or unicodedata.category(char) == "So" for char in text)
