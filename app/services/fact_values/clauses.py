"""Why a value is refused, in the clause an operator reads behind its place in a file. Decides nothing."""

from collections.abc import Mapping
from types import MappingProxyType

from app.services.fact_values.outcome import Reason

CLAUSES: Mapping[Reason, str] = MappingProxyType(
    {
        Reason.REQUIRED: "is missing",
        Reason.TOO_LONG: "is too long",
        Reason.TOO_MANY_LINES: "has too many lines",
        Reason.UNPRINTABLE: "has a character that cannot be shown",
        Reason.CARD_NUMBER: "looks like the number of a payment card, which is never kept",
        Reason.NO_LETTER: "must have a letter",
        Reason.NO_LETTER_OR_DIGIT: "must have a letter or a digit",
        Reason.UNKNOWN_CLAIM: "cannot be given",
        Reason.EMAIL: "must be an e-mail address",
        Reason.EMAIL_AT: "must be an e-mail address, with one @",
        Reason.EMAIL_DOMAIN: "must have a complete domain after the @",
        Reason.PHONE: "must be a phone number that can exist",
        Reason.PHONE_CHARACTERS: "must have digits, spaces and a + in front only",
        Reason.PHONE_COUNTRY: "must start with a country code that exists",
        Reason.PHONE_LENGTH: "has too few or too many digits for a phone number",
        Reason.BIRTHDATE: "must be a date that exists, such as 1980-05-04, or a year",
        Reason.BIRTHDATE_INCOMPLETE: "must have day, month and year, or only the year",
        Reason.BIRTHDATE_NUMBER: "must have day and year in digits",
        Reason.BIRTHDATE_YEAR: "must have a year of four digits",
        Reason.BIRTHDATE_FUTURE: "must not be in the future",
        Reason.BIRTHDATE_TOO_EARLY: "is too long ago",
        Reason.TIMEZONE: "must be a time zone such as Europe/Amsterdam",
        Reason.LOCALE: "must be a language tag such as nl-NL",
        Reason.URL: "must be the address of a web page",
        Reason.URL_NOT_HTTPS: "must use https",
        Reason.NOT_A_COUNTRY: "must be a country, as two letters",
        Reason.POSTCODE_NL: "must be a Dutch postcode such as 1234 AB",
        Reason.POSTAL_CODE: "must be a postcode of that country",
        Reason.HOUSE_NUMBER: "must be a house number",
        Reason.HOUSE_NUMBER_ADDITION: "must be a house number addition",
        Reason.REGION_REQUIRED: "is missing, and that country needs it",
        Reason.PAYMENT_METHOD: "must be ideal or sepa_debit",
        Reason.IBAN: "must be an IBAN",
        Reason.IBAN_COUNTRY: "must start with a country that has IBANs",
        Reason.IBAN_LENGTH: "has too few or too many characters for an IBAN of that country",
        Reason.IBAN_CHARACTERS: "has characters an IBAN of that country cannot have",
        Reason.IBAN_CHECKSUM: "has check digits that do not fit",
        Reason.IBAN_NOT_SEPA: "must be an account within SEPA",
    }
)
