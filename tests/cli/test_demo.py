"""`make run` is `sluis demo`: what it starts, prints, keeps and ends."""

import fcntl
import os
import re
import signal
import socket
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from app.cli import demo_data, demo_provider
from app.cli.demo import SLUIS, demo_environ, welcome
from app.cli.demo_provider import PERSON
from app.cli.places import is_answered
from app.composition import assembly, build_services
from app.domain.claims import CATALOGUE
from app.services import sign_in
from app.settings import load_settings
from tests.cli.conftest import LONGEST_S, Installation, children_of, installation_at
from tests.servers.ports import ports_in_a_row

LAST_LINE = "Ctrl-C stops everything."


@pytest.fixture
def port() -> int:
    return ports_in_a_row(4)


@pytest.fixture
def demo(empty_database_url: str, tmp_path: Path, port: int) -> Installation:
    made = installation_at(tmp_path, empty_database_url)
    made.environ |= {"SLUIS_PORT": str(port), "http_proxy": "http://127.0.0.1:1"}  # of a company, for all but itself
    return made


@pytest.fixture
def demo_on_a_file(plain: Installation, port: int) -> Installation:
    plain.environ["SLUIS_PORT"] = str(port)
    return plain


@contextmanager
def started(demo: Installation) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """The demo, and the lines it printed until it was ready."""
    with subprocess.Popen(
        [*SLUIS, "demo"], env=demo.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line.rstrip())
            if lines[-1] == LAST_LINE:
                break
        else:
            assert process.stderr is not None
            pytest.fail(process.stderr.read())
        try:
            yield process, lines
        finally:
            process.kill()


def stop(process: subprocess.Popen[str], number: signal.Signals) -> int:
    process.send_signal(number)
    return process.wait(LONGEST_S)


def test_the_demo_prints_where_to_go_keeps_its_data_and_leaves_nothing_behind(demo: Installation, port: int) -> None:
    with started(demo) as (process, lines):
        addresses = [word for line in lines for word in re.findall(r"http://[\w.]+:\d+(?=\s|$)", line)]
        assert addresses == [f"http://localhost:{port}", *(f"http://127.0.0.1:{port + shop}" for shop in (1, 2, 3))]
        assert all(requests.get(address, timeout=10).ok for address in addresses)
        (password,) = (line for line in lines if line.split()[:1] == ["password"])
        assert stop(process, signal.SIGINT) == 0
    assert not any(is_answered(port + index) for index in range(4))
    with started(demo) as (process, again):
        assert password in again
        assert stop(process, signal.SIGTERM) == 0
    assert not any(is_answered(port + index) for index in range(4))


def test_variables_fix_the_person_of_the_demo(demo_on_a_file: Installation, port: int) -> None:
    email, password = "kim@example.org", "boot kade zeil 12"
    given = {"SLUIS_DEMO_EMAIL": email, "SLUIS_DEMO_PASSWORD": password}
    settings = load_settings(demo_environ(demo_on_a_file.environ, port))
    data = demo_data.gathered(settings, given)
    assert {email, password} <= {
        word.strip() for line in welcome(settings, data).splitlines() for word in line.split("  ")
    }
    demo_provider.prepare(assembly(), settings, replace(data, password="another"))
    demo_provider.prepare(assembly(), settings, replace(data, email=f" {email.upper()} "))
    services = build_services(settings)
    signed_in = sign_in.sign_in(services, email, password, source="192.0.2.1", over=None, now=datetime.now(UTC))
    services.database.dispose()
    assert signed_in.session.person_id


def test_the_person_of_the_demo_has_every_claim() -> None:
    assert {name for name, claim in CATALOGUE.items() if not claim.derived} - PERSON.keys() == {"email"}


@pytest.mark.parametrize(("name", "command"), [("marktplein", "app.demo marktplein"), ("provider", "demo-provider")])
def test_a_process_that_dies_takes_the_demo_with_it_in_one_line(
    demo_on_a_file: Installation, port: int, name: str, command: str
) -> None:
    with started(demo_on_a_file) as (process, _):
        children = children_of(process)
        (victim,) = (pid for args, pid in children.items() if command in args)
        os.kill(victim, signal.SIGKILL)
        assert process.wait(LONGEST_S) == 1
        assert process.stderr is not None
        line = f"{name} has ended (status -9); everything else is stopped too."
        # A server killed at a busy moment, before it could end by itself, has its own log line.
        assert [each for each in process.stderr.read().splitlines() if not each.startswith("{")] == [line]
    assert not any(is_answered(port + index) for index in range(4))


