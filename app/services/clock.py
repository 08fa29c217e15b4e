"""The clock of a demonstration: the real time, and how far somebody moved it on. It never exists in production.

All processes read one row, so that every node and the worker have the same time within a second.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from app.domain.retention import Period
from app.services.wiring import Services
from app.settings import Settings
from app.storage import sandbox_clock, time_marks
from app.storage.database import Database

_FRESH = timedelta(seconds=1)
FARTHEST = timedelta(days=3660)
"""Ten years: beyond that, dates of documents and keys begin to be strange."""


def may_be_moved(settings: Settings) -> bool:
    """Whether this installation has such a clock. Asked by whoever builds one; settings refuse it in production too."""
    return settings.sandbox.clock and not settings.production


class SandboxClock:
    """Called for the time."""

    def __init__(self, database: Database, real: Callable[[], datetime]) -> None:
        self._database = database
        self._real = real
        self._read: tuple[datetime, timedelta] | None = None

    def __call__(self) -> datetime:
        """The real time and the offset, read again when it is a second old."""
        now, read = self._real(), self._read
        if read is None or not timedelta(0) <= now - read[0] < _FRESH:
            with self._database.read() as db:
                read = self._read = (now, sandbox_clock.offset(db))
        return now + read[1]

    def forget(self) -> None:
        """Read the offset again at the next call: it was changed here."""
        self._read = None


def offset(services: Services) -> timedelta:
    """How far it was moved on."""
    with services.database.read() as db:
        return sandbox_clock.offset(db)


def move_on(services: Services, period: Period, now: datetime) -> bool:
    """Move the clock on by a calendar period from ``now``, its own time; False when that is too far."""
    by = period.after(now) - now
    with services.database.write() as db:
        if sandbox_clock.offset(db) + by > FARTHEST:
            return False
        sandbox_clock.add(db, by)
    return True


def back(services: Services) -> None:
    """Back to the real time. What has ended stays ended; what has not is judged by the real time again."""
    with services.database.write() as db:
        sandbox_clock.forget(db)
        time_marks.forget(db)
