"""What stops a command that runs until it is told, and what does not."""

import signal
from collections.abc import Iterator
from threading import Event

import pytest

from app.cli.stopping import when_stopped

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Every signal does what it does by itself, whatever the tests were started by, and afterwards what it did."""
    before = {number: signal.signal(number, signal.SIG_DFL) for number in SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", SIGNALS)
def test_every_signal_that_means_stop_stops(number: signal.Signals) -> None:
    ended = Event()
    when_stopped(ended.set)
    signal.raise_signal(number)
    assert ended.wait(5)


def test_a_command_under_nohup_outlives_its_terminal() -> None:
    ended = Event()
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    when_stopped(ended.set)
    signal.raise_signal(signal.SIGHUP)
    assert not ended.is_set()
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
