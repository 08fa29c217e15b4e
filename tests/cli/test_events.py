"""`sluis events` and what the doctor says of events that were not delivered."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert

from app.domain.events import EventType
from app.jobs.event_delivery import EventDelivery
from app.storage.tables.streams import logouts
from tests.cli.conftest import Installation
from tests.cli.test_doctor import ill, see_a_worker
from tests.servers.house import House
from tests.servers.mail import SmtpServer
from tests.servers.receiver import TAKES, Receiver, answering
from tests.streams import STANDARD, Business, Giver, new_business, new_giver


@pytest.fixture
def house(make_house: Callable[..., House]) -> House:
    """A house that gives up at once, at the hour it really is: commands know no other."""
    house = make_house(events={"attempts": 1})
    house.clock.now = datetime.now(UTC)
    return house


@pytest.fixture
def business(house: House, receiver: Receiver) -> Business:
    """A business whose receiver takes nothing."""
    receiver.answers = answering(503)
    business = new_business(house)
    business.new_stream(receiver.url, STANDARD)
    return business


@pytest.fixture
def giver(business: Business) -> Giver:
    return new_giver(business)


def run(house: House) -> None:
    house.clock.now = datetime.now(UTC)
    job = EventDelivery()
    job.run(house.services, house.clock.now)
    assert job.receivers.wait(20)


def test_the_list_says_where_each_event_stands(
    ready: Installation, business: Business, giver: Giver, receiver: Receiver
) -> None:
    giver.announce(EventType.SESSION_REVOKED)
    run(business.house)
    receiver.answers = TAKES
    giver.announce(EventType.TOKEN_CLAIMS_CHANGE, claims=["email"])
    stranger = new_business(business.house)
    new_giver(stranger)
    business.house.clock.move(seconds=10)
    job = EventDelivery()
    job.run(business.house.services, business.house.clock.now)
    assert job.receivers.wait(20)
    assert ready.within("events", "list", "--dead", "--client", stranger.client_id).out == ["None was given up."]
    said = ready.within("events", "list", "--client", business.client_id)
    by_type = {line.split("  ")[2]: line for line in said.out}
    assert "dead after 1 attempts (http_503)" in by_type[EventType.SESSION_REVOKED]
    assert "  delivered " in by_type[EventType.TOKEN_CLAIMS_CHANGE]
    assert by_type[EventType.CONSENT_CHANGED].endswith("-  nobody asked")
    assert all(business.client_id in line for line in said.out)
    assert len(ready.within("events", "list").out) == len(said.out) + 1
    assert len(ready.within("events", "list", "--dead").out) == 1
    giver.announce(EventType.CONSENT_CHANGED)
    newest = ready.within("events", "list", "--client", business.client_id).out[0]
    assert newest.endswith("-  on its way to the streams")


def test_what_will_be_tried_again_is_said_to_wait_and_why(
    ready: Installation, make_house: Callable[..., House], receiver: Receiver
) -> None:
    house = make_house(events={"attempts": 2})
    receiver.answers = answering(503)
    business = new_business(house)
    business.new_stream(receiver.url, STANDARD)
    new_giver(business).announce(EventType.SESSION_REVOKED)
    run(house)
    lines = ready.within("events", "list").out
    (line,) = [line for line in lines if f"  {EventType.SESSION_REVOKED}  " in line]
    assert line.endswith("  waiting after 1 attempts (http_503)")


def test_the_doctor_names_the_client_with_dead_letters_and_a_replay_brings_them(
    ready: Installation, business: Business, giver: Giver, receiver: Receiver, smtp_server: SmtpServer
) -> None:
    ready.environ |= {"SLUIS_MAIL__HOST": "127.0.0.1", "SLUIS_MAIL__PORT": str(smtp_server.port)}
    see_a_worker(ready, datetime.now(UTC))
    giver.announce(EventType.SESSION_REVOKED)
    run(business.house)
    found = ill(ready)
    assert found.keys() == {"dead letters"}
    assert f"{business.client_id} (1)" in found["dead letters"]
    receiver.answers = TAKES
    said = ready.within("events", "replay", "--client", business.client_id, "--dead")
    assert (said.status, said.out) == (0, ["1 to be sent again by the worker."])
    run(business.house)
    assert len({business.claims(body)["jti"] for body in receiver.bodies}) == 1
    assert len(receiver.received) == 2
    assert ill(ready) == {}


def test_the_doctor_tells_when_nobody_works(
    ready: Installation, business: Business, giver: Giver, smtp_server: SmtpServer
) -> None:
    ready.environ |= {"SLUIS_MAIL__HOST": "127.0.0.1", "SLUIS_MAIL__PORT": str(smtp_server.port)}
    see_a_worker(ready, datetime.now(UTC))
    giver.house.clock.move(minutes=-11)
    giver.announce(EventType.SESSION_REVOKED)
    assert ill(ready) == {"events and logouts waiting": "not sent for ten minutes: is `sluis worker` running?"}


def test_the_doctor_tells_of_a_logout_that_nobody_sends(
    ready: Installation, business: Business, smtp_server: SmtpServer
) -> None:
    ready.environ |= {"SLUIS_MAIL__HOST": "127.0.0.1", "SLUIS_MAIL__PORT": str(smtp_server.port)}
    see_a_worker(ready, now := datetime.now(UTC))
    waiting = {"id": "0" * 32, "client_id": business.client_id, "sub": "sub", "sid": "sid", "attempts": 0}
    with business.house.services.database.write() as db:
        late = now - timedelta(minutes=11)
        db.execute(insert(logouts).values(**waiting, created_at=late, next_attempt_at=late))
    assert ill(ready) == {"events and logouts waiting": "not sent for ten minutes: is `sluis worker` running?"}


def test_events_are_sent_again_by_name_and_since_a_moment(
    ready: Installation, business: Business, giver: Giver, receiver: Receiver
) -> None:
    receiver.answers = TAKES
    giver.announce(EventType.SESSION_REVOKED)
    run(business.house)
    jti = business.claims(receiver.bodies[0])["jti"]
    assert ready.within("events", "replay", "--client", business.client_id, jti).status == 0
    run(business.house)
    assert ready.within("events", "replay", "--client", business.client_id, "--since", "2026-01-01").status == 0
    run(business.house)
    assert [business.claims(body)["jti"] for body in receiver.bodies] == [jti] * 3


@pytest.mark.parametrize(
    "arguments", [[], ["--dead", "0" * 32], ["--dead", "--since", "2026-01-01"], ["--since", "2026-01-01", "x"]]
)
def test_a_replay_says_which_in_one_way(ready: Installation, business: Business, arguments: list[str]) -> None:
    said = ready.within("events", "replay", "--client", business.client_id, *arguments)
    assert (said.status, said.err) == (1, ["Say one of: --dead, --since MOMENT, or the jti of each event."])


@pytest.mark.parametrize("command", ["replay", "list"])
def test_a_command_about_nobody_is_told(ready: Installation, command: str) -> None:
    said = ready.within("events", command, "--client", "nobody", "--dead")
    assert (said.status, said.err) == (1, ["There is no client nobody: see `sluis clients list`."])
