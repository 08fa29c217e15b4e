"""What the shared words of the pages say."""

from datetime import UTC, datetime

import pytest
from markupsafe import escape

from app.domain.collection import Collection
from app.domain.retention import Period
from app.web import wording
from app.web.wording import days_left, whole_dates, whole_name
from tests.servers.house import House


@pytest.mark.parametrize(
    ("ends_at", "words"),
    [
        (datetime(2027, 3, 1, 12, 0, tzinfo=UTC), ""),
        (datetime(2027, 6, 9, 12, 0, tzinfo=UTC), "About 3 months left"),
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


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["1 March 2027", "1 Mar 2027", "Mar 2027", "1 March 2027, 00:30", "00:30"]),
        ("nl", ["1 maart 2027", "1 mrt 2027", "mrt 2027", "1 maart 2027, 00:30", "00:30"]),
    ],
)
def test_moments_are_told_in_dutch_time_and_in_the_language_of_the_page(
    shared_house: House, language: str, said: list[str]
) -> None:
    moment = datetime(2027, 2, 28, 23, 30, tzinfo=UTC)
    told = (wording.date_words, wording.short_date_words, wording.month_words, wording.time_words, wording.clock_words)
    with shared_house.app.test_request_context(headers={"Accept-Language": language}):
        assert [words(moment) for words in told] == said


def test_terms_waits_and_what_may_be_collected_are_told_in_full(shared_house: House) -> None:
    collection = Collection(frozenset({"store", "app"}), frozenset({"purchase"}), frozenset({"loyalty"}), Period(6))
    with shared_house.app.test_request_context(headers={"Accept-Language": "en"}):
        assert [wording.period_words(Period.parse(text)) for text in ("P14D", "P1M", "P1Y")] == [
            "14 days",
            "1 month",
            "1 year",
        ]
        assert [wording.again_in(wait_s) for wait_s in (0, 60, 61)] == [
            "Wait 1 minute and try again.",
            "Wait 1 minute and try again.",
            "Wait 2 minutes and try again.",
        ]
        assert wording.too_often(1) == "Too many attempts from your network. Wait 1 minute and try again."
        assert [wording.all_of(words) for words in (["a"], ["a", "b"], ["a", "b", "c"])] == [
            "a",
            "a and b",
            "a, b and c",
        ]
        assert wording.channel_words(collection) == ["in the app", "in the store"]
        assert wording.datatype_words(collection) == ["what you buy"]
        assert [wording.when_words(offline=it) for it in (True, False)] == ["Also while you are not signed in", ""]


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
