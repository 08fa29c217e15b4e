"""Work for receivers, side by side: each has one thing done for it at a time, and none waits for another's answer.

Those that failed last time have threads of their own, so that any number of dead ones leaves the living alone.
"""

import logging
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TypeAlias

_log = logging.getLogger("sluis.jobs")

_STEADY = 16
_FAILING = 8

Work: TypeAlias = Callable[[], Mapping[str, int]]
"""Returns counts by word."""


class Receivers:
    """Bounded threads. Whoever submits does not wait; ``finished`` tells what came of it."""

    def __init__(self) -> None:
        self._steady = _Threads(_STEADY)
        self._failing = _Threads(_FAILING)
        self._busy: dict[str, Future[None]] = {}
        self._counts: Counter[str] = Counter()
        self._lock = threading.Lock()

    def submit(self, receiver: str, work: Work, *, failing: bool) -> bool:
        """Do something for a receiver; False when something is being done for it, or there is no thread for it."""
        threads = self._failing if failing else self._steady
        with self._lock:
            self._busy = {name: future for name, future in self._busy.items() if not future.done()}
            if receiver in self._busy or not threads.take():
                return False
            self._busy[receiver] = threads.pool.submit(self._do, threads, work)
        return True

    def finished(self) -> dict[str, int]:
        """What was done since this was last asked."""
        with self._lock:
            counts, self._counts = dict(self._counts), Counter()
        return counts

    def wait(self, longest_s: float) -> bool:
        """Wait until nothing is being done; False when that takes longer."""
        with self._lock:
            futures = list(self._busy.values())
        return not wait(futures, longest_s).not_done

    def _do(self, threads: "_Threads", work: Work) -> None:
        try:
            counts = work()
        except Exception as fault:  # noqa: BLE001 - one receiver must not stop the others
            _log.error("delivery failed", extra={"error": type(fault).__name__})
            counts = {"failed": 1}
        finally:
            threads.give_back()
        with self._lock:
            self._counts.update(counts)


class _Threads:
    def __init__(self, number: int) -> None:
        self.pool = ThreadPoolExecutor(number, thread_name_prefix="deliver")
        self._free = threading.Semaphore(number)

    def take(self) -> bool:
        return self._free.acquire(blocking=False)

    def give_back(self) -> None:
        self._free.release()