def test_a_demo_that_is_killed_leaves_nothing_behind_either(demo_on_a_file: Installation, port: int) -> None:
    with started(demo_on_a_file) as (process, _):
        guards = children_of(process)
        process.kill()
        # What it started holds its output too: the end of that is the end of them all.
        assert process.stdout is not None
        assert process.stdout.read() == ""
    assert len(guards) == 6
    assert not any(is_answered(port + index) for index in range(4))


@pytest.mark.parametrize("offset", [0, 3])
def test_a_taken_port_is_one_line_with_what_to_do(demo_on_a_file: Installation, port: int, offset: int) -> None:
    with socket.create_server(("127.0.0.1", port + offset)):
        said = demo_on_a_file.within("demo")
    assert (said.status, said.err) == (
        1,
        [f"Port {port + offset} is taken: stop what uses it, or choose others with SLUIS_PORT=9000 make run."],
    )


def test_a_folder_a_demo_runs_on_is_left_to_it(demo_on_a_file: Installation) -> None:
    with (demo_on_a_file.folder / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        said = demo_on_a_file.within("demo")
    line = (
        f"A demo runs on the folder {demo_on_a_file.folder} already: stop it, or set SLUIS_DATA_FOLDER and"
        " SLUIS_DATABASE_URL to others."
    )
    assert (said.status, said.err) == (1, [line])
    assert [each.name for each in demo_on_a_file.folder.iterdir()] == ["demo.lock"]


@pytest.mark.parametrize(
    ("variable", "value", "line"),
    [
        ("SLUIS_PORT", "here", "SLUIS_PORT must be a number from 1 to 65532"),
        ("SLUIS_PORT", "65533", "SLUIS_PORT must be a number from 1 to 65532"),
        ("SLUIS_DATA_FOLDER", "/dev/null", "The folder /dev/null cannot be written (File exists)"),
        ("SLUIS_DATABASE_URL", "mysql://localhost/sluis", "database_url: must be sqlite:///PATH or postgresql://"),
        ("SLUIS_ENVIROMENT", "testing", "SLUIS_ENVIROMENT: is not a setting"),
        ("SLUIS_ENVIRONMENT", "production", "The demo is not for production: unset SLUIS_ENVIRONMENT"),
    ],
)
def test_what_is_wrong_is_one_line_that_says_what_to_do(
    demo_on_a_file: Installation, variable: str, value: str, line: str
) -> None:
    said = demo_on_a_file.within("demo", environ={variable: value})
    assert (said.status, len(said.err), said.out) == (1, 1, [])
    assert said.err[0].startswith(line)


@pytest.mark.parametrize(
    ("url", "line"),
    [
        ("sqlite:////dev/null/sluis.db", "The database cannot be used (unable to open database"),
        ("postgres://u:geheim@127.0.0.1:1/s", "The database cannot be used (connection failed"),
    ],
)
def test_a_database_that_cannot_be_used_is_one_line_of_the_provider(
    demo_on_a_file: Installation, url: str, line: str
) -> None:
    said = demo_on_a_file.within("demo-provider", environ={"SLUIS_DATABASE_URL": url})
    assert (said.status, len(said.err), said.out) == (1, 1, [])
    assert said.err[0].startswith(line)
    assert "geheim" not in said.err[0]


def test_what_the_provider_refuses_is_its_one_line_and_the_end_of_the_demo(demo_on_a_file: Installation) -> None:
    said = demo_on_a_file.run("demo", environ={"SLUIS_DEMO_EMAIL": "kim"})
    assert (said.status, len(said.err), said.out) == (1, 1, [])
    assert said.err[0].startswith("SLUIS_DEMO_EMAIL must be an e-mail address")


def test_a_database_of_a_newer_sluis_is_left_alone(demo_on_a_file: Installation) -> None:
    demo_on_a_file.within("secrets", "create")
    demo_on_a_file.within("migrate")
    with closing(sqlite3.connect(demo_on_a_file.folder / "sluis.db")) as db, db:
        db.execute("UPDATE alembic_version SET version_num = 'z'")
    said = demo_on_a_file.within("demo-provider")
    assert said.err == ["The database was made by a newer Sluis: update this one, or restore an older backup."]
    assert said.status == 1
