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


def test_that_a_session_was_seen_is_written_once_a_minute(shared_house: House) -> None:
    house, now = shared_house, shared_house.clock.now
    _, secret = open_session(house.services, add_person(house).id, acr="a", amr=frozenset(), now=now)
    seen = []
    for later in (0, 59, 60, 119, 120):
        session = sessions.find(house.services, secret, now + timedelta(seconds=later))
        assert session is not None
        seen.append(int((session.last_seen_at - now).total_seconds()))
    assert seen == [0, 0, 0, 60, 60]  # each reads what the one before it wrote


def test_who_proves_it_again_has_a_whole_session_before_them(shared_house: House) -> None:
    house, login, person = shared_house, shared_house.services.settings.login, add_person(shared_house)
    now, age = house.clock.now, timedelta(seconds=login.session_absolute_s)
    old, _ = open_session(house.services, person.id, acr="a", amr=frozenset(), now=now)
    again = now + age - timedelta(seconds=1)
    with house.services.database.write() as db:
        _, secret = sessions.renew_in(house.services, db, old, acr="b", amr=frozenset({"c"}), now=again)
    found = sessions.find(house.services, secret, again + timedelta(seconds=2))
    assert found is not None
    assert (found.id, found.auth_time_at, found.acr, found.amr) == (old.id, again, "b", {"c"})
    with house.services.database.write() as db:
        rows.saw(db, old.id, again + age - timedelta(seconds=2))
    assert sessions.find(house.services, secret, again + age - timedelta(seconds=1)) is not None
    assert sessions.find(house.services, secret, again + age) is None


def test_sessions_are_listed_with_this_one_first_and_then_the_latest_seen(shared_house: House) -> None:
    house, now, person = shared_house, shared_house.clock.now, add_person(shared_house)
    this, *others = (
        open_session(house.services, person.id, acr="a", amr=frozenset(), now=now + timedelta(seconds=later))[0]
        for later in (1, 0, 2)
    )
    listed = sessions.listed(house.services, this, now + timedelta(seconds=3))
    assert [(each.session.id, each.is_this) for each in listed] == [
        (this.id, True),
        (others[1].id, False),
        (others[0].id, False),
    ]


def test_signing_in_over_a_session_that_ended_meanwhile_opens_another(shared_house: House) -> None:
    house, now = shared_house, shared_house.clock.now
    old, _ = open_session(house.services, add_person(house).id, acr="a", amr=frozenset(), now=now)
    sessions.end(house.services, old.id, now)
    with house.services.database.write() as db:
        new, _ = sessions.renew_in(house.services, db, old, acr="a", amr=frozenset(), now=now)
    assert new.id != old.id
