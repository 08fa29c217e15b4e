"""RFC 8935: events pushed to their receiver."""

from collections.abc import Callable
from typing import Any

import pytest

from app.domain.events import EventType
from app.jobs.event_delivery import EventDelivery
from app.services import dead_letters
from tests.servers.house import House
from tests.servers.receiver import TAKES, Receiver, answering, in_turn
from tests.streams import STANDARD, VERIFICATION, Business, Giver, new_business, new_giver


def run(house: House) -> None:
    """Let the worker run once, and wait for what it began."""
    job = EventDelivery()
    job.run(house.services, house.clock.now)
    assert job.receivers.wait(20)


@pytest.fixture
def stream(business: Business, receiver: Receiver) -> dict[str, Any]:
    """A stream pushed to a server that takes everything."""
    return business.new_stream(receiver.url, STANDARD)


def test_a_push_is_one_token_with_the_type_of_its_own(
    business: Business, giver: Giver, receiver: Receiver, stream: dict[str, Any]
) -> None:
    giver.announce(EventType.SESSION_REVOKED)
    run(business.house)
    (pushed,) = receiver.received
    assert pushed.headers["content-type"] == "application/secevent+jwt"
    assert pushed.headers["accept"] == "application/json"
    assert business.claims(pushed.body)["aud"] == business.client_id
    assert pushed.path == "/events"


def test_where_no_header_was_wished_none_is_sent(
    business: Business, giver: Giver, receiver: Receiver, stream: dict[str, Any]
) -> None:
    giver.announce(EventType.SESSION_REVOKED)
    run(business.house)
    assert "authorization" not in receiver.received[0].headers


@pytest.mark.parametrize("header", ["Bearer abc.def", "Basic dXNlcjpwYXNz", "~odd but mine~"])
def test_the_very_header_the_receiver_wished_is_in_every_push(
    business: Business, giver: Giver, receiver: Receiver, header: str
) -> None:
    business.new_stream(receiver.url, STANDARD, delivery={"authorization_header": header})
    for _ in range(2):
        giver.announce(EventType.SESSION_REVOKED)
    run(business.house)
    assert [each.headers["authorization"] for each in receiver.received] == [header, header]


def test_a_delivery_written_without_a_header_has_none(business: Business, giver: Giver, receiver: Receiver) -> None:
    made = business.new_stream(receiver.url, STANDARD, delivery={"authorization_header": "Bearer old"})
    patch = {"stream_id": made["stream_id"], "delivery": made["delivery"]}
    assert business.call("PATCH", "/ssf/streams", json=patch).status_code == 200
    giver.announce(EventType.SESSION_REVOKED)
    run(business.house)
    assert "authorization" not in receiver.received[0].headers


def test_a_change_of_something_else_keeps_the_header(business: Business, giver: Giver, receiver: Receiver) -> None:
    made = business.new_stream(receiver.url, [], delivery={"authorization_header": "Bearer mine"})
    patch = {"stream_id": made["stream_id"], "events_requested": STANDARD}
    assert business.call("PATCH", "/ssf/streams", json=patch).status_code == 200
    giver.announce(EventType.SESSION_REVOKED)
    run(business.house)
    assert receiver.received[0].headers["authorization"] == "Bearer mine"


def test_a_verification_is_pushed_with_its_state(
    business: Business, receiver: Receiver, stream: dict[str, Any]
) -> None:
    business.call("POST", "/ssf/verify", json={"stream_id": stream["stream_id"], "state": "abc"})
    run(business.house)
    assert business.claims(receiver.received[0].body)["events"] == {VERIFICATION: {"state": "abc"}}


@pytest.mark.parametrize("status", [200, 202, 204])
def test_what_the_receiver_took_is_not_sent_again(
    business: Business, giver: Giver, receiver: Receiver, stream: dict[str, Any], status: int
) -> None:
    receiver.answers = answering(status)
    giver.announce(EventType.SESSION_REVOKED)
    run(business.house)
    run(business.house)
    assert len(receiver.received) == 1


def test_an_event_that_is_refused_is_sent_again_later_with_the_same_jti_and_holds_up_no_other(
    business: Business, giver: Giver, receiver: Receiver, stream: dict[str, Any]
) -> None:
    receiver.answers = in_turn(answering(400, b'{"err": "invalid_key", "description": "no"}'), TAKES)
    giver.announce(EventType.SESSION_REVOKED)
    giver.house.clock.move(seconds=1)
    giver.announce(EventType.SESSION_REVOKED)
    run(business.house)
    assert len(receiver.received) == 2
    business.house.clock.move(seconds=6)
    run(business.house)
    first, second, again = (business.claims(body) for body in receiver.bodies)
    assert again["jti"] == first["jti"] != second["jti"]
    assert again["iat"] >= first["iat"]


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b'{"err": "invalid_audience", "description": "nora@canary.example"}', "invalid_audience"),
        (b'{"err": "<script>"}', "http_400"),
        (b'{"err": 7}', "http_400"),
        (b"[]", "http_400"),
        (b"nonsense \xff", "http_400"),
        (b"[" * 60_000, "http_400"),
        (b"", "http_400"),
    ],
)
def test_the_error_of_a_receiver_is_known_by_its_word(
    make_house: Callable[..., House], receiver: Receiver, body: bytes, problem: str
) -> None:
    business, giver = _given_up_at_once(make_house, receiver)
    receiver.answers = answering(400, body)
    giver.announce(EventType.SESSION_REVOKED)
    run(business.house)
    assert [letter.problem for letter in dead_letters.listed(business.house.services, dead_only=True)] == [problem]


@pytest.mark.parametrize("status", [301, 401, 403, 404, 429, 500, 503])
def test_any_other_answer_is_known_by_its_number(
    make_house: Callable[..., House], receiver: Receiver, status: int
) -> None:
    business, giver = _given_up_at_once(make_house, receiver)
    receiver.answers = answering(status)
    giver.announce(EventType.SESSION_REVOKED)
    run(business.house)
    assert [letter.problem for letter in dead_letters.listed(business.house.services, dead_only=True)] == [
        f"http_{status}"
    ]


def _given_up_at_once(make_house: Callable[..., House], receiver: Receiver) -> tuple[Business, Giver]:
    business = new_business(make_house(events={"attempts": 1}))
    business.new_stream(receiver.url, STANDARD)
    return business, new_giver(business)
