"""The sluis command as an operator runs it: a process of its own, an installation of its own."""

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path

import pytest

from app.cli import sluis
from app.cli.demo import SLUIS
from app.cli.trouble import told
from app.composition import assembly, build_services
from app.services.wiring import Services
from app.settings import load_settings
from tests.servers.databases import Databases

LONGEST_S = 60


@dataclass
class Installation:
    """A folder, a database, and the variables that name them."""

    folder: Path
    environ: dict[str, str] = field(repr=False)

    def run(self, *arguments: str, environ: Mapping[str, str] | None = None) -> "Said":
        """Run ``sluis ARGUMENTS`` to its end."""
        ended = subprocess.run(
            [*SLUIS, *arguments],
            env=self.environ | dict(environ or {}),
            capture_output=True,
            text=True,
            timeout=LONGEST_S,
            check=False,
        )
        return Said(ended.returncode, ended.stdout.splitlines(), ended.stderr.splitlines())

    def within(self, *arguments: str, environ: Mapping[str, str] | None = None) -> "Said":
        """The same in this process, which saves the two seconds of loading it."""
        out, err = StringIO(), StringIO()
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            for name, value in (self.environ | dict(environ or {})).items():
                patch.setenv(name, value)
            try:
                with told():
                    sluis.main(list(arguments), obj=assembly)
            except SystemExit as end:
                status = int(end.code or 0)
        return Said(status, out.getvalue().splitlines(), err.getvalue().splitlines())

    @contextmanager
    def services(self) -> Iterator[Services]:
        """What the commands work on."""
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self.environ.items():
                patch.setenv(name, value)
            settings = load_settings()
        services = build_services(settings)
        yield services
        services.database.dispose()

    def file(self, name: str, text: str) -> str:
        """Write a file in the folder; its path."""
        path = self.folder / name
        path.write_text(text, "utf-8")
        return str(path)


@dataclass(frozen=True)
class Said:
    """How a command ended, and what it said."""

    status: int
    out: list[str]
    err: list[str]


def installation_at(folder: Path, database_url: str, secrets_path: Path | None = None) -> Installation:
    """An installation with these secrets, or with none yet."""
    outside = {name: value for name, value in os.environ.items() if not name.startswith("SLUIS_")}  # noqa: TID251
    return Installation(
        folder,
        outside
        | {
            "SLUIS_ENVIRONMENT": "testing",
            "SLUIS_DATA_FOLDER": str(folder),
            "SLUIS_SECRETS_FILE": str(secrets_path or folder / "secrets.toml"),
            "SLUIS_DATABASE_URL": database_url,
        },
    )


@pytest.fixture
def bare(empty_database_url: str, tmp_path: Path) -> Installation:
    """An installation with nothing in it: no secrets, no tables."""
    return installation_at(tmp_path, empty_database_url)


@pytest.fixture
def ready(database_url: str, secrets_path: Path, tmp_path: Path) -> Installation:
    """An installation with secrets and tables."""
    return installation_at(tmp_path, database_url, secrets_path)


@pytest.fixture
def ready_on_file(databases: Databases, secrets_path: Path, tmp_path: Path) -> Iterator[Installation]:
    """The same in a file, for what no database can change."""
    with databases.fresh("sqlite") as url:
        yield installation_at(tmp_path, url, secrets_path)


@pytest.fixture
def plain(tmp_path: Path) -> Installation:
    """An installation that will have its database in a file, when something makes it."""
    return installation_at(tmp_path, f"sqlite:///{tmp_path / 'sluis.db'}")


def children_of(process: subprocess.Popen[str]) -> dict[str, int]:
    """The processes it started: id by command line.

    Without the one that Python starts beside them where it does not fork: on macOS, and from 3.14 on.
    """
    started = {command: pid for pid, parent, command in _running() if parent == process.pid}
    return {command: pid for command, pid in started.items() if "multiprocessing.resource_tracker" not in command}


def _running() -> Iterator[tuple[int, int, str]]:
    """Id, parent and command line of all processes; a bare Debian has no ps, and macOS no /proc."""
    if not Path("/proc/self/stat").exists():
        ps = ["/bin/ps", "-A", "-o", "pid=,ppid=,args="]
        for line in subprocess.run(ps, capture_output=True, text=True, check=True).stdout.splitlines():
            pid, parent, command = line.split(None, 2)
            yield int(pid), int(parent), command
        return
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = folder.joinpath("stat").read_text().rpartition(")")[2].split()[1]
            command = folder.joinpath("cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue  # it has ended
        yield int(folder.name), int(parent), command
