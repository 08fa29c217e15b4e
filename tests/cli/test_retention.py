"""`sluis retention run`: agreed terms kept by hand."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import update

from app.composition import clock_of
from app.domain.levels import Level
from app.domain.retention import Period
from app.services import clock
from app.services.wiring import Services
from app.storage.tables.grants import grants
from app.web.application import build_app
from tests.cli.conftest import Installation
from tests.factories import add_client, add_person, share
from tests.servers.house import Clock, House, lay_keys
from tests.services.deciding import ALL_LEVELS, grant_now


def opened(services: Services) -> House:
    """The installation as a house, at the real time."""
    now = datetime.now(UTC)
    lay_keys(services, now)
    at = Clock(now)
    return House(build_app(services, clock=at), services, at)


def test_the_command_ends_what_is_over_asks_about_what_ends_soon_and_says_so(ready: Installation) -> None:
    with ready.services() as services:
        house = opened(services)
        nora = add_person(house)
        over, soon, later = (share(house, nora, add_client(house), Level.HIGH, scopes=ALL_LEVELS) for _ in range(3))
        with services.database.write() as db:
            for grant, ends_in in ((over, timedelta(seconds=-1)), (soon, timedelta(days=3))):
                terms = {"ends_at": house.clock.now + ends_in, "given_at": house.clock.now - timedelta(days=180)}
                db.execute(update(grants).where(grants.c.id == grant.id).values(**terms))
    said = ready.within("retention", "run")
    assert (said.status, said.out) == (0, ["Expired 1, asked about 1."])
    assert ready.within("retention", "run").out == ["Expired 0, asked about 0."]
    with ready.services() as services:
        house = opened(services)
        assert grant_now(house, over.id).ended_at is not None
        assert grant_now(house, soon.id).asked_at is not None
        assert grant_now(house, later.id).asked_at is None


def test_what_fails_is_told_with_exit_status_1_and_holds_up_no_other(ready: Installation) -> None:
    with ready.services() as services:
        house = opened(services)
        nora = add_person(house)
        broken, sound = (share(house, nora, add_client(house), Level.LOW) for _ in range(2))
        with services.database.write() as db:
            db.execute(update(grants).values(ends_at=house.clock.now - timedelta(seconds=1)))
            spoiled = update(grants).where(grants.c.id == broken.id)
            db.execute(spoiled.values(purposes=frozenset({"account@x"})))
    said = ready.within("retention", "run")
    assert said.status == 1
    assert said.out == ["Expired 1, asked about 0."]
    assert "1 failed" in said.err[-1]
    with ready.services() as services:
        assert grant_now(opened(services), sound.id).ended_at is not None


def test_the_command_goes_by_the_clock_of_a_demonstration(ready: Installation) -> None:
    ready.environ["SLUIS_SANDBOX__CLOCK"] = "true"
    with ready.services() as services:
        house = opened(services)
        grant = share(house, add_person(house), add_client(house), Level.HIGH, scopes=ALL_LEVELS)
        clock.move_on(services, Period(7), clock_of(services)())
    assert ready.within("retention", "run").out == ["Expired 1, asked about 0."]
    with ready.services() as services:
        assert grant_now(opened(services), grant.id).ended_at == grant.ends_at
