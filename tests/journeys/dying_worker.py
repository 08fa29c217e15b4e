"""A worker that is killed with -9 at every step it takes, and begun anew each time, until one gets through.

``python -m tests.journeys.dying_worker`` with the variables of the servers. Each line it reads lets the worker do
what there is to do; it answers a line of JSON: the steps at which a worker died. A step is a statement that writes, a
commit, a connection to a receiver or mail server, a file opened to be written. A worker dies just before a step the
first time one comes to it: before the connection it has claimed and not sent, before the statement after it it has
sent and not marked. Three minutes pass before the next one, so that what the dead one held is free.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import MethodType
from typing import Any

from sqlalchemy import Connection, Engine, event

from app.composition import build_services, clock_of
from app.jobs.runner import JOBS, Job
from app.services import leaving
from app.services.wiring import Services
from app.settings import Settings, load_settings
from app.storage import sandbox_clock

_WRITING = ("INSERT", "UPDATE", "DELETE")
_MOST = 200


class Steps:
    """Calls ``at`` with the name of every step of this process, just before it is taken."""

    def __init__(self, at: Callable[[str], None]) -> None:
        self._at = at
        self.job = ""
        event.listen(Engine, "before_cursor_execute", self._statement)
        event.listen(Engine, "commit", self._commit)
        sys.addaudithook(self._audit)

    def _statement(self, connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith(_WRITING):
            connection.info["written"] = statement
            self._take(statement)

    def _commit(self, connection: Connection) -> None:
        if written := connection.info.pop("written", None):
            self._take(f"COMMIT after {written}")

    def _audit(self, kind: str, arguments: tuple[Any, ...]) -> None:
        if kind == "socket.connect":
            self._take("connect")
        elif kind == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR):
            self._take(f"open {Path(str(arguments[0])).name}")

    def _take(self, step: str) -> None:
        if self.job:
            self._at(f"{self.job}: {' '.join(step.split())}")


def work(services: Services, steps: Steps) -> None:
    """Everything there is to do: what a worker does when it starts, and its jobs until none finds anything."""
    clock = clock_of(services)
    steps.job = "start"
    leaving.reapply(services, clock())
    while any(_found_something(services, job, clock, steps) for job in JOBS):
        pass
    steps.job = ""


def _found_something(services: Services, job: Job, clock: Callable[[], Any], steps: Steps) -> bool:
    steps.job = job.name
    report = job.run(services, clock())
    counts = dict(report.counts)
    if isinstance(job.run, MethodType):  # a job with receivers: its threads go on after it
        assert job.run.__self__.receivers.wait(20)
        counts |= job.run.__self__.receivers.finished()
    return report.more or any(counts.values())


def incarnation(settings: Settings, struck: frozenset[str], *, dying: bool) -> tuple[list[str], bool]:
    """One worker in a process of its own. The new steps it came to, and whether it got through."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _live(settings, struck, writing, dying=dying)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as told:
        steps = told.read().splitlines()
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status not in {0, -signal.SIGKILL}:
        sys.exit("a worker failed by itself")
    return steps, status == 0


def _live(settings: Settings, struck: frozenset[str], writing: int, *, dying: bool) -> None:
    def at(step: str) -> None:
        if step not in struck:
            os.write(writing, f"{step}\n".encode())
            if dying:
                os.kill(os.getpid(), signal.SIGKILL)

    services = build_services(settings)
    if dying:
        with services.database.write() as db:
            sandbox_clock.add(db, timedelta(minutes=3))
    try:
        work(services, Steps(at))
    except BaseException:  # noqa: BLE001 - it must not go on as its parent
        sys.excepthook(*sys.exc_info())
        os._exit(1)


def main() -> None:
    """Answer until nobody asks any more."""
    settings = load_settings()
    idle, _ = incarnation(settings, frozenset(), dying=False)
    for _ in sys.stdin:
        struck: list[str] = []
        through = False
        while not through:
            steps, through = incarnation(settings, frozenset([*idle, *struck]), dying=True)
            struck += steps
            if len(struck) > _MOST:
                sys.exit("no worker gets through")
        print(json.dumps(struck), flush=True)  # noqa: T201 - its caller reads it


if __name__ == "__main__":
    main()
