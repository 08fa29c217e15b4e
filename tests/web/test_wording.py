"""What the shared words of the pages say."""

from datetime import UTC, datetime

import pytest
from markupsafe import escape

from app.web.wording import days_left, whole_dates, whole_name
from tests.servers.house import House


@pytest.mark.parametrize(
    ("ends_at", "words"),
    [
        (datetime(2027, 3, 1, 11, 59, tzinfo=UTC), ""),
        (datetime(2027, 3, 1, 12, 30, tzinfo=UTC), "Less than a day left"),
        (datetime(2027, 3, 1, 23, 30, tzinfo=UTC), "1 day left"),
        (datetime(2028, 3, 1, 11, 58, tzinfo=UTC), "About 1 year left"),
        (datetime(2027, 6, 8, 12, 0, tzinfo=UTC), "99 days left"),
        (datetime(2027, 9, 1, 12, 0, tzinfo=UTC), "About 6 months left"),
        (datetime(2029, 5, 31, 12, 0, tzinfo=UTC), "About 2 years and 3 months left"),
    ],
)
def test_days_left_are_counted_to_the_date_beside_them_on_a_dutch_calendar(
    shared_house: House, ends_at: datetime, words: str
) -> None:
    with shared_house.app.test_request_context(headers={"Accept-Language": "en"}):
        assert days_left(ends_at, datetime(2027, 3, 1, 12, 0, tzinfo=UTC)) == words


def test_no_line_ends_within_a_date_and_a_shop_s_name_stays_text() -> None:
    said = "<b>Shop 3 May 24</b>: 1 year at most, until 29 november 2027."
    whole = '&lt;b&gt;Shop 3 May 24&lt;/b&gt;: 1 year at most, until <span class="whole">29 november 2027</span>.'
    assert whole_dates(said) == whole
    assert whole_dates(escape(said)) == whole, "a template escapes what it says"


def test_no_line_ends_after_the_e_of_e_mail() -> None:
    assert whole_dates("Naam, E-mailadres") == 'Naam, <span class="whole">E-mailadres</span>'


def test_a_short_name_in_a_heading_stays_on_one_line_and_a_long_one_may_be_broken() -> None:
    joined = "Blauw\N{NO-BREAK SPACE}&\N{NO-BREAK SPACE}Zoon"
    assert whole_name("Blauw & Zoon") == joined
    assert whole_name("Stop met Blauw & Zoon?", "Blauw & Zoon") == f"Stop met {joined}?"
    assert whole_name("Koninklijke Porceleyne Fles") == "Koninklijke Porceleyne Fles"
