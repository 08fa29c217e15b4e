"""Prepares exports that people asked for. One that fails is tried again and holds up no other."""

import logging
from datetime import datetime

from app.jobs.report import Report
from app.services import exports
from app.services.wiring import Services

_log = logging.getLogger("sluis.jobs")
_BATCH = 5


def run(services: Services, now: datetime) -> Report:
    """A few at a time, the longest waiting first."""
    prepared = failed = 0
    for export in exports.waiting(services, now):
        if prepared == _BATCH:
            break
        try:
            prepared += exports.prepare(services, export, now)
        except Exception as fault:  # noqa: BLE001 - one person's trouble is no other's
            failed += 1
            _log.error("an export failed", extra={"error": type(fault).__name__})
    return Report({"prepared": prepared, "failed": failed}, more=prepared == _BATCH)
