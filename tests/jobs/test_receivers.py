"""Bounded work side by side: nobody waits for another's receiver."""

import logging
from threading import Barrier, Event

import pytest

from app.jobs.receivers import Receivers


def test_a_receiver_has_one_thing_done_for_it_at_a_time() -> None:
    receivers, done = Receivers(), Event()
    assert receivers.submit("a", lambda: {"done": done.wait(10)}, failing=False)
    assert not receivers.submit("a", lambda: {"done": 1}, failing=False)
    assert receivers.submit("b", lambda: {"done": 1}, failing=False)
    done.set()
    assert receivers.wait(10)
    assert receivers.finished() == {"done": 2}
    assert receivers.finished() == {}
    assert receivers.submit("a", lambda: {"done": 1}, failing=False)
    assert receivers.wait(10)


def test_any_number_of_failing_receivers_leaves_threads_for_the_others() -> None:
    receivers, done, all_there = Receivers(), Event(), Barrier(17, timeout=10)
    taken = [receivers.submit(f"dead {n}", lambda: {"x": done.wait(10)}, failing=True) for n in range(100)]
    assert taken.count(True) == 8
    for number in range(16):
        assert receivers.submit(f"living {number}", lambda: {"met": all_there.wait() >= 0}, failing=False)
    all_there.wait()
    done.set()
    assert receivers.wait(10)
    assert receivers.finished() == {"x": 8, "met": 16}


def test_work_that_fails_is_counted_and_leaves_its_thread(caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> dict[str, int]:
        raise ValueError("zilverreiger-canary")

    receivers = Receivers()
    for number in range(40):
        assert receivers.submit(f"{number}", fail, failing=False)
        with caplog.at_level(logging.DEBUG):
            assert receivers.wait(10)
    assert receivers.finished() == {"failed": 40}
    assert "canary" not in caplog.text


def test_waiting_for_what_takes_longer_says_so() -> None:
    receivers, done = Receivers(), Event()
    receivers.submit("a", lambda: {"x": done.wait(10)}, failing=False)
    assert not receivers.wait(0.01)
    done.set()
    assert receivers.wait(10)
