"""Deletes deposits whose term is over, and look-ups nobody needs any more, in small batches: again does no harm."""

from collections.abc import Callable
from datetime import datetime, timedelta

from app.jobs.report import Report
from app.services import collection_checks
from app.services.vault import corrections
from app.services.wiring import Services

_BATCH = 200
_BATCHES = 10
"""Other jobs wait for this one; what is left is done at its next turn, at once."""
_LOOK_UPS_KEPT = timedelta(days=365)
_ABOUT_NOBODY_KEPT = timedelta(days=1)


def run(services: Services, now: datetime) -> Report:
    """Delete what is due. Each batch is a transaction of its own: a worker that dies has done its part."""
    deposits = _until_done(lambda: corrections.delete_due(services, now, _BATCH))
    look_ups = _until_done(
        lambda: collection_checks.forget_old(services, now - _ABOUT_NOBODY_KEPT, now - _LOOK_UPS_KEPT, _BATCH)
    )
    most = _BATCH * _BATCHES
    return Report({"deposits": deposits, "look-ups": look_ups}, more=most in {deposits, look_ups})


def _until_done(batch: Callable[[], int]) -> int:
    done = 0
    for _ in range(_BATCHES):
        done += (count := batch())
        if count < _BATCH:
            break
    return done
