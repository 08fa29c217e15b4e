import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.retention import ASK_AHEAD, Period, ask_at, ends_at

NOW = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)
periods = st.builds(Period, st.integers(0, 500), st.integers(0, 4000)).filter(lambda it: bool(it.months or it.days))


@pytest.mark.parametrize(
    ("text", "months", "days"),
    [
        ("P6M", 6, 0),
        ("P1Y", 12, 0),
        ("P1Y6M", 18, 0),
        ("P14D", 0, 14),
        ("P2W", 0, 14),
        ("P1Y2M3W4D", 14, 25),
        ("P0Y1D", 0, 1),
    ],
)
def test_a_period_is_read_as_months_and_days(text: str, months: int, days: int) -> None:
    assert Period.parse(text) == Period(months, days)


@pytest.mark.parametrize(
    "text",
    [
        *("", "P", "6M", "P0D", "P0M0D", "PT1H", "P1DT1H", "P-1M", "p6m", "P1.5M"),
        *("P6M ", " P6M", "P6M\n", "P1D1M", "P100Y", "P٦M"),
    ],
)
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="period"):
        Period.parse(text)


@given(periods)
def test_a_period_is_written_as_it_is_read(period: Period) -> None:
    assert Period.parse(str(period)) == period
    assert not re.search(r"(?<!\d)0", str(period))
    assert not period < period  # noqa: PLR0124 - that is what is asked


@pytest.mark.parametrize(
    ("start", "period", "end"),
    [
        (datetime(2026, 11, 30, tzinfo=UTC), Period(3), datetime(2027, 2, 28, tzinfo=UTC)),
        (datetime(2027, 11, 30, tzinfo=UTC), Period(3), datetime(2028, 2, 29, tzinfo=UTC)),
        (datetime(2026, 8, 31, tzinfo=UTC), Period(6), datetime(2027, 2, 28, tzinfo=UTC)),
        (datetime(2026, 12, 31, tzinfo=UTC), Period(12), datetime(2027, 12, 31, tzinfo=UTC)),
        (datetime(2026, 1, 31, tzinfo=UTC), Period(1, 1), datetime(2026, 3, 1, tzinfo=UTC)),
        (NOW, Period(0, 14), NOW + timedelta(days=14)),
    ],
)
def test_a_month_ends_on_its_last_day_when_it_is_too_short(start: datetime, period: Period, end: datetime) -> None:
    assert period.after(start) == end


@given(periods)
def test_a_period_always_ends_later_than_it_starts(period: Period) -> None:
    assert period.after(NOW) > NOW


def test_longer_is_longer_on_average() -> None:
    assert sorted([Period(12), Period(0, 200), Period(6), Period(0, 1)]) == [
        Period(0, 1), Period(6), Period(0, 200), Period(12),
    ]  # fmt: skip
    assert Period(1) > Period(0, 30)
    assert Period(1) < Period(0, 31)


def test_a_grant_ends_after_the_shortest_of_the_agreed_periods() -> None:
    assert ends_at(NOW, [Period(12), Period(0, 10), Period(6)]) == NOW + timedelta(days=10)
    # Compared as dates: 31 days from February end later than a month does.
    february = datetime(2027, 2, 1, tzinfo=UTC)
    assert ends_at(february, [Period(1), Period(0, 29)]) == datetime(2027, 3, 1, tzinfo=UTC)


def test_the_person_is_asked_fourteen_days_before_the_end() -> None:
    end = Period(6).after(NOW)
    assert ask_at(NOW, end) == end - timedelta(days=14)
    assert ask_at(NOW, NOW + 2 * ASK_AHEAD) == NOW + ASK_AHEAD


def test_a_term_too_short_for_fourteen_days_is_asked_about_half_way() -> None:
    assert ask_at(NOW, NOW + timedelta(days=7)) == NOW + timedelta(days=3.5)
