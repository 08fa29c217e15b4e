"""Dates of birth, as whole as the person gives them: a date, a day without its year, or only a year."""

import re
from collections.abc import Mapping
from datetime import date
from functools import cache

from babel.dates import format_date, get_month_names

from app.domain.purposes import LANGUAGES
from app.services.fact_values.fields import FieldSpec, cleaned
from app.services.fact_values.outcome import (
    Accepted,
    JSONValue,
    NothingTyped,
    Outcome,
    Problem,
    Reason,
    Refused,
    refused,
)

BIRTHDATE_FIELDS = (
    FieldSpec("day", "bday-day", inputmode="numeric", maxlength=2),
    FieldSpec("month", "bday-month", maxlength=12),  # a name of a month is understood too
    FieldSpec("year", "bday-year", inputmode="numeric", maxlength=4),
)
_IN_ONE = FieldSpec("birthdate", "bday", maxlength=40)

_EARLIEST_YEAR = 1880
_LONGEST_WORD = 40  # a number in words; what is longer is no slip of the pen
_LEAP_YEAR = 2000  # 29 February without a year exists

_ISO = re.compile(r"(?P<year>\d{4})(?:-(?P<month>\d{1,2})-(?P<day>\d{1,2}))?")
_DAY_FIRST = re.compile(r"(?P<day>\d{1,2})[-/. ]+(?P<month>\d{1,2}|[^\W\d]+\.?)[-/. ]+(?P<year>\d{2,4})")


@cache
def _months() -> Mapping[str, str]:
    """The number of a month by what people call it."""
    return {
        name.casefold().strip("."): str(number)
        for lang in LANGUAGES
        for width in ("wide", "abbreviated")
        for number, name in get_month_names(width, locale=lang).items()
    }


def read(typed: Mapping[str, str], today: date) -> Outcome:
    """YYYY-MM-DD, 0000-MM-DD or YYYY (OpenID Connect Core §5.1), from three fields or one text."""
    worded = [name for name in ("day", "year") if _is_word(typed.get(name, ""))]
    if worded:  # said before the length is looked at: a word is not a number that is too long
        return Refused(tuple(Problem(name, Reason.BIRTHDATE_NUMBER) for name in worded))
    texts = cleaned((*BIRTHDATE_FIELDS, _IN_ONE), typed)
    if isinstance(texts, Refused):
        return texts
    in_one = texts.pop("birthdate")
    if not any(texts.values()):
        if not in_one:
            return NothingTyped()
        match = _ISO.fullmatch(in_one) or _DAY_FIRST.fullmatch(in_one)
        if not match:
            return refused("birthdate", Reason.BIRTHDATE)
        outcome = _read_parts(match.groupdict(""), today)
        if isinstance(outcome, Refused):
            return Refused(tuple(Problem("birthdate", it.reason, it.params) for it in outcome.problems))
        return outcome
    return _read_parts(texts, today)


def _is_word(text: str) -> bool:
    return len(text) <= _LONGEST_WORD and any(character.isalpha() for character in text)


def _read_parts(texts: Mapping[str, str], today: date) -> Outcome:
    month = _months().get(texts["month"].casefold().strip("."), texts["month"])
    parts = {"day": texts["day"], "month": month, "year": texts["year"]}
    for name, text in parts.items():
        if text and not text.isdecimal():
            return refused(name, Reason.BIRTHDATE)
    year = int(parts["year"] or 0)
    if year and len(parts["year"]) != 4:
        return refused("year", Reason.BIRTHDATE_YEAR)
    if year and year < _EARLIEST_YEAR:
        return refused("year", Reason.BIRTHDATE_TOO_EARLY, earliest=str(_EARLIEST_YEAR))
    if year > today.year:
        return refused("year", Reason.BIRTHDATE_FUTURE)
    if year and not (parts["day"] or month):
        return Accepted(f"{year:04d}")
    return _read_day(parts["day"], month, year, today)


def _read_day(day: str, month: str, year: int, today: date) -> Outcome:
    if not day:
        return refused("day", Reason.BIRTHDATE_INCOMPLETE)
    if not month:
        return refused("month", Reason.BIRTHDATE_INCOMPLETE)
    if int(month) not in range(1, 13):
        return refused("month", Reason.BIRTHDATE)
    try:
        born = date(year or _LEAP_YEAR, int(month), int(day))
    except ValueError:
        return refused("day", Reason.BIRTHDATE)
    if year and born > today:
        return refused("day", Reason.BIRTHDATE_FUTURE)
    return Accepted(f"{year:04d}-{born:%m-%d}")


def typed_from(value: JSONValue, _lang: str) -> dict[str, str]:
    """The three fields that would be typed for this value; what is no date comes back in `birthdate`."""
    match = _ISO.fullmatch(str(value))
    if not match:
        return {"birthdate": str(value)}
    parts = match.groupdict("")
    return {
        "day": parts["day"].lstrip("0"),
        "month": parts["month"].lstrip("0"),
        "year": "" if parts["year"] == "0000" else parts["year"],
    }


def shown(value: JSONValue, lang: str) -> str:
    """In words: 4 May 1980, 4 May, or 1980."""
    match = _ISO.fullmatch(str(value))
    if not match or not match["month"]:
        return str(value)
    year = int(match["year"])
    try:
        born = date(year or _LEAP_YEAR, int(match["month"]), int(match["day"]))
    except ValueError:
        return str(value)
    return format_date(born, "d MMMM y" if year else "d MMMM", locale=lang)


def masked(value: JSONValue, _lang: str) -> str:
    """Nothing of the date: the year alone tells an age."""
    return "••••" if str(value).isdecimal() else "•• •••• ••••"
