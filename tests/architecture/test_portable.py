"""A clone works on any machine: no committed text names a folder that only one machine has."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
ONE_MACHINES_FOLDER = re.compile(r"(?<![\w.:/\])>}])/(?:home|root|Users|mnt|media|work|workspace|builds)/\w")


def test_no_committed_text_names_a_folder_of_one_machine() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z"],  # noqa: S607 - whichever git made this clone
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    files = [ROOT / name for name in listed.stdout.split("\0") if name and not name.startswith("static/vendor/")]
    found = {
        path.relative_to(ROOT).as_posix(): match.group()
        for path in files
        if path.is_file() and (match := ONE_MACHINES_FOLDER.search(path.read_text(errors="ignore")))
    }
    assert found == {}
