"""Files that only grow: a line is on the disk, or its writer hears that it is not."""

import resource
from pathlib import Path

import pytest

from app.services import line_files


def test_lines_for_which_there_is_no_room_are_never_lost_in_silence(tmp_path: Path) -> None:
    path = tmp_path / "grows.log"
    line_files.append(path, "first\n")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 8, hard))
    try:
        with pytest.raises(OSError, match="too large"):
            line_files.append(path, "second is long\nthird\n")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    line_files.append(path, "third\n")
    assert path.read_text().split() == ["first", "second", "third"]
    assert path.stat().st_mode & 0o777 == 0o600
