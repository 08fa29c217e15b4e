"""Ports for servers under test, which nobody else of the run is given.

The system's own free ports will not do: between asking for one and listening there, an outgoing connection may take it.
"""

import itertools
import socket
from collections.abc import Iterator
from functools import cache

from app.cli.places import is_answered, why_not

# Below the ports that Linux (from 32768) and macOS (from 49152) give to outgoing connections.
_LOWEST, _HIGHEST, _BLOCK = 12_000, 32_000, 250


class _Block:
    """Ports of this process: who listens on the first owns the rest, until the process ends."""

    def __init__(self) -> None:
        for first in range(_LOWEST, _HIGHEST, _BLOCK):
            try:
                self._claim = socket.create_server(("127.0.0.1", first))
            except OSError:
                continue
            self._ports: Iterator[int] = itertools.cycle(range(first + 1, first + _BLOCK))
            return
        raise RuntimeError("every block of ports is taken")

    def in_a_row(self, count: int) -> int:
        for _ in range(_BLOCK):
            row = [next(self._ports) for _ in range(count)]
            if row[-1] - row[0] == count - 1 and all(map(_is_free, row)):
                return row[0]
        raise RuntimeError("every port of the block is taken")


@cache
def _block() -> _Block:
    return _Block()


def _is_free(port: int) -> bool:
    return why_not("127.0.0.1", port) is None and not is_answered(port)


def ports_in_a_row(count: int) -> int:
    """Return the first of ``count`` ports side by side that nobody listens on."""
    return _block().in_a_row(count)


def free_port() -> int:
    """Return a port that nobody listens on."""
    return ports_in_a_row(1)
