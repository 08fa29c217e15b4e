"""Looks whether a backup was put back while we ran, and keeps what one that is put back later will not know."""

import logging
from datetime import datetime

from app.jobs.report import Report
from app.services import backups, decision_log
from app.services.decision_log import FIRST, OVERLAP, Entry
from app.services.wiring import Services

_log = logging.getLogger("sluis.jobs")


def look(services: Services, now: datetime) -> Report:
    """Settle a backup that was put back; else let the database grow older. Counts of what was settled."""
    if backups.grow_older(services):
        return Report()
    settled = backups.settle(services, now)
    _log.warning("the database was an older one: everybody is signed out, and what had ended stays ended")
    return Report({"ended": settled.ended, "passwords": settled.passwords})


class DecisionLog:
    """The job that copies each decision to the file, once a process; goes on where the file ends."""

    def __init__(self) -> None:
        self._written: set[Entry] | None = None
        self._latest = FIRST

    def run(self, services: Services, now: datetime) -> Report:
        """Write down what was decided since the last time; how many decisions that were."""
        if self._written is None:
            self._written = set(decision_log.tail(services))
            self._latest = max((each.at for each in self._written), default=FIRST)
        # By the clock as it is, too: one that was set back hides no decision.
        begin, count = min(self._latest, now) - OVERLAP, 0
        for page in decision_log.since(services, begin):
            if fresh := [each for each in page if each not in self._written]:
                decision_log.append(services, fresh)
                self._written.update(fresh)
                self._latest = max(self._latest, *(each.at for each in fresh))
                count += len(fresh)
        self._written = {each for each in self._written if each.at >= begin}
        return Report({"written": count})
