"""RFC 8936: events fetched by their receiver."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from app.domain.events import EventType
from app.services import dead_letters, event_delivery
from app.web import ssf
from tests.redeeming import refused
from tests.servers.house import House
from tests.streams import STANDARD, Business, Giver, new_business, new_giver


@pytest.fixture
def stream(business: Business) -> dict[str, Any]:
    """A stream whose events are fetched."""
    return business.new_stream(requested=STANDARD)


def queue(giver: Giver, count: int = 1) -> None:
    """Let something happen so many times, and the worker queue it."""
    for _ in range(count):
        giver.house.clock.move(milliseconds=1)  # so that what happens later is known to be later
        giver.announce(EventType.SESSION_REVOKED)
    event_delivery.fan_out(giver.house.services, giver.house.clock.now, 500)


def test_nothing_to_fetch_is_an_empty_answer(business: Business, stream: dict[str, Any]) -> None:
    assert business.poll(stream) == {"sets": {}, "moreAvailable": False}


def test_what_is_fetched_is_fetched_again_until_it_is_acknowledged(
    business: Business, giver: Giver, stream: dict[str, Any]
) -> None:
    queue(giver)
    first, second = business.poll(stream), business.poll(stream)
    assert first["sets"].keys() == second["sets"].keys()
    ((jti, token),) = first["sets"].items()
    assert business.claims(token)["jti"] == jti
    assert business.poll(stream, ack=[jti])["sets"] == {}
    assert business.poll(stream)["sets"] == {}


def test_acknowledging_alone_fetches_nothing(business: Business, giver: Giver, stream: dict[str, Any]) -> None:
    queue(giver, 2)
    one, other = business.poll(stream)["sets"]
    assert business.poll(stream, maxEvents=0, ack=[one]) == {"sets": {}, "moreAvailable": False}
    assert list(business.poll(stream)["sets"]) == [other]


def test_acknowledging_and_fetching_go_together(business: Business, giver: Giver, stream: dict[str, Any]) -> None:
    queue(giver, 3)
    seen: list[str] = []
    for left in (True, True, False):
        answer = business.poll(stream, maxEvents=1, ack=seen[-1:])
        assert answer["moreAvailable"] is left
        seen += answer["sets"]
    assert len(set(seen)) == 3


def test_events_come_in_the_order_in_which_they_happened(
    business: Business, giver: Giver, stream: dict[str, Any]
) -> None:
    txns = []
    for _ in range(4):
        giver.house.clock.move(seconds=1)
        txns.append(giver.announce(EventType.SESSION_REVOKED))
    event_delivery.fan_out(giver.house.services, giver.house.clock.now, 500)
    assert [business.claims(token)["txn"] for token in business.poll(stream)["sets"].values()] == txns


def test_an_acknowledgement_of_something_unknown_changes_nothing(
    business: Business, giver: Giver, stream: dict[str, Any]
) -> None:
    queue(giver)
    unknown = ["0" * 32, "never was", "", "\x00", "f" * 5000]
    assert len(business.poll(stream, ack=unknown, setErrs={"0" * 32: {"err": "x"}, "odd": {}})["sets"]) == 1


def test_an_acknowledgement_of_another_business_changes_nothing(
    business: Business, giver: Giver, stream: dict[str, Any]
) -> None:
    queue(giver)
    (jti,) = business.poll(stream)["sets"]
    other = new_business(business.house)
    theirs = other.new_stream()
    other.poll(theirs, ack=[jti], setErrs={jti: {"err": "invalid_request"}})
    assert list(business.poll(stream)["sets"]) == [jti]


def test_acknowledging_twice_is_acknowledging_once(business: Business, giver: Giver, stream: dict[str, Any]) -> None:
    queue(giver, 2)
    one, other = business.poll(stream)["sets"]
    business.poll(stream, ack=[one, one])
    assert list(business.poll(stream, ack=[one])["sets"]) == [other]


def test_what_a_receiver_refuses_is_a_dead_letter_with_its_word(
    business: Business, giver: Giver, stream: dict[str, Any]
) -> None:
    queue(giver)
    (jti,) = business.poll(stream)["sets"]
    said = {jti: {"err": "jwtAud", "description": "Not for nora@canary.example"}}
    assert business.poll(stream, maxEvents=0, setErrs=said)["sets"] == {}
    assert business.poll(stream)["sets"] == {}
    (letter,) = dead_letters.listed(business.house.services, business.client_id, dead_only=True)
    assert (letter.jti, letter.problem) == (jti, "jwtAud")


@pytest.mark.parametrize("err", [None, 7, "x" * 65, "two words", "é"])
def test_an_error_that_is_no_word_is_kept_as_refused(
    business: Business, giver: Giver, stream: dict[str, Any], err: Any
) -> None:
    queue(giver)
    (jti,) = business.poll(stream)["sets"]
    business.poll(stream, setErrs={jti: {"err": err}})
    assert [
        letter.problem for letter in dead_letters.listed(business.house.services, business.client_id, dead_only=True)
    ] == ["refused"]


def test_a_receiver_may_take_later_what_it_refused(business: Business, giver: Giver, stream: dict[str, Any]) -> None:
    queue(giver)
    (jti,) = business.poll(stream)["sets"]
    business.poll(stream, setErrs={jti: {"err": "invalid_request"}})
    business.poll(stream, ack=[jti])
    assert dead_letters.listed(business.house.services, business.client_id, dead_only=True) == []


def test_a_member_that_is_null_is_one_that_is_not_there(
    business: Business, giver: Giver, stream: dict[str, Any]
) -> None:
    queue(giver)
    nothing = {"maxEvents": None, "ack": None, "setErrs": None}
    assert len(business.poll(stream, **nothing)["sets"]) == 1
    answer = business.call("POST", f"/ssf/poll/{stream['stream_id']}", json={"returnImmediately": None})
    assert (answer.status_code, len(answer.get_json()["sets"])) == (200, 1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"maxEvents": -1}, {"maxEvents": "5"}, {"maxEvents": True}, {"maxEvents": 1.5}, {"returnImmediately": "yes"},
        {"returnImmediately": 1}, {"ack": "x"}, {"ack": [7]}, {"ack": {}}, {"setErrs": []}, {"setErrs": {"x": "y"}},
    ],
)  # fmt: skip
def test_a_poll_that_cannot_be_understood_is_refused_and_takes_nothing(
    business: Business, giver: Giver, stream: dict[str, Any], wrong: dict[str, Any]
) -> None:
    queue(giver)
    (jti,) = business.poll(stream)["sets"]
    body = {"returnImmediately": True, **({} if "ack" in wrong else {"ack": [jti]}), **wrong}
    assert refused(business.call("POST", f"/ssf/poll/{stream['stream_id']}", json=body)) == "invalid_request"
    assert list(business.poll(stream)["sets"]) == [jti]


def test_no_more_come_at_once_than_are_asked_or_than_fit(
    business: Business, giver: Giver, stream: dict[str, Any]
) -> None:
    queue(giver, 105)
    assert len(business.poll(stream, maxEvents=7)["sets"]) == 7
    answer = business.poll(stream, maxEvents=10**9)
    assert (len(answer["sets"]), answer["moreAvailable"]) == (100, True)


def test_a_stream_that_is_pushed_cannot_be_fetched(business: Business) -> None:
    stream = business.new_stream("https://shop.example/events")
    assert refused(business.call("POST", f"/ssf/poll/{stream['stream_id']}", json={}), 404) == "not_found"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_events_are_fetched_by_post_alone(business: Business, stream: dict[str, Any], method: str) -> None:
    assert business.call(method, f"/ssf/poll/{stream['stream_id']}").status_code == 405


def test_a_poll_waits_until_something_happens(make_house: Callable[..., House]) -> None:
    house = make_house(events={"poll_wait_s": 20.0})
    business = new_business(house)
    giver, stream = new_giver(business), business.new_stream(requested=STANDARD)
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(business.poll, stream, returnImmediately=False)
        queue(giver)
        assert len(waiting.result(15)["sets"]) == 1


def test_a_poll_that_waits_in_vain_is_answered_in_the_end(make_house: Callable[..., House]) -> None:
    house = make_house(events={"poll_wait_s": 0.5})
    business = new_business(house)
    stream = business.new_stream()
    assert business.poll(stream, returnImmediately=False)["sets"] == {}


def test_only_one_poll_waits_and_the_others_hear_at_once(make_house: Callable[..., House]) -> None:
    business = new_business(make_house(events={"poll_wait_s": 600.0}))
    stream = business.new_stream()
    assert ssf._held.acquire(timeout=10)
    try:
        assert business.poll(stream, returnImmediately=False)["sets"] == {}
    finally:
        ssf._held.release()
