"""Events reach businesses at least once, in their order, whatever a receiver or a worker does."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Table, event

from app.composition import build_services
from app.domain.events import EventType
from app.jobs import cleanup
from app.jobs import event_delivery as job_module
from app.jobs.event_delivery import EventDelivery
from app.services import dead_letters, event_delivery, streams
from app.services.dead_letters import Which
from app.services.event_delivery import Turn, Waiting
from app.services.outbound import Outbound
from app.services.streams import Stream
from app.services.wiring import Services
from app.storage.database import Database
from app.storage.tables.parties import businesses, clients
from app.storage.tables.streams import deliveries
from tests.servers.databases import somebody_waits
from tests.servers.house import House
from tests.servers.ports import free_port
from tests.servers.receiver import TAKES, Answer, Receiver, answering, flooding, in_turn
from tests.streams import STANDARD, Business, Giver, new_business, new_giver

LEASE_S = 21
PATIENCE_S = 60
SOON_S = 2.0
"""Enough for a message to arrive, and little for whoever waits in vain for its answer."""


def run(house: House) -> None:
    """Let the worker run once, and wait for what it began."""
    job = EventDelivery()
    job.run(house.services, house.clock.now)
    assert job.receivers.wait(PATIENCE_S)


def happen(giver: Giver, count: int = 1) -> list[str]:
    """Let something happen, one after the other; the txn of each."""
    txns = []
    for _ in range(count):
        giver.house.clock.move(milliseconds=1)
        txns.append(giver.announce(EventType.SESSION_REVOKED))
    return txns


def txns_of(business: Business, receiver: Receiver) -> list[str]:
    return [business.claims(body)["txn"] for body in receiver.bodies]


def jtis_of(business: Business, receiver: Receiver) -> list[str]:
    return [business.claims(body)["jti"] for body in receiver.bodies]


@pytest.fixture
def house(house: House) -> House:
    """A house that waits for a receiver as long as a busy machine may take."""
    return _waiting(house, 30.0)


def _waiting(house: House, timeout_s: float) -> House:
    outbound = Outbound(timeout_s=timeout_s, private_hosts=["127.0.0.1"])
    return replace(house, services=replace(house.services, outbound=outbound))


@pytest.fixture
def business(house: House) -> Business:
    """A business in it."""
    return new_business(house)


@pytest.fixture
def giver(business: Business) -> Giver:
    """Somebody who shares with it."""
    return new_giver(business)


def test_what_happens_is_pushed_in_its_order_and_once(business: Business, giver: Giver, receiver: Receiver) -> None:
    business.new_stream(receiver.url, STANDARD)
    told = happen(giver, 5)
    run(business.house)
    run(business.house)
    assert txns_of(business, receiver) == told


def _closed() -> str:
    return f"http://127.0.0.1:{free_port()}/events"


HOSTILE: dict[str, Callable[[Receiver], Answer]] = {
    "hangs": lambda receiver: receiver.hang,
    "trickles": lambda receiver: receiver.trickle,
    "fails": lambda _: answering(500),
    "redirects": lambda receiver: answering(307, Location=receiver.url.replace("events", "elsewhere")),
    "wants a password": lambda _: answering(401),
    "floods a refusal": lambda _: flooding(400),
    "floods a failure": lambda _: flooding(503),
}


@pytest.mark.parametrize("how", HOSTILE)
def test_a_receiver_that_does_not_take_events_keeps_them_waiting_and_gets_them_when_it_does(
    business: Business, giver: Giver, receiver: Receiver, how: str
) -> None:
    business.new_stream(receiver.url, STANDARD)
    receiver.answers = HOSTILE[how](receiver)
    told = happen(giver, 2)
    run(_waiting(business.house, SOON_S) if how in {"hangs", "trickles"} else business.house)
    assert {each.path for each in receiver.wait_for(1)} == {"/events"}
    tried = len(receiver.received)
    receiver.answers = TAKES
    run(business.house)
    assert len(receiver.received) == tried, "it is left alone for a while"
    business.house.clock.move(minutes=1)
    run(business.house)
    assert txns_of(business, receiver)[tried:] == told


def test_an_acceptance_of_ten_megabytes_is_an_acceptance(business: Business, giver: Giver, receiver: Receiver) -> None:
    business.new_stream(receiver.url, STANDARD)
    receiver.answers = flooding(202)
    happen(giver)
    for _ in range(2):
        run(business.house)
    assert len(receiver.received) == 1


@pytest.mark.parametrize("address", ["10.0.0.1", "127.0.0.1", "169.254.169.254", "::1"])
def test_a_closed_port_and_a_private_address_look_the_same_to_their_business(
    make_house: Callable[..., House], monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    house = make_house(events={"attempts": 1})
    business = new_business(house)
    giver = new_giver(business)
    for url in (_closed(), "https://hooks.example/events"):
        business.new_stream(url, STANDARD)
    real = socket.getaddrinfo

    def getaddrinfo(host: str, *rest: Any, **more: Any) -> list[Any]:
        return real(address if host == "hooks.example" else host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    happen(giver)
    run(house)
    assert [letter.problem for letter in dead_letters.listed(house.services, dead_only=True)] == ["unreachable"] * 2


def test_a_receiver_that_hangs_delays_no_other(house: House, make_receiver: Callable[..., Receiver]) -> None:
    hanging, living = make_receiver(), make_receiver()
    hanging.answers = hanging.hang
    slow, quick = new_business(house), new_business(house)
    slow_giver, quick_giver = new_giver(slow), new_giver(quick)
    slow.new_stream(hanging.url, STANDARD)
    quick.new_stream(living.url, STANDARD)
    happen(slow_giver)
    job = EventDelivery()
    job.run(house.services, house.clock.now)
    hanging.wait_for(1)
    happen(quick_giver, 3)
    job.run(house.services, house.clock.now)
    living.wait_for(3)
    assert not job.receivers.wait(0), "the other one still hangs"
    hanging.close()
    assert job.receivers.wait(PATIENCE_S)


def test_a_receiver_is_tried_less_and_less_often(business: Business, giver: Giver) -> None:
    stranger, services = new_business(business.house), business.house.services
    stranger.new_stream(None, STANDARD)  # it fetches: its events wait beside those of the dead receiver
    happen(new_giver(stranger))
    business.new_stream(_closed(), STANDARD)
    happen(giver)
    waits = []
    for _ in range(4):
        run(business.house)
        waited = 0
        while not event_delivery.due(business.house.services, business.house.clock.now, 10):
            business.house.clock.move(seconds=1)
            waited += 1
        waits.append(waited)
    # The wait begins when the attempt ends, which takes a moment.
    assert all(0 <= waited - least <= 5 for waited, least in zip(waits, [5, 15, 45, 135], strict=True)), waits
    tried = [
        {each.attempts for each in dead_letters.listed(services, one.client_id) if each.stream_id is not None}
        for one in (business, stranger)
    ]
    assert tried == [{4}, {0}]


def test_after_the_last_attempt_it_is_a_dead_letter_that_its_business_sees_and_may_have_again(
    make_house: Callable[..., House], receiver: Receiver
) -> None:
    house = make_house(events={"attempts": 3})
    business, stranger = new_business(house), new_business(house)
    giver = new_giver(business)
    business.new_stream(receiver.url, STANDARD)
    receiver.answers = answering(503)
    happen(giver)
    for _ in range(5):
        run(house)
        house.clock.move(hours=7)
    assert len(receiver.received) == 3
    (letter,) = business.call("GET", "/v1/events/dead").get_json()["events"]
    assert (letter["jti"], letter["attempts"], letter["problem"]) == (jtis_of(business, receiver)[0], 3, "http_503")
    assert stranger.call("GET", "/v1/events/dead").get_json() == {"events": []}
    receiver.answers = TAKES
    answer = business.call("POST", "/v1/events/replay", json={"dead": True})
    assert (answer.status_code, answer.get_json()) == (202, {"replayed": 1})
    run(house)
    assert len(set(jtis_of(business, receiver))) == 1
    assert len(receiver.received) == 4
    assert business.call("GET", "/v1/events/dead").get_json() == {"events": []}


def test_what_was_delivered_may_be_had_again_by_jti_or_since_a_moment(
    business: Business, giver: Giver, receiver: Receiver
) -> None:
    business.new_stream(receiver.url, STANDARD)
    happen(giver, 2)
    run(business.house)
    first, second = jtis_of(business, receiver)
    assert dead_letters.replay(business.house.services, business.client_id, Which(jtis=[first]), giver.house.clock.now)
    run(business.house)
    assert jtis_of(business, receiver)[2:] == [first]
    business.call("POST", "/v1/events/replay", json={"since": 0})
    run(business.house)
    assert sorted(jtis_of(business, receiver)[3:]) == sorted([first, second])


def test_a_stream_made_later_has_what_happened_before_it_on_request(
    business: Business, giver: Giver, receiver: Receiver
) -> None:
    happen(giver, 3)
    run(business.house)
    business.new_stream(receiver.url, STANDARD)
    run(business.house)
    assert receiver.received == []
    assert business.call("POST", "/v1/events/replay", json={"since": 0}).status_code == 202
    run(business.house)
    assert len(receiver.received) == 3


@pytest.mark.parametrize(
    "wrong",
    [{}, {"dead": False}, {"dead": 1}, {"since": "today"}, {"since": -1}, {"since": True}, {"since": 1e30},
     {"jti": []}, {"jti": ["x"]}, {"jti": "0" * 32}, {"jti": ["0" * 32] * 501}, {"dead": True, "since": 0}],
)  # fmt: skip
def test_a_replay_of_something_else_is_refused(business: Business, wrong: dict[str, Any]) -> None:
    answer = business.call("POST", "/v1/events/replay", json=wrong)
    assert (answer.status_code, answer.get_json()["error"]) == (400, "invalid_request")


def test_nobody_replays_for_another_or_has_their_receiver_tried(
    business: Business, giver: Giver, receiver: Receiver
) -> None:
    business.new_stream(receiver.url, STANDARD)
    happen(giver)
    run(business.house)
    receiver.answers = answering(503)
    happen(giver)
    run(business.house)
    other = new_business(business.house)
    for body in ({"jti": jtis_of(business, receiver)}, {"since": 0}, {"dead": True}):
        assert other.call("POST", "/v1/events/replay", json=body).get_json() == {"replayed": 0}
    run(business.house)
    assert len(receiver.received) == 2


def test_mending_a_stream_or_asking_for_a_verification_tries_its_receiver_at_once(
    business: Business, giver: Giver, receiver: Receiver
) -> None:
    stream = business.new_stream(_closed(), STANDARD)
    happen(giver)
    for _ in range(3):
        run(business.house)
        business.house.clock.move(hours=1)
    run(business.house)
    patch = {"stream_id": stream["stream_id"], "delivery": {**stream["delivery"], "endpoint_url": receiver.url}}
    assert business.call("PATCH", "/ssf/streams", json=patch).status_code == 200
    run(business.house)
    assert len(receiver.received) == 1
    receiver.answers = answering(503)
    happen(giver)
    run(business.house)
    receiver.answers = TAKES
    business.call("POST", "/ssf/verify", json={"stream_id": stream["stream_id"]})
    run(business.house)
    assert len(receiver.received) == 4


def test_a_worker_that_lost_its_lease_stops(business: Business, giver: Giver, receiver: Receiver) -> None:
    stream_id = business.new_stream(receiver.url, STANDARD)["stream_id"]
    happen(giver, 2)
    services, now = business.house.services, business.house.clock.now
    event_delivery.fan_out(services, now, 10)
    stopped = event_delivery.take(services, stream_id, now)
    assert stopped is not None
    assert event_delivery.take(services, stream_id, now) is None
    later = business.house.clock.move(seconds=LEASE_S)
    assert event_delivery.take(services, stream_id, later) is not None
    message = event_delivery.waiting(services, stopped, later)
    assert message is not None
    assert not event_delivery.taken(services, stopped, message, later)


NOTES: dict[str, Callable[[Services, Turn, Waiting, datetime], object]] = {
    "is taken": event_delivery.taken,
    "is turned down": lambda services, turn, message, now: event_delivery.turned_down(
        services, turn, message, "invalid_request", now
    ),
    "is not reached": lambda services, turn, _message, now: event_delivery.not_reached(services, turn, "timeout", now),
}
ENDS: dict[str, Callable[[Services, str, str], object]] = {
    "deletes it": streams.remove,
    "disables it": lambda services, client_id, stream_id: streams.set_status(
        services, client_id, stream_id, "disabled", None
    ),
}


@pytest.mark.parametrize("ends", ENDS)
@pytest.mark.parametrize("note", NOTES)
def test_a_worker_and_who_ends_a_stream_meanwhile_do_not_wait_for_each_other(
    business: Business, giver: Giver, receiver: Receiver, note: str, ends: str
) -> None:
    stream_id = business.new_stream(receiver.url, STANDARD)["stream_id"]
    happen(giver)
    services, now = business.house.services, business.house.clock.now
    event_delivery.fan_out(services, now, 10)
    turn = event_delivery.take(services, stream_id, now)
    assert turn is not None
    message = event_delivery.waiting(services, turn, now)
    assert message is not None

    def end() -> object:
        return ENDS[ends](services, business.client_id, stream_id)

    with _meanwhile(services.database, end, "UPDATE", 2) as ending:
        NOTES[note](services, turn, message, now)
    ending[0].result()
    assert event_delivery.take(services, stream_id, now) is None


def test_a_stream_deleted_while_events_are_queued_on_it_holds_up_no_other(
    business: Business, giver: Giver, receiver: Receiver
) -> None:
    stream_id = business.new_stream(receiver.url, STANDARD)["stream_id"]
    happen(giver)
    services, now = business.house.services, business.house.clock.now

    def end() -> object:
        return streams.remove(services, business.client_id, stream_id)

    with _meanwhile(services.database, end, "INSERT INTO deliveries", 1) as ending:
        assert event_delivery.fan_out(services, now, 10) == 1
    ending[0].result()


Act = Callable[[Services, Stream, list[str], Giver], object]


def _fetch_too(services: Services, stream: Stream, jtis: list[str], giver: Giver) -> object:
    """The receiver runs twice, and its other half says the same in another order."""
    return event_delivery.acknowledge(services, stream, [], dict.fromkeys(jtis, "unknown"), giver.house.clock.now)


def _leave_out(services: Services, stream: Stream, _jtis: list[str], giver: Giver) -> object:
    subject = {"format": "iss_sub", "iss": services.settings.issuer, "sub": giver.grant.sub}
    return streams.choose_subject(services, stream.client_id, stream.id, subject, wanted=False)


MEANWHILE: dict[str, Act] = {
    "deletes the stream": lambda services, stream, *_: streams.remove(services, stream.client_id, stream.id),
    "disables it": lambda services, stream, *_: streams.set_status(
        services, stream.client_id, stream.id, "disabled", None
    ),
    "takes the subject off it": _leave_out,
    "fetches too": _fetch_too,
}


@pytest.mark.parametrize("act", MEANWHILE)
def test_a_receiver_that_says_what_it_has_and_meanwhile_does_more_does_not_wait_for_itself(
    business: Business, giver: Giver, act: str
) -> None:
    stream_id = business.new_stream(None, STANDARD)["stream_id"]
    happen(giver, 2)
    services, now = business.house.services, business.house.clock.now
    event_delivery.fan_out(services, now, 10)
    stream = streams.read(services, business.client_id, stream_id)
    earlier, later = event_delivery.collect(services, stream, 2, now)[0]

    def do() -> object:
        return MEANWHILE[act](services, stream, [earlier, later], giver)

    with _meanwhile(services.database, do, "UPDATE", 3) as doing:
        event_delivery.acknowledge(services, stream, [], {later: "unknown", earlier: "unknown"}, now)
    doing[0].result()
    assert event_delivery.collect(services, stream, 2, now) == ({}, False)


@contextmanager
def _meanwhile(
    database: Database, act: Callable[[], object], statement: str, number: int
) -> Iterator[list[Future[object]]]:
    """Begin ``act`` before the statement with this number among those that start so; go on once it waits or ended."""
    begun: list[Future[object]] = []
    seen: list[str] = []

    def begin(_db: object, _cursor: object, words: str, *_: object) -> None:
        if begun or not words.startswith(statement):
            return
        seen.append(words)
        if len(seen) == number:
            begun.append(others.submit(act))
            while not (database.is_sqlite or begun[0].done() or somebody_waits(database)):
                pass

    with ThreadPoolExecutor(1) as others:
        event.listen(database.engine, "before_cursor_execute", begin)
        try:
            yield begun
        finally:
            event.remove(database.engine, "before_cursor_execute", begin)


def test_a_stream_paused_while_it_is_served_is_left_at_once(
    business: Business, giver: Giver, receiver: Receiver
) -> None:
    stream = business.new_stream(receiver.url, STANDARD)

    def pause(handler: Any) -> None:
        body = {"stream_id": stream["stream_id"], "status": "paused"}
        assert business.call("POST", "/ssf/status", json=body).status_code == 200
        TAKES(handler)

    receiver.answers = in_turn(pause, TAKES)
    happen(giver, 3)
    run(business.house)
    assert len(receiver.received) == 1
    body = {"stream_id": stream["stream_id"], "status": "enabled"}
    assert business.call("POST", "/ssf/status", json=body).status_code == 200
    run(business.house)
    assert len(set(jtis_of(business, receiver))) == len(receiver.received) == 3


def test_one_receiver_is_served_for_a_while_and_then_waits_for_its_turn(
    business: Business, giver: Giver, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_module, "_TURN_S", 0)
    business.new_stream(receiver.url, STANDARD)
    happen(giver)
    run(business.house)
    assert receiver.received == []
    monkeypatch.undo()
    run(business.house)
    assert len(receiver.received) == 1


def test_two_workers_at_once_send_each_event_once(house: House, make_receiver: Callable[..., Receiver]) -> None:
    receivers = [make_receiver() for _ in range(3)]
    pairs = []
    for receiver in receivers:
        business = new_business(house)
        business.new_stream(receiver.url, STANDARD)
        pairs.append((business, new_giver(business)))
    other = build_services(house.services.settings)
    told = [happen(giver, 12) for _, giver in pairs]

    def work(services: Any) -> None:
        job = EventDelivery()
        for _ in range(6):
            job.run(services, house.clock.now)
            assert job.receivers.wait(PATIENCE_S)

    with ThreadPoolExecutor(2) as workers:
        list(workers.map(work, [house.services, other]))
    other.database.dispose()
    for (business, _), receiver, expected in zip(pairs, receivers, told, strict=True):
        assert txns_of(business, receiver) == expected


WORKER = """
import sys
from datetime import datetime
from app.composition import build_services
from app.jobs.event_delivery import EventDelivery
from app.settings import load_settings
services = build_services(load_settings())
job = EventDelivery()
job.run(services, datetime.fromisoformat(sys.argv[1]))
job.receivers.wait(60)
"""


def test_a_worker_killed_between_sending_and_noting_sends_once_more_with_the_same_jti(
    business: Business, giver: Giver, receiver: Receiver
) -> None:
    settings = business.house.services.settings
    business.new_stream(receiver.url, STANDARD)
    told = happen(giver, 2)
    environ = {
        "PATH": os.environ["PATH"],  # noqa: TID251 - another process's
        "SLUIS_ENVIRONMENT": "testing",
        "SLUIS_DATABASE_URL": settings.database_url,
        "SLUIS_SECRETS_FILE": settings.secrets_file,
    }
    command = [sys.executable, "-c", WORKER, business.house.clock.now.isoformat()]
    with subprocess.Popen(command, env=environ) as worker:

        def kill(handler: Any) -> None:
            os.kill(worker.pid, signal.SIGKILL)
            worker.wait(PATIENCE_S)
            TAKES(handler)

        receiver.answers = in_turn(kill, TAKES)
        receiver.wait_for(1)
        assert worker.wait(PATIENCE_S) == -signal.SIGKILL
    run(business.house)
    assert len(receiver.received) == 1, "the dead worker's lease holds for a moment"
    business.house.clock.move(seconds=LEASE_S)
    run(business.house)
    assert txns_of(business, receiver) == [told[0], told[0], told[1]]
    first, again, _ = jtis_of(business, receiver)
    assert first == again


def test_a_receiver_that_failed_stays_apart_from_the_others_until_it_takes_something(
    business: Business, giver: Giver, receiver: Receiver
) -> None:
    stream = business.new_stream(receiver.url, STANDARD)
    receiver.answers = answering(503)
    happen(giver)
    run(business.house)
    services, now = business.house.services, business.house.clock.now
    patch = {"stream_id": stream["stream_id"], "description": "again"}
    assert business.call("PATCH", "/ssf/streams", json=patch).status_code == 200
    assert [each.failures for each in event_delivery.due(services, now, 10)] == [1]
    receiver.answers = TAKES
    run(business.house)
    happen(giver)
    event_delivery.fan_out(services, business.house.clock.now, 10)
    assert [each.failures for each in event_delivery.due(services, business.house.clock.now, 10)] == [0]


@pytest.mark.parametrize("table", [clients, businesses])
def test_who_is_suspended_is_told_nothing_and_hears_it_all_when_they_are_back(
    business: Business, giver: Giver, receiver: Receiver, table: Table
) -> None:
    new_business(business.house)  # which goes on
    business.new_stream(receiver.url, STANDARD)
    happen(giver)
    their_own = table.c.id == {clients: giver.grant.client_id, businesses: giver.grant.business_id}[table]
    for standing, count in [("disabled", 0), ("active", 1)]:
        with business.house.services.database.write() as db:
            db.execute(table.update().where(their_own).values(standing=standing))
        run(business.house)
        assert len(receiver.received) == count


def test_a_clock_that_is_set_back_holds_up_nothing(business: Business, giver: Giver, receiver: Receiver) -> None:
    stream_id = business.new_stream(receiver.url, STANDARD)["stream_id"]
    business.house.clock.move(days=1)
    happen(giver)
    services, now = business.house.services, business.house.clock.now
    event_delivery.fan_out(services, now, 10)
    assert event_delivery.take(services, stream_id, now) is not None
    business.house.clock.move(hours=-20)
    run(business.house)
    assert len(receiver.received) == 1


def test_the_address_a_business_registered_is_read_at_each_turn(
    business: Business, giver: Giver, make_receiver: Callable[..., Receiver]
) -> None:
    old, new = make_receiver(), make_receiver()
    stream = business.new_stream(old.url, STANDARD)
    happen(giver)
    run(business.house)
    patch = {"stream_id": stream["stream_id"], "delivery": {**stream["delivery"], "endpoint_url": new.url}}
    business.call("PATCH", "/ssf/streams", json=patch)
    happen(giver)
    run(business.house)
    assert (len(old.received), len(new.received)) == (1, 1)


def test_the_report_counts_and_names_nobody(business: Business, giver: Giver, receiver: Receiver) -> None:
    business.new_stream(receiver.url, STANDARD)
    happen(giver, 2)
    job = EventDelivery()
    queued = job.run(business.house.services, business.house.clock.now)
    assert job.receivers.wait(PATIENCE_S)
    sent = job.run(business.house.services, business.house.clock.now)
    assert queued.counts["queued"] == 2
    assert sent.counts["delivered"] == 2


def test_what_is_over_its_time_is_forgotten_with_its_deliveries(
    business: Business, giver: Giver, receiver: Receiver
) -> None:
    business.new_stream(receiver.url, STANDARD)
    happen(giver)
    run(business.house)
    business.house.clock.move(days=29)
    cleanup.run(business.house.services, business.house.clock.now)
    assert len(dead_letters.listed(business.house.services, business.client_id)) > 0
    business.house.clock.move(days=2)
    cleanup.run(business.house.services, business.house.clock.now)
    assert dead_letters.listed(business.house.services, business.client_id) == []
    with business.house.services.database.read() as db:
        assert db.execute(deliveries.select()).all() == []
