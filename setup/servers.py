"""Finds what the tests need beside Python, PostgreSQL and Chromium, and installs them where apt-get can.

Run by the Python of .venv. Elsewhere it says what is missing and fails: a test without its server would prove nothing.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST_POSTGRESQL = 15
_HOMES_OF_POSTGRESQL = (
    "/usr/lib/postgresql/*/bin",  # Debian
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)
_CHROMIUMS = (
    "chromium-headless-shell",  # the same engine without a window around it, which costs a third of the time
    "chromium",
    "chromium-browser",
    "google-chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
_NAMES = {
    "postgresql": f"PostgreSQL {OLDEST_POSTGRESQL} or newer",
    "chromium-headless-shell": "Chromium or Google Chrome",
    "libatomic1": "a Playwright that runs",
}
_BREWED = {"postgresql": "postgresql@17", "chromium-headless-shell": "--cask google-chrome"}


def find_postgresql() -> Path | None:
    """Return the folder with the newest initdb and postgres that are new enough, if there is one."""
    homes = [home for pattern in _HOMES_OF_POSTGRESQL for home in Path("/").glob(pattern.lstrip("/"))]
    if on_path := shutil.which("initdb"):
        homes.append(Path(on_path).resolve().parent)
    return max(
        (home for home in homes if _postgresql_version(home) >= OLDEST_POSTGRESQL),
        key=_postgresql_version,
        default=None,
    )


def _postgresql_version(home: Path) -> int:
    if not all((home / name).exists() for name in ("initdb", "pg_ctl", "postgres")):
        return 0
    said = subprocess.run([home / "postgres", "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"\d+", said)
    return int(found.group()) if found else 0


def find_chromium() -> Path | None:
    """Return the Chromium (or Chrome) to drive, if there is one."""
    return next((Path(found) for name in _CHROMIUMS if (found := shutil.which(name))), None)


def driver_runs() -> bool:
    """Tell whether Playwright, which drives the browser, finds the one library its Node.js borrows from the system."""
    driver = [sys.executable, "-m", "playwright", "--version"]
    return subprocess.run(driver, capture_output=True, check=False).returncode == 0


def missing() -> list[str]:
    """Return the Debian names of what is not there."""
    there = {
        "postgresql": find_postgresql() is not None,
        "chromium-headless-shell": find_chromium() is not None,
        "libatomic1": driver_runs(),
    }
    return [name for name, found in there.items() if not found]


def _install(packages: list[str]) -> str | None:
    """Install with apt-get and without a question; return what went wrong, if anything."""
    as_root = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
    if as_root and not shutil.which("sudo"):
        return "sudo is not there"
    quietly = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "--yes", "--no-install-recommends"]
    for command in (["update"], ["install", *packages]):
        ran = subprocess.run(
            [*as_root, *quietly, *command], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        if ran.returncode != 0:
            return (ran.stderr.strip().splitlines() or ["apt-get failed"])[-1]
    return None


def main(*, ahead: bool = False) -> int:
    """Make sure the servers are there; the exit status says whether they are.

    ``ahead`` only says what nobody can install here: what can be is left for a moment in which there is more to do.
    """
    packages = missing()
    if packages and shutil.which("apt-get"):
        if ahead and (os.geteuid() == 0 or shutil.which("sudo")):
            return 0
        print(f"Installing {' and '.join(packages)} with apt-get...", flush=True)
        if problem := _install(packages):
            by_hand = f"apt-get install {' '.join(packages)}"
            print(f"The tests need {' and '.join(packages)} ({problem}). As root: {by_hand}", file=sys.stderr)
            return 1
        packages = missing()
    if packages:
        wanted = " and ".join(_NAMES[package] for package in packages)
        how = " && ".join(f"brew install {_BREWED[package]}" for package in packages if package in _BREWED)
        print(f"The tests need {wanted}. On macOS: {how}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(ahead=sys.argv[1:] == ["--ahead"]))
