"""Starts the processes of the demo, waits until they answer, and ends them together: no orphan stays behind."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from threading import Event
from types import TracebackType
from typing import IO, Self
from urllib.request import urlopen

from app.cli.trouble import Trouble

_LOOK_S = 0.1
_ANSWER_S = 2
_GRACE_S = 8.0


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


class Town:
    """Processes that live and end together. Each leads its own process group, so that Ctrl-C reaches us alone."""

    def __init__(self, processes: Sequence[Process], output: IO[bytes] | None = None) -> None:
        self._processes = processes
        self._output = output
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._ended = Event()

    def __enter__(self) -> Self:
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

    def signal(self, name: str, number: signal.Signals) -> None:
        """Send a signal to a process and to those it started."""
        os.killpg(self._running[name].pid, number)

    def end(self) -> None:
        """Let ``wait_until_ready`` and ``wait_for_the_end`` return; may be called from a signal handler."""
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
        with urlopen(address, timeout=_ANSWER_S) as answer:  # noqa: S310 - an address of our own, on this machine
            return bool(answer.status == HTTPStatus.OK)
    except OSError:
        return False
