"""Finishes erasures of accounts that were begun, and those a restored backup brought back while we ran."""

from datetime import datetime

from app.jobs.report import Report
from app.services import erasure_ledger, leaving
from app.services.wiring import Services


def run(services: Services, now: datetime) -> Report:
    """Counts of finished and failed; no identities."""
    if erasure_ledger.write_down(services):
        leaving.reapply(services, now)
    done, failed = leaving.resume(services, now)
    return Report({"finished": done, "failed": failed})
