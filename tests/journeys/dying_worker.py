"""A worker that is killed with -9 at every step it takes, and begun anew each time, until one gets through.

``python -m tests.journeys.dying_worker`` with the variables of the servers. Each line it reads lets the worker do
what there is to do; it answers a line of JSON: the steps at which a worker died. One line before the first says that
it knows which steps a worker takes that has nothing to do; nobody dies at those.

A step is a commit of something written, a connection to a receiver or mail server, the beginning of a mail, a file
opened to be written, the journal emptied: what others can see of a worker happens at these and nowhere else. A worker
dies just before a step, the first time one comes to it: at the connection it has claimed and not sent, at the commit
after it it has sent and not marked. The next one lives three minutes later, when what the dead one held is free.
"""

import json
import os
import signal
import sys
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn

from sqlalchemy import Connection, Engine, event

from app.composition import build_services, clock_of
from app.jobs.runner import JOBS, Job
from app.services import leaving, outbound_connections
from app.services.wiring import Services
from app.settings import load_settings

_WRITING = ("INSERT", "UPDATE", "DELETE")
_MOST = 200
_REST = timedelta(minutes=3)


class Steps:
    """Calls ``at`` with the name of every step of this process, just before it is taken."""

    def __init__(self) -> None:
        self.at: Callable[[str], object] = str
        self.job = ""
        event.listen(Engine, "before_cursor_execute", self._statement)
        event.listen(Engine, "commit", self._commit)
        sys.addaudithook(self._audit)

    def _statement(self, connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith(_WRITING):
            connection.info["written"] = statement
        elif statement.startswith("PRAGMA wal_checkpoint"):
            self._take(statement)

    def _commit(self, connection: Connection) -> None:
        if written := connection.info.pop("written", None):
            self._take(f"COMMIT after {written}")

    def _audit(self, kind: str, arguments: tuple[Any, ...]) -> None:
        if kind == "socket.connect":
            self._take("connect")
        elif kind == "smtplib.send" and bytes(arguments[1])[:4].lower() == b"mail":
            self._take("begin a mail")
        elif kind == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR):
            self._take(f"open {Path(str(arguments[0])).name}")

    def _take(self, step: str) -> None:
        if self.job:
            self.at(f"{self.job}: {' '.join(step.split())}")


def work(services: Services, steps: Steps, later: timedelta = timedelta()) -> None:
    """Everything there is to do: what a worker does when it starts, and its jobs until none finds anything."""
    theirs = clock_of(services)

    def clock() -> datetime:
        return theirs() + later

    steps.job = "start"
    leaving.reapply(services, clock())
    while any(_found_something(services, job, clock, steps) for job in JOBS):
        pass
    steps.job = ""


def _found_something(services: Services, job: Job, clock: Callable[[], datetime], steps: Steps) -> bool:
    steps.job = job.name
    report = job.run(services, clock())
    counts = dict(report.counts)
    receivers = getattr(getattr(job.run, "__self__", None), "receivers", None)
    if receivers is not None:  # its threads go on after it
        assert receivers.wait(20)
        counts |= receivers.finished()
    return report.more or any(counts.values())


def incarnation(services: Services, steps: Steps, known: Collection[str], later: timedelta) -> str | None:
    """One worker in a process of its own, so much later than the servers. The step it died at, or None."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _live(services, steps, known, writing, later)
    os.close(writing)
    with os.fdopen(reading) as told:
        step = told.read()
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status not in {0, -signal.SIGKILL}:
        sys.exit("a worker failed by itself")
    return step if status else None


def _live(services: Services, steps: Steps, known: Collection[str], writing: int, later: timedelta) -> NoReturn:
    def die_at(step: str) -> None:
        if step not in known:
            os.write(writing, step.encode())
            os.kill(os.getpid(), signal.SIGKILL)

    try:
        steps.at = die_at
        work(services, steps, later)
    except BaseException:  # noqa: BLE001 - it must not go on as its parent
        sys.excepthook(*sys.exc_info())
        os._exit(1)
    os._exit(0)


def main() -> None:
    """Answer until nobody asks any more."""
    services, steps = build_services(load_settings()), Steps()
    idle: set[str] = set()
    steps.at = idle.add
    for _ in range(2):  # the first leaves a mark that the second finds
        work(services, steps)
    services.database.dispose()  # no connection is shared with those to come
    with outbound_connections.session(1, None, public_only=False):
        pass  # who is trusted is read here, and not by each of them again
    _say([])
    later = timedelta()
    for _ in sys.stdin:
        struck: list[str] = []
        while step := incarnation(services, steps, {*idle, *struck}, later):
            struck.append(step)
            later += _REST
            if len(struck) > _MOST:
                sys.exit("no worker gets through")
        _say(struck)


def _say(steps: list[str]) -> None:
    print(json.dumps(steps), flush=True)  # noqa: T201 - its caller reads it


if __name__ == "__main__":
    main()
