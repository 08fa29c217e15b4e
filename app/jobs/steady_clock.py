"""The time while a job works: it goes on from the moment the job began, whatever is done to the machine's clock."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta


def clock_from(now: datetime) -> Callable[[], datetime]:
    """A clock that goes on from a moment, by the machine's steady one."""
    started = time.monotonic()
    return lambda: now + timedelta(seconds=time.monotonic() - started)
