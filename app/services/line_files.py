"""Files of lines beside the database, which only ever grow."""

import os
from pathlib import Path


def append(path: Path, lines: str) -> None:
    """Add whole lines that are on the disk when this returns; OSError when they are not, or not all of them.

    Two writers may both add the same line, and one that runs out of room leaves half a line: readers expect both.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(path, "ab", opener=_for_us_alone) as file:
        # A line cut off by a crash must not swallow the next one.
        file.write(f"\n{lines}".encode("ascii"))
        file.flush()
        os.fsync(file.fileno())


def _for_us_alone(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
