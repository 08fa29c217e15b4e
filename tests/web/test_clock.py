"""The page that moves the time of a demonstration on."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from app.domain.levels import Level
from app.domain.retention import Period, ask_at
from app.jobs import retention
from app.services.clock import SandboxClock
from app.web.application import build_app
from app.web.clock import _STEPS
from tests.factories import add_client, add_person, share
from tests.pages import Page
from tests.servers.house import Clock, House
from tests.servers.visitor import Visitor
from tests.services.deciding import ALL_LEVELS, bearer_of, released


@pytest.fixture
def demonstration(make_house: Callable[..., House]) -> House:
    """A house whose application goes by a clock that can be moved; ``house.clock`` is the real time."""
    plain = make_house(sandbox={"clock": True})
    real = Clock(plain.clock.now)
    app = build_app(plain.services, clock=SandboxClock(plain.services.database, real))
    app.config.update(plain.app.config)
    return House(app, plain.services, real)


@pytest.fixture
def visitor(demonstration: House) -> Visitor:
    visitor = Visitor(demonstration)
    visitor.client.set_cookie("sluis-language", "en")
    return visitor


def test_an_installation_without_such_a_clock_has_no_such_page(house: House) -> None:
    visitor = Visitor(house)
    assert visitor.get("/clock").status_code == 404
    assert visitor.post("/clock", {"by": "day"}).status_code == 404


@pytest.mark.parametrize(
    ("by", "said"),
    [
        ("day", "3 November 2026"),
        ("fortnight", "16 November"),
        ("nearly", "19 April 2027"),
        ("half-year", "2 May 2027"),
    ],
)
def test_time_is_moved_on_for_everybody(visitor: Visitor, by: str, said: str) -> None:
    assert "2 November 2026" in Page(visitor.get("/clock"))["clock-now"].words
    page = Page(visitor.follow(visitor.post("/clock", {"by": by})))
    assert said in page["clock-now"].words
    assert "within a few seconds" in page.words
    assert said in Page(Visitor(visitor.house).get("/clock", headers={"Accept-Language": "en"}))["clock-now"].words


@pytest.mark.parametrize("given_at", [datetime(2027, month, 28, 12, tzinfo=UTC) for month in range(1, 13)])
def test_almost_half_a_year_on_a_term_of_half_a_year_is_in_its_last_fortnight(given_at: datetime) -> None:
    ends_at = Period(6).after(given_at)
    assert ask_at(given_at, ends_at) <= _STEPS["nearly"].after(given_at) < ends_at


def test_shops_can_ask_for_the_time(visitor: Visitor, demonstration: House) -> None:
    before = visitor.get("/clock/now").get_json()["now"]
    assert before == int(demonstration.clock.now.timestamp())
    visitor.post("/clock", {"by": "day"})
    assert visitor.get("/clock/now").get_json()["now"] - before == 24 * 3600


def test_back_is_the_real_time_and_what_ended_stays_ended(visitor: Visitor, demonstration: House) -> None:
    house = demonstration
    grant = share(house, add_person(house), add_client(house), Level.HIGH, scopes=ALL_LEVELS)
    visitor.post("/clock", {"by": "half-year"})
    visitor.post("/clock", {"by": "day"})
    shown = house.app.extensions["sluis-clock"]
    assert retention.run(house.services, shown()).counts["expired"] == 1
    page = Page(visitor.follow(visitor.post("/clock/back")))
    assert "2 November 2026" in page["clock-now"].words
    assert released(house, bearer_of(grant)) == "grant_ended"
    new = share(house, add_person(house), add_client(house), Level.HIGH, scopes=ALL_LEVELS)
    retention.run(house.services, shown())
    assert isinstance(released(house, bearer_of(new)), frozenset)


def test_a_step_there_is_no_button_for_is_refused(visitor: Visitor) -> None:
    assert visitor.post("/clock", {"by": "century"}).status_code == 400
    assert visitor.post("/clock").status_code == 400


def test_a_forged_form_moves_nothing(visitor: Visitor, demonstration: House) -> None:
    assert visitor.client.post("/clock", data={"by": "day"}, base_url=visitor.site).status_code == 403
    assert visitor.get("/clock/now").get_json()["now"] == int(demonstration.clock.now.timestamp())


def test_time_goes_no_further_than_ten_years(visitor: Visitor, demonstration: House) -> None:
    for _ in range(20):
        visitor.post("/clock", {"by": "half-year"})
    page = Page(visitor.follow(visitor.post("/clock", {"by": "half-year"})))
    assert "no further than ten years" in page.words
    ahead = visitor.get("/clock/now").get_json()["now"] - demonstration.clock.now.timestamp()
    assert ahead <= timedelta(days=3660).total_seconds()
