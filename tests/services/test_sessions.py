"""A session ends by being ended, by idleness and by its age; signing in over it revives none."""

from datetime import timedelta

from app.services import sessions
from app.storage import sessions as rows
from tests.factories import add_person, open_session
from tests.servers.house import House


def test_no_session_outlives_its_age_however_busy_it_is(shared_house: House) -> None:
    house, login = shared_house, shared_house.services.settings.login
    session, secret = open_session(house.services, add_person(house).id, acr="a", amr=frozenset(), now=house.clock.now)
    end = house.clock.now + timedelta(seconds=login.session_absolute_s)
    with house.services.database.write() as db:
        rows.saw(db, session.id, end - timedelta(seconds=2))
    assert sessions.find(house.services, secret, end - timedelta(seconds=1)) is not None
    assert not any(sessions.find(house.services, secret, end + timedelta(seconds=later)) for later in (0, 1))
    assert sessions.listed(house.services, session, end) == ()


def test_signing_in_over_a_session_that_ended_meanwhile_opens_another(shared_house: House) -> None:
    house, now = shared_house, shared_house.clock.now
    old, _ = open_session(house.services, add_person(house).id, acr="a", amr=frozenset(), now=now)
    sessions.end(house.services, old.id, now)
    with house.services.database.write() as db:
        new, _ = sessions.renew_in(house.services, db, old, acr="a", amr=frozenset(), now=now)
    assert new.id != old.id
