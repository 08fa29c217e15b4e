"""Telephone numbers: typed the way people write them at home or abroad, kept as E.164, shown grouped."""

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, ValidationResult

from app.services.fact_values.card_numbers import carries_card_number
from app.services.fact_values.countries import HOME
from app.services.fact_values.fields import FieldSpec, one_field
from app.services.fact_values.outcome import Accepted, JSONValue, Outcome, Reason, refused
from app.services.fact_values.typed_text import ascii_digits

PHONE_FIELD = FieldSpec("phone_number", "tel", type="tel", inputmode="tel", maxlength=40, own_card_rule=True)

_OTHER_CHARACTERS = frozenset("+()./-‐‑–—− ")
_UNSEEN_TAIL = 2


def _judged(typed: str) -> Outcome:
    """E.164 (OpenID Connect Core §5.1); without a plus the number is Dutch."""
    text = ascii_digits(typed)
    outcome = _read(text)
    # A number that exists and begins as one is a telephone number, whatever its check digit. Bare digits are not
    # enough: German numbers have so many lengths that a card's digits alone would pass for one there.
    begins_as_one = text.lstrip("( ").startswith(("+", "0"))
    if carries_card_number(text) and not (begins_as_one and isinstance(outcome, Accepted)):
        return refused("phone_number", Reason.CARD_NUMBER)
    return outcome


read = one_field(PHONE_FIELD, _judged)


def _read(text: str) -> Outcome:
    if not all(char.isdecimal() or char in _OTHER_CHARACTERS for char in text):
        return refused("phone_number", Reason.PHONE_CHARACTERS)
    try:
        number = phonenumbers.parse(text, HOME)
    except NumberParseException as error:
        unknown_country = error.error_type == NumberParseException.INVALID_COUNTRY_CODE
        return refused("phone_number", Reason.PHONE_COUNTRY if unknown_country else Reason.PHONE_LENGTH)
    if phonenumbers.is_valid_number(number):
        return Accepted(phonenumbers.format_number(number, PhoneNumberFormat.E164))
    possible = phonenumbers.is_possible_number_with_reason(number)
    wrong_length = (ValidationResult.TOO_SHORT, ValidationResult.TOO_LONG, ValidationResult.INVALID_LENGTH)
    return refused("phone_number", Reason.PHONE_LENGTH if possible in wrong_length else Reason.PHONE)


def shown(value: JSONValue) -> str:
    """Grouped as the number's own country writes it abroad: +31 6 12345678."""
    try:
        number = phonenumbers.parse(str(value), None)
    except NumberParseException:
        return str(value)
    return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)


def masked(value: JSONValue, _lang: str) -> str:
    """The country code and the last two digits; the rest as dots in the same groups."""
    country, space, rest = shown(value).partition(" ")
    if not (space and country.startswith("+")):
        return "••••••"
    hidden = "".join("•" if char.isdecimal() else char for char in rest[:-_UNSEEN_TAIL])
    return f"{country} {hidden}{rest[-_UNSEEN_TAIL:]}".replace(" ", "\N{NO-BREAK SPACE}")
