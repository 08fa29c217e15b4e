"""A worker that is killed with -9 at its first statement, the next one at its second, and so on until one gets through.

``python -m tests.jobs.dying_worker URL SECRETS FOLDER SECONDS``, the last being the time of all of them since 1970.
"""

import os
import signal
import sys
from datetime import UTC, datetime

from sqlalchemy import Engine, event

from app.composition import build_services
from app.jobs import retention
from app.settings import load_settings


def die_at(last: int) -> None:
    """Let this process end as by a power failure at its statement, or commit, of this number."""
    done = 0

    def count(*_: object) -> None:
        nonlocal done
        done += 1
        if done == last:
            os.kill(os.getpid(), signal.SIGKILL)

    for kind in ("before_cursor_execute", "commit"):
        event.listen(Engine, kind, count)


def main(url: str, secrets: str, folder: str, seconds: str) -> None:
    """Print how many were killed before one got through."""
    now = datetime.fromtimestamp(int(seconds), UTC)
    overrides = {"database_url": url, "secrets_file": secrets, "data_folder": folder}
    services = build_services(load_settings({"SLUIS_ENVIRONMENT": "testing"}, overrides))
    killed = 0
    while True:
        child = os.fork()
        if child == 0:
            die_at(killed + 1)
            retention.run_through(services, lambda: now)
            os._exit(0)
        status = os.waitpid(child, 0)[1]
        if status == 0:
            print(killed)  # noqa: T201 - its caller reads it
            return
        if os.waitstatus_to_exitcode(status) != -signal.SIGKILL:
            sys.exit("a worker failed by itself")
        killed += 1


if __name__ == "__main__":
    main(*sys.argv[1:])
