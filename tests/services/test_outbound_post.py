"""Messages sent to what clients name: as guarded as what is fetched, and a thread never held past the limit."""

import time
from collections.abc import Callable

import pytest

from app.services.outbound import LONGEST_BODY, Answered, Outbound, Unfetchable
from tests.servers.ports import free_port
from tests.servers.receiver import Receiver, answering, flooding

PATIENCE_S = 30
HEADERS = {"Content-Type": "application/secevent+jwt", "Authorization": "Bearer x"}


def sending(timeout_s: float = 5.0) -> Outbound:
    return Outbound(timeout_s=timeout_s, private_hosts=["127.0.0.1"])


def test_a_message_arrives_as_it_was_sent(receiver: Receiver) -> None:
    answered = sending().post(receiver.url, b"a.b.c", HEADERS)
    assert (answered.status, answered.accepted, answered.body) == (202, True, b"")
    (received,) = receiver.received
    assert received.body == "a.b.c"
    assert received.headers["authorization"] == "Bearer x"
    assert received.headers["content-type"] == "application/secevent+jwt"
    assert received.headers["user-agent"] == "Sluis"
    assert "cookie" not in received.headers


@pytest.mark.parametrize(("status", "accepted"), [(200, True), (204, True), (299, True), (300, False), (400, False)])
def test_what_counts_as_taken_is_in_the_status(receiver: Receiver, status: int, accepted: bool) -> None:
    receiver.answers = answering(status)
    assert sending().post(receiver.url, b"x", HEADERS).accepted is accepted


def test_a_refusal_is_read_and_an_acceptance_is_not(receiver: Receiver) -> None:
    receiver.answers = answering(400, b'{"err": "x"}')
    assert sending().post(receiver.url, b"x", HEADERS).body == b'{"err": "x"}'
    receiver.answers = flooding(202)
    assert sending().post(receiver.url, b"x", HEADERS).body == b""


@pytest.mark.parametrize("size", [LONGEST_BODY + 1, 10_000_000])
def test_of_a_long_refusal_the_status_is_kept_and_nothing_else(receiver: Receiver, size: int) -> None:
    receiver.answers = answering(400, b"x" * size)
    assert sending().post(receiver.url, b"x", HEADERS) == Answered(400)


def test_a_refusal_whose_body_is_not_what_it_says_is_a_refusal(receiver: Receiver) -> None:
    receiver.answers = answering(500, b"x" * 100, **{"Content-Encoding": "gzip"})
    assert sending().post(receiver.url, b"x", HEADERS) == Answered(500)


def test_a_redirect_is_not_followed(receiver: Receiver, make_receiver: Callable[..., Receiver]) -> None:
    other = make_receiver()
    receiver.answers = answering(307, Location=other.url)
    assert sending().post(receiver.url, b"x", HEADERS).status == 307
    assert other.received == []


def test_a_closed_port_is_unreachable() -> None:
    with pytest.raises(Unfetchable):
        sending().post(f"http://127.0.0.1:{free_port()}/", b"x", HEADERS)


@pytest.mark.parametrize(
    "url", ["http://shop.example/", "https://shop.example:8443/", "ftp://shop.example/", "file:///"]
)
def test_nothing_is_sent_but_by_https_on_the_usual_port(url: str) -> None:
    with pytest.raises(Unfetchable, match="not https"):
        sending().post(url, b"x", HEADERS)


@pytest.mark.parametrize("how", ["hang", "trickle"])
def test_a_receiver_that_takes_its_time_is_left_at_the_limit_and_frees_its_threads(
    receiver: Receiver, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.services.outbound._SENDERS", 1)
    receiver.answers = getattr(receiver, how)
    outbound = sending(1.0)
    for _ in range(3):
        started = time.monotonic()
        with pytest.raises(Unfetchable):
            outbound.post(receiver.url, b"x", HEADERS)
        assert time.monotonic() - started < PATIENCE_S
    assert len(receiver.wait_for(3)) == 3
