"""The time a demo shop lives in: its own, or the provider's where somebody may move that on to see a term end."""

from __future__ import annotations

import time
from dataclasses import dataclass

import requests

_TIMEOUT_S = 2


@dataclass(frozen=True)
class TownClock:
    """Seconds since 1970. ``url`` is the page of the provider that moves the time; None where there is no such page."""

    url: str | None = None

    def __call__(self) -> float:
        if self.url is None:
            return time.time()
        try:
            answer = requests.get(f"{self.url}/now", timeout=_TIMEOUT_S, allow_redirects=False)
            return float(answer.json()["now"])
        except (requests.RequestException, KeyError, TypeError, ValueError):
            return time.time()
