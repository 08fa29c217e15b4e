"""Where a demo shop keeps what it must forget again: in this process only, with an end time, never in the cookie."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Any

# A demo on one machine; more visitors than this push out whoever has been away longest.
MOST_ENTRIES = 2000


class Memory:
    """Values by key until their time is up. Also serves as Authlib's cache for logins under way.

    Defines no length on purpose: Authlib takes a falsy cache for no cache.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, most: int = MOST_ENTRIES) -> None:
        self._clock = clock
        self._most = most
        self._lock = Lock()
        self._kept: OrderedDict[str, tuple[float, Any]] = OrderedDict()

    def get(self, key: str) -> Any:
        """Return the value, or None when it was never there, was deleted, or is over its time."""
        with self._lock:
            ends_at, value = self._kept.get(key, (0.0, None))
            if value is not None and ends_at <= self._clock():
                del self._kept[key]
                return None
            return value

    def set(self, key: str, value: Any, expires_in: float) -> None:
        """Keep the value for ``expires_in`` seconds."""
        with self._lock:
            self._kept[key] = (self._clock() + expires_in, value)
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)

    def delete(self, key: str) -> None:
        with self._lock:
            self._kept.pop(key, None)

    def matching(self, prefix: str) -> dict[str, Any]:
        """Return what is kept under keys that begin so and is not over its time, oldest first."""
        with self._lock:
            now = self._clock()
            return {key: value for key, (end, value) in self._kept.items() if key.startswith(prefix) and end > now}
