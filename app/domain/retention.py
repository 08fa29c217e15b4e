"""How long: ISO 8601 periods of calendar length, their order, and the moment a grant ends."""

import re
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache, total_ordering

_PERIOD = re.compile(r"P(?=\d)(?:(\d{1,2})Y)?(?:(\d{1,3})M)?(?:(\d{1,3})W)?(?:(\d{1,4})D)?", re.ASCII)
_DAYS_PER_MONTH = 365.2425 / 12


@total_ordering
@dataclass(frozen=True)
class Period:
    """A calendar length in months and days, as in ``P6M`` (ISO 8601-1 §5.5.2); never zero."""

    months: int
    days: int = 0

    @classmethod
    @lru_cache(maxsize=256)  # every grant and profile holds some, mostly the same few
    def parse(cls, text: str) -> "Period":
        """Read ``PnYnMnWnD``; ValueError for anything else, a zero length or a time part."""
        match = _PERIOD.fullmatch(text)
        if match is None:
            raise ValueError("not an ISO 8601 period such as P6M, P1Y or P14D")
        years, months, weeks, days = (int(part or 0) for part in match.groups())
        period = cls(12 * years + months, 7 * weeks + days)
        if not (period.months or period.days):
            raise ValueError("a period of no length")
        return period

    def __str__(self) -> str:
        years, months = divmod(self.months, 12)
        parts = ((years, "Y"), (months, "M"), (self.days, "D"))
        return "P" + "".join(f"{count}{unit}" for count, unit in parts if count)

    def __lt__(self, other: "Period") -> bool:
        """By mean length. Exact ends are compared as dates; see ``ends_at``."""
        return self._mean_days() < other._mean_days()

    def _mean_days(self) -> float:
        return self.months * _DAYS_PER_MONTH + self.days

    def after(self, start_at: datetime) -> datetime:
        """The moment this period ends when it starts at ``start_at``; the last day of a short month is kept."""
        index = start_at.year * 12 + start_at.month - 1 + self.months
        year, month = divmod(index, 12)
        day = min(start_at.day, monthrange(year, month + 1)[1])
        return start_at.replace(year=year, month=month + 1, day=day) + timedelta(days=self.days)


ASK_AHEAD = timedelta(days=14)
"""How long before its end the person is asked whether to extend a grant."""


def ask_at(given_at: datetime, end_at: datetime) -> datetime:
    """When to ask: fourteen days before the end, or half-way through a term too short for that."""
    return max(end_at - ASK_AHEAD, given_at + (end_at - given_at) / 2)


def ends_at(start_at: datetime, periods: Iterable[Period]) -> datetime:
    """When a grant given at ``start_at`` ends: after the shortest of the agreed periods (at least one)."""
    return min(period.after(start_at) for period in periods)
