"""The sentence a person reads beside a refused field: what is wrong and what to do. Decides nothing."""

from collections.abc import Mapping
from types import MappingProxyType

from flask_babel import LazyString, lazy_gettext

from app.services.fact_values import Problem, Reason

MESSAGES: Mapping[Reason, LazyString] = MappingProxyType(
    {
        Reason.REQUIRED: lazy_gettext("Fill in this field."),
        Reason.TOO_LONG: lazy_gettext("This is too long. Use at most %(max)s characters."),
        Reason.TOO_MANY_LINES: lazy_gettext("These are too many lines. Use at most %(max)s."),
        Reason.UNPRINTABLE: lazy_gettext(
            "There is a character here that cannot be shown. Remove it, or type the text again by hand."
        ),
        Reason.CARD_NUMBER: lazy_gettext(
            "This looks like the number of a payment card. Sluis never keeps card numbers. "
            "Remove the number. To pay from an account, fill in its IBAN under payment account."
        ),
        Reason.NO_LETTER: lazy_gettext("There is no letter in this text. Use at least one letter."),
        Reason.NO_LETTER_OR_DIGIT: lazy_gettext(
            "There is nothing to read in this text. Use at least one letter or digit."
        ),
        Reason.UNKNOWN_CLAIM: lazy_gettext("This cannot be filled in here. Leave it out."),
        Reason.EMAIL: lazy_gettext(
            "This is not an e-mail address. Check it for spaces and unusual characters. "
            "Write it like this: name@example.com."
        ),
        Reason.EMAIL_AT: lazy_gettext(
            "An e-mail address has one @ with text before and after it. Write it like this: name@example.com."
        ),
        Reason.EMAIL_DOMAIN: lazy_gettext("The part after the @ is not complete. It needs a dot, like example.com."),
        Reason.PHONE: lazy_gettext(
            "This phone number does not exist. Check the digits: one may be missing or too much. "
            "For a number outside your country, start with + and the country code, like +32."
        ),
        Reason.PHONE_CHARACTERS: lazy_gettext(
            "Use only digits, spaces and a + at the start. Leave out words and extensions."
        ),
        Reason.PHONE_COUNTRY: lazy_gettext(
            "The number has no country code that exists. Start with + and the country code, like +31."
        ),
        Reason.PHONE_LENGTH: lazy_gettext(
            "This phone number has too few or too many digits. Check it and fill in one number, "
            "like 06 12345678 or +32 470 12 34 56."
        ),
        Reason.BIRTHDATE: lazy_gettext(
            "This date does not exist. Check the day, the month and the year. For example: day 4, month 5, year 1980."
        ),
        Reason.BIRTHDATE_INCOMPLETE: lazy_gettext(
            "The date is not complete. Fill in the day and the month, or only the year."
        ),
        Reason.BIRTHDATE_NUMBER: lazy_gettext("Write this as a number, like 4 for the day or 1980 for the year."),
        Reason.BIRTHDATE_YEAR: lazy_gettext("Write the year with four digits, like 1980."),
        Reason.BIRTHDATE_FUTURE: lazy_gettext("This date is still to come. Fill in the date you were born."),
        Reason.BIRTHDATE_TOO_EARLY: lazy_gettext("This year is before %(earliest)s. Check the year."),
        Reason.TIMEZONE: lazy_gettext(
            "We do not know this time zone. Choose one from the list, like Europe/Amsterdam."
        ),
        Reason.LOCALE: lazy_gettext(
            "We do not know this language. Choose one from the list, or type its name, like Dutch."
        ),
        Reason.URL: lazy_gettext(
            "This is not the address of a web page. Write it like this: https://www.example.com/me. "
            "Leave out user names and passwords."
        ),
        Reason.URL_NOT_HTTPS: lazy_gettext("This address is not secure. Use an address that starts with https://."),
        Reason.NOT_A_COUNTRY: lazy_gettext("We do not know this country. Choose one from the list."),
        Reason.POSTCODE_NL: lazy_gettext(
            "This is not a Dutch postcode. It has four digits and two letters, like 1234 AB. "
            "None begins with 0, and none has the letters SA, SD or SS."
        ),
        Reason.POSTAL_CODE: lazy_gettext(
            "This postcode does not fit the country you chose. Check both. An example there: %(example)s."
        ),
        Reason.HOUSE_NUMBER: lazy_gettext(
            "This is not a house number. Use digits, like 12. Letters go in the field for the addition."
        ),
        Reason.HOUSE_NUMBER_ADDITION: lazy_gettext(
            "This addition is too long or has odd characters. Use at most 10 letters and digits, like A or 3."
        ),
        Reason.REGION_REQUIRED: lazy_gettext(
            "An address in this country needs a state, province or region. Fill it in."
        ),
        Reason.PAYMENT_METHOD: lazy_gettext("Choose one of these two ways to pay."),
        Reason.IBAN: lazy_gettext(
            "This is not an IBAN. It starts with two letters and two digits, like NL91 ABNA 0417 1643 00. "
            "You find it in your bank's app."
        ),
        Reason.IBAN_COUNTRY: lazy_gettext(
            "No IBAN starts with %(country)s. Check the first two letters; for a Dutch account they are NL."
        ),
        Reason.IBAN_LENGTH: lazy_gettext(
            "This IBAN has %(typed)s characters. One that starts with %(country)s has %(length)s. "
            "Check whether something is missing or too much."
        ),
        Reason.IBAN_CHARACTERS: lazy_gettext(
            "This IBAN has a letter where a digit should be, or the other way round. "
            "Check it: the letter O and the digit 0 look alike."
        ),
        Reason.IBAN_CHECKSUM: lazy_gettext(
            "There is a mistake in this IBAN: its check digits do not fit. Compare it with your bank's app."
        ),
        Reason.IBAN_NOT_SEPA: lazy_gettext(
            "You cannot pay this way from an account in this country. "
            "Use an account in a country of the European payment area (SEPA)."
        ),
    }
)
"""One sentence or two for every reason; a reason without one is found by a test."""


def problem_text(problem: Problem) -> str:
    """The text for one problem in the language of the request."""
    return str(MESSAGES[problem.reason]) % problem.params
