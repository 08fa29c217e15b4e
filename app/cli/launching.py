"""Starts the processes of the demo, waits until they answer, and ends them together: no orphan stays behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from threading import Event
from types import TracebackType
from typing import IO, Self
from urllib.request import ProxyHandler, build_opener

from app.cli.trouble import Trouble

_LOOK_S = 0.1
_ANSWER_S = 2
_GRACE_S = 8.0
_STRAIGHT = build_opener(ProxyHandler({}))
"""It is this machine that is asked, which no proxy reaches."""
_GUARD = f"""
import os, signal, sys, time
groups = [int(line) for line in sys.stdin]
for number, wait in (signal.SIGTERM, {_GRACE_S}), (signal.SIGKILL, 0):
    for group in groups:
        try:
            os.killpg(group, number)
        except OSError:
            pass
    time.sleep(wait)
"""


@dataclass(frozen=True)
class Process:
    """One program of the town; ``ready_at`` answers once it can be used."""

    name: str
    command: Sequence[str]
    environ: Mapping[str, str] = field(repr=False)
    ready_at: str | None


class Ended(Trouble):
    """A process ended by itself."""

    def __init__(self, name: str, status: int) -> None:
        self.has_said_why = status == 1
        super().__init__(f"{name} has ended (status {status}); everything else is stopped too.")


class _Guard:
    """Ends the process groups it was told of once we are gone: killed, we could not end them ourselves."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _GUARD],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def told(self, group: int) -> None:
        if self._process.stdin:
            with suppress(OSError):  # it was killed: what it guards goes on
                self._process.stdin.write(b"%d\n" % group)
                self._process.stdin.flush()

    def dismiss(self) -> None:
        self._process.kill()
        self._process.communicate()


class Town:
    """Processes that live and end together. Each leads its own process group, so that Ctrl-C reaches us alone."""

    def __init__(self, processes: Sequence[Process], output: IO[bytes] | None = None) -> None:
        self._processes = processes
        self._output = output
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._ended = Event()

    def __enter__(self) -> Self:
        self._guard = _Guard()
        for process in self._processes:
            self.start(process)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        for running in self._running.values():
            running.terminate()
        end = time.monotonic() + _GRACE_S
        for running in self._running.values():
            with suppress(subprocess.TimeoutExpired):
                running.wait(max(0.0, end - time.monotonic()))
            # What has not ended by now, and what outlived a process that was killed.
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(running.pid, signal.SIGKILL)
            running.wait()
        self._guard.dismiss()

    def start(self, process: Process) -> None:
        """Start one more process, or one again, once it has ended."""
        if before := self._running.get(process.name):
            before.wait(_GRACE_S)
        self._running[process.name] = subprocess.Popen(
            process.command,
            env=dict(process.environ),
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=self._output,
            start_new_session=True,
        )
        self._guard.told(self._running[process.name].pid)

    def signal(self, name: str, number: signal.Signals) -> None:
        """Send a signal to a process and to those it started."""
        os.killpg(self._running[name].pid, number)

    def end(self) -> None:
        """Let ``wait_until_ready`` and ``wait_for_the_end`` return; may be called from any thread."""
        self._ended.set()

    @property
    def ended(self) -> bool:
        """Whether it was told to end."""
        return self._ended.is_set()

    def wait_until_ready(self, longest_s: float) -> None:
        """Return when every process answers; raises Trouble when one ends or stays silent."""
        end = time.monotonic() + longest_s
        waiting = [process for process in self._processes if process.ready_at]
        while waiting and not self._ended.is_set():
            self._require_all_alive()
            if time.monotonic() > end:
                raise Trouble(f"{waiting[0].name} did not start within {longest_s:.0f} seconds.")
            waiting = [process for process in waiting if not _answers(str(process.ready_at))]
            self._ended.wait(_LOOK_S if waiting else 0)

    def wait_for_the_end(self) -> None:
        """Return when told to end; raises Trouble when a process ends by itself."""
        while not self._ended.wait(_LOOK_S):
            self._require_all_alive()

    def _require_all_alive(self) -> None:
        for name, running in self._running.items():
            status = running.poll()
            if status is not None and not self._ended.is_set():
                raise Ended(name, status)


def _answers(address: str) -> bool:
    try:
        with _STRAIGHT.open(address, timeout=_ANSWER_S) as answer:
            return bool(answer.status == HTTPStatus.OK)
    except OSError:
        return False
