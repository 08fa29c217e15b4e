"""The time on the wall of those who read our pages and mails. Everything else is UTC, as machines read it."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

LOCAL_TIME = ZoneInfo("Europe/Amsterdam")


def rfc3339(at: datetime) -> str:
    """A time for a machine (RFC 3339), in UTC, to the second."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
