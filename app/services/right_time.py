"""Whether this machine's clock is to be believed. What ended by a clock that was ahead stays ended.

PostgreSQL's clock is a second witness, which tells a wrong clock from a long weekend.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic

from app.storage.database import Database

MOST = timedelta(minutes=1)

_log = logging.getLogger("sluis.jobs")


class ClockAhead(Exception):
    """The time cannot be told."""


def difference(database: Database, now: datetime) -> timedelta:
    """How far ``now`` is ahead of the database's clock; nothing where that is this machine's own."""
    there = database.clock()
    return timedelta(0) if there is None else now - there


class CheckedClock:
    """The real time; raises ``ClockAhead`` from when it jumped ahead of the database's until it is right again.

    The database is only asked when the time did not go on as steadily as the machine itself.
    """

    def __init__(
        self, database: Database, real: Callable[[], datetime], steady: Callable[[], float] = monotonic
    ) -> None:
        self._database = database
        self._real, self._steady = real, steady
        self._believed: tuple[datetime, float] | None = None
        self._told = False

    def __call__(self) -> datetime:
        """The time, when it is to be believed."""
        now, tick = self._real(), self._steady()
        if self._believed is None or abs(now - self._expected(self._believed, tick)) > MOST:
            if difference(self._database, now) > MOST:
                self._tell()
                raise ClockAhead
            self._believed, self._told = (now, tick), False
        return now

    @staticmethod
    def _expected(believed: tuple[datetime, float], tick: float) -> datetime:
        then, tick_then = believed
        return then + timedelta(seconds=tick - tick_then)

    def _tell(self) -> None:
        if not self._told:
            self._told = True
            _log.error("the clock is ahead of the database's: no job runs until it is right")
