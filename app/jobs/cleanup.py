"""Removes expired rows in small batches."""

from datetime import datetime

from app.jobs.report import Report
from app.services import upkeep
from app.services.wiring import Services

_BATCH = 500


def run(services: Services, now: datetime) -> Report:
    """One batch of each kind; more is left when one came back full."""
    counts = {kind: upkeep.remove_expired(services, kind, now, _BATCH) for kind in upkeep.KINDS}
    removed = {kind: count for kind, count in counts.items() if count}
    return Report(removed, more=_BATCH in counts.values())
