"""The clock of a demonstration: the same for all, movable, and nowhere in production."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.composition import clock_of, utc_now
from app.domain.errors import Problems
from app.domain.retention import Period
from app.services import clock
from app.services.clock import SandboxClock
from app.settings import load_settings
from tests.servers.house import Clock, House

NOW = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)


@pytest.fixture
def real() -> Clock:
    return Clock(NOW)


def a_clock(house: House, real: Clock) -> SandboxClock:
    """The clock of one more process."""
    return SandboxClock(house.services.database, real)


def test_a_clock_nobody_moved_shows_the_real_time(house: House, real: Clock) -> None:
    shown = a_clock(house, real)
    assert shown() == NOW
    real.move(days=3)
    assert shown() == NOW + timedelta(days=3)


def test_every_process_has_the_moved_time_within_a_second(house: House, real: Clock) -> None:
    one, other = a_clock(house, real), a_clock(house, real)
    assert one() == other() == NOW
    assert clock.move_on(house.services, Period(6), one())
    one.forget()
    assert one() == Period(6).after(NOW)
    real.move(seconds=1)
    assert other() == one() == Period(6).after(NOW) + timedelta(seconds=1)


def test_steps_add_up_from_the_time_it_shows_and_back_is_the_real_time(house: House, real: Clock) -> None:
    shown = a_clock(house, real)
    for period in (Period(0, 1), Period(0, 14)):
        clock.move_on(house.services, period, shown())
        shown.forget()
    assert shown() == NOW + timedelta(days=15)
    clock.back(house.services)
    shown.forget()
    assert shown() == NOW
    assert clock.offset(house.services) == timedelta(0)


def test_the_clock_goes_no_further_than_ten_years(house: House, real: Clock) -> None:
    shown = a_clock(house, real)
    moved = 0
    while clock.move_on(house.services, Period(6), shown()):
        shown.forget()
        moved += 1
    assert moved == 20
    assert clock.offset(house.services) <= clock.FARTHEST


def test_a_step_back_of_the_real_clock_is_followed_at_once(house: House, real: Clock) -> None:
    shown = a_clock(house, real)
    shown()
    clock.move_on(house.services, Period(0, 1), NOW)
    real.move(hours=-1)
    assert shown() == NOW - timedelta(hours=1) + timedelta(days=1)


def test_only_an_installation_that_asks_for_it_has_such_a_clock(make_house: Any) -> None:
    assert clock_of(make_house().services) is utc_now
    assert isinstance(clock_of(make_house(sandbox={"clock": True}).services), SandboxClock)


def test_in_production_it_is_refused_and_would_not_be_built(
    house: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    file = tmp_path / "production.toml"
    file.write_text('issuer = "https://id.example.org"\n[sandbox]\nclock = true\n')
    with pytest.raises(Problems) as refused:
        load_settings({"SLUIS_ENVIRONMENT": "production", "SLUIS_CONFIG": str(file)})
    assert dict(refused.value.found).keys() == {"sandbox.clock"}
    with pytest.raises(Problems):
        load_settings({"SLUIS_ENVIRONMENT": "production", "SLUIS_SANDBOX__CLOCK": "true"})
    production = load_settings({"SLUIS_ENVIRONMENT": "testing"}, {"sandbox": {"clock": True}})
    object.__setattr__(production, "environment", "production")
    assert not clock.may_be_moved(production)
