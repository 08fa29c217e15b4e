"""What reading a typed value can come to, and the closed list of reasons to refuse one."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

JSONValue: TypeAlias = "str | int | float | bool | Mapping[str, JSONValue] | Sequence[JSONValue] | None"


class Reason(StrEnum):
    """Why a field is refused; app.web.forms.problems has one sentence for each, ``clauses`` one clause."""

    REQUIRED = "required"
    TOO_LONG = "too_long"
    TOO_MANY_LINES = "too_many_lines"
    UNPRINTABLE = "unprintable"
    CARD_NUMBER = "card_number"
    NO_LETTER = "no_letter"
    NO_LETTER_OR_DIGIT = "no_letter_or_digit"
    UNKNOWN_CLAIM = "unknown_claim"
    EMAIL = "email"
    EMAIL_AT = "email_at"
    EMAIL_DOMAIN = "email_domain"
    PHONE = "phone"
    PHONE_CHARACTERS = "phone_characters"
    PHONE_COUNTRY = "phone_country"
    PHONE_LENGTH = "phone_length"
    BIRTHDATE = "birthdate"
    BIRTHDATE_INCOMPLETE = "birthdate_incomplete"
    BIRTHDATE_NUMBER = "birthdate_number"
    BIRTHDATE_YEAR = "birthdate_year"
    BIRTHDATE_FUTURE = "birthdate_future"
    BIRTHDATE_TOO_EARLY = "birthdate_too_early"
    TIMEZONE = "timezone"
    LOCALE = "locale"
    URL = "url"
    URL_NOT_HTTPS = "url_not_https"
    NOT_A_COUNTRY = "not_a_country"
    POSTCODE_NL = "postcode_nl"
    POSTAL_CODE = "postal_code"
    HOUSE_NUMBER = "house_number"
    HOUSE_NUMBER_ADDITION = "house_number_addition"
    REGION_REQUIRED = "region_required"
    PAYMENT_METHOD = "payment_method"
    IBAN = "iban"
    IBAN_COUNTRY = "iban_country"
    IBAN_LENGTH = "iban_length"
    IBAN_CHARACTERS = "iban_characters"
    IBAN_CHECKSUM = "iban_checksum"
    IBAN_NOT_SEPA = "iban_not_sepa"


@dataclass(frozen=True)
class Problem:
    """One refused field. `params` holds limits and examples for the sentence, never what was typed."""

    field: str
    reason: Reason
    params: Mapping[str, str] = dataclasses.field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Accepted:
    """A usable value, in the one form in which it is kept and released."""

    value: JSONValue = dataclasses.field(repr=False)


@dataclass(frozen=True)
class NothingTyped:
    """Every field was left blank: the person holds no such fact. Whether that will do, the caller says."""


@dataclass(frozen=True)
class Refused:
    """At least one field cannot be used; all problems at once, in the order of the form."""

    problems: tuple[Problem, ...]


Outcome: TypeAlias = Accepted | NothingTyped | Refused


def refused(name: str, reason: Reason, **params: str) -> Refused:
    """A refusal of one field."""
    return Refused((Problem(name, reason, params),))
