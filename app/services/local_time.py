"""The time on the wall of those who read our pages, mails and exports. Everything else is UTC."""

from zoneinfo import ZoneInfo

LOCAL_TIME = ZoneInfo("Europe/Amsterdam")
