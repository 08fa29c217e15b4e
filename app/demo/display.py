"""How values look on a demo shop's page: dates, money, addresses, an account number that is not shown whole."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import phonenumbers
from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, get_timezone
from babel.numbers import format_currency

_SHOP_TIME = "Europe/Amsterdam"


def day(when: datetime | date, language: str) -> str:
    """A whole date in words; an instant is read on the shop's own clock."""
    local = when.astimezone(get_timezone(_SHOP_TIME)) if isinstance(when, datetime) else when
    return format_date(local, format="d MMMM y", locale=language)


def clock_time(when: datetime, language: str) -> str:
    return format_datetime(when, format="HH:mm", tzinfo=get_timezone(_SHOP_TIME), locale=language)


def euros(cents: int, language: str) -> str:
    return format_currency(cents / 100, "EUR", locale={"nl": "nl_NL", "en": "en_IE"}[language])


def masked_iban(iban: Any) -> str:
    """The country and the last four characters; the dots between say nothing, not even how many there were."""
    bare = "".join(character for character in str(iban) if character.isalnum())
    if len(bare) < 8:
        return "••••"
    return f"{bare[:2]}••\N{NO-BREAK SPACE}••••\N{NO-BREAK SPACE}{bare[-4:]}"


def phone_number(value: Any) -> str:
    """An international number in the groups of its country; anything else as it came."""
    try:
        number = phonenumbers.parse(str(value))
    except phonenumbers.NumberParseException:
        return str(value)
    grouped = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return grouped.replace(" ", "\N{NO-BREAK SPACE}")


def address_lines(address: Any, language: str) -> list[str]:
    """The lines of an OIDC address object (Core §5.1.1), street first, country in the page's language."""
    if not isinstance(address, Mapping):
        return []
    street = str(address.get("street_address") or "").splitlines()
    town = " ".join(str(address[part]) for part in ("postal_code", "locality") if address.get(part))
    # A Dutch province often has the name of its town, and nobody writes it twice.
    region = "" if address.get("region") == address.get("locality") else str(address.get("region") or "")
    lines = [*street, town, region, country(address.get("country"), language)]
    found = [line.strip() for line in lines if line.strip()]
    return found or [line for line in str(address.get("formatted") or "").splitlines() if line]


def country(code: Any, language: str) -> str:
    """The country's name for a two-letter code; anything else as it came."""
    name = str(code or "")
    try:
        return str(Locale.parse(language).territories.get(name.upper(), name))
    except UnknownLocaleError:
        return name


def birthdate(value: Any, language: str) -> str:
    """A birthdate in words; one without a year (``0000-05-14`` or ``2001``, Core §5.1) as it came."""
    try:
        return day(date.fromisoformat(str(value)), language)
    except ValueError:
        return str(value)
