"""`sluis serve`, `worker` and `migrate`: what they refuse, and how they end."""

import json
import os
import pickle
import resource
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event
from urllib.parse import urlsplit

import click
import pytest
import requests
from psycopg.sql import SQL, Identifier, Literal
from sqlalchemy import make_url, text

from app import logs
from app.cli import sluis
from app.cli.demo import SLUIS
from app.cli.serving import allow_open_files, longest_end_s, stoppable
from app.composition import assembly
from app.services import purposes
from app.settings import ROOT, load_settings
from app.storage import migrations
from app.storage.database import Database
from tests.cli.conftest import LONGEST_S, Installation, children_of, installation_at
from tests.servers.databases import Databases, damage
from tests.servers.ports import free_port
from tests.servers.postgresql import PostgresServer
from tests.servers.running import wait_for, wait_until


def test_the_command_lists_what_it_can_do_and_loads_nothing_that_few_need(plain: Installation) -> None:
    said = plain.run("--help", environ={"PYTHONPROFILEIMPORTTIME": "1"})
    listed = {line.split()[0] for line in said.out if line.startswith("  ") and line.strip()}
    assert {"serve", "worker", "migrate", "demo", "people", "businesses", "clients", "keys", "doctor"} <= listed
    assert "demo-provider" not in listed
    loaded = {line.rpartition("|")[2].strip() for line in said.err}
    assert "sqlalchemy" in loaded
    assert not loaded & {"email_validator", "flask", "fpdf", "jsonschema", "PIL", "psycopg", "requests", "structlog"}
    assert plain.run("fly").status == 2


def test_no_list_of_commands_is_cut_on_a_terminal_of_eighty_columns(plain: Installation) -> None:
    top = click.Context(sluis)
    groups = [name for name in sluis.list_commands(top) if isinstance(sluis.get_command(top, name), click.Group)]
    assert "people" in groups
    for path in [[], *([name] for name in groups)]:
        said = plain.within(*path, "--help", environ={"COLUMNS": "80"})
        assert not [line for line in said.out if line.endswith("...") and "Usage" not in line], path


def test_a_data_folder_made_on_the_way_is_for_us_alone(plain: Installation) -> None:
    folder = plain.folder / "data"
    assert plain.within("migrate", environ={"SLUIS_DATA_FOLDER": str(folder)}).status == 0
    assert folder.stat().st_mode & 0o777 == 0o700


def test_migrate_brings_an_empty_database_to_the_newest_schema_and_leaves_it_there(bare: Installation) -> None:
    line = f"The database is at revision {migrations.newest()}."
    assert bare.within("migrate").out == [line]
    assert bare.within("migrate").out == [line]


@pytest.mark.parametrize(
    ("revision", "line"),
    [
        ("z999", "The database was made by a newer Sluis: update this one, or restore an older backup."),
        (migrations.REVISIONS[0], "The database is of an older Sluis: run `sluis migrate` first."),
    ],
)
@pytest.mark.parametrize("command", ["serve", "worker"])
def test_a_database_of_another_sluis_is_not_served(ready: Installation, command: str, revision: str, line: str) -> None:
    with ready.services() as services, services.database.write() as db:
        db.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})
    said = ready.within(command)
    assert (said.status, said.err) == (1, [line])


DAMAGED = (
    "The file of the database is damaged: stop `sluis serve` and `sluis worker`, keep a copy of it, and put a backup"
    " back as docs/backups.md says."
)


@pytest.mark.parametrize("command", ["serve", "worker", "restored", "doctor"])
def test_nothing_starts_on_a_damaged_file_and_doctor_tells_it(ready_on_file: Installation, command: str) -> None:
    damage(ready_on_file.environ["SLUIS_DATABASE_URL"], "kept_receipts")
    said = ready_on_file.within(command)
    assert said.status == 1
    assert (f"ILL  database: {DAMAGED}" in said.out) if command == "doctor" else (said.err[-1] == DAMAGED)


def test_a_file_too_large_for_a_look_at_the_start_is_served_and_that_is_said(
    ready_on_file: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Database, "look_through", lambda _database, within_s: within_s > LONGEST_S)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        said = ready_on_file.within("serve", "--port", str(taken.getsockname()[1]))
    line = "was not looked through for damage in 3 seconds: `sluis doctor` takes the time for it."
    assert (said.out, "cannot be listened on" in said.err[-1]) == ([f"The file of the database {line}"], True)


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_nothing_starts_on_a_data_folder_that_cannot_be_written(ready_on_file: Installation, command: str) -> None:
    said = ready_on_file.within(command, environ={"SLUIS_DATA_FOLDER": "/dev/null"})
    line = "The folder /dev/null cannot be written (File exists): change its owner or set SLUIS_DATA_FOLDER."
    assert (said.status, said.err[-1]) == (1, line)


def test_production_refuses_everything_for_development_at_once(plain: Installation) -> None:
    plain.within("secrets", "create")
    copy = plain.folder / "open.toml"
    shutil.copyfile(plain.folder / "secrets.toml", copy)
    copy.chmod(0o644)
    production = {
        "SLUIS_ENVIRONMENT": "production",
        "SLUIS_CONFIG": plain.file("production.toml", 'issuer = "http://id.example.org"\ndebug = true\n'),
        "AUTHLIB_INSECURE_TRANSPORT": "1",
    }
    said = plain.within("serve", environ={**production, "SLUIS_SECRETS_FILE": str(copy)})
    assert said.status == 1
    assert said.err == [
        "issuer: must be https in production",
        "debug: must be off in production",
        "AUTHLIB_INSECURE_TRANSPORT: must not be set",
        f"secrets_file: {copy} is open to others than its owner; run: chmod 600 {copy}",
    ]
    assert plain.within("serve", environ=production).err[-1] == (
        "secrets_file: holds development secrets: make new ones with `sluis secrets create`"
    )


def test_a_shell_that_lets_few_files_be_open_does_not_limit_the_connections() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (512, hard))
    try:
        allowed = allow_open_files()
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (allowed, hard)
        assert allowed == (4096 if hard == resource.RLIM_INFINITY else min(4096, hard))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_taken_port_is_told(ready: Installation) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = ready.within("serve", "--port", str(port))
    line = f"127.0.0.1:{port} cannot be listened on (taken): stop what uses it, or choose another --port."
    assert (said.status, said.err) == (1, [line])


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_a_database_that_cannot_keep_every_name_is_refused_before_anything_is_in_it(
    databases: Databases, postgres_server: PostgresServer, tmp_path: Path, encoding: str
) -> None:
    """What createdb makes on a Debian without locales."""
    with databases.fresh("postgresql", migrated=False) as url, postgres_server.administer() as connection:
        name = Identifier(str(make_url(url).database))
        connection.execute(SQL("DROP DATABASE {}").format(name))
        create = SQL("CREATE DATABASE {} ENCODING {} LOCALE 'C' TEMPLATE template0")
        connection.execute(create.format(name, Literal(encoding)))
        installation = installation_at(tmp_path, url)
        said = installation.within("migrate")
        assert (said.status, len(said.err)) == (1, 1)
        assert said.err[0].startswith(f"The database keeps its text in {encoding}, and Sluis needs UTF8: make another")
        installation.within("secrets", "create")
        assert installation.within("serve").err == said.err


@contextmanager
def serving(installation: Installation) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server that answers, and where."""
    port = free_port()
    address = f"http://127.0.0.1:{port}/healthz"
    command = [*SLUIS, "serve", "--port", str(port)]
    with subprocess.Popen(command, env=installation.environ, stderr=subprocess.PIPE, text=True) as server:
        try:
            wait_for(address)
            yield server, address
        finally:
            server.kill()


def connected_to(address: str) -> socket.socket:
    """A connection to say HTTP on."""
    return socket.create_connection(("127.0.0.1", urlsplit(address).port), LONGEST_S)


def test_a_server_ends_well_when_asked(ready_on_file: Installation) -> None:
    with serving(ready_on_file) as (server, address):
        assert requests.get(address, timeout=30).json() == {"status": "ok"}
        server.terminate()
        assert server.wait(LONGEST_S) == 0


def test_a_purpose_served_in_one_version_is_known_when_another_is_served(ready_on_file: Installation) -> None:
    vocabulary = (ROOT / "config" / "purposes.toml").read_text(encoding="utf-8")
    raised = vocabulary.replace("[account]\nversion = 1", "[account]\nversion = 2").replace(
        "Recognise you and manage your account", "Know you everywhere"
    )
    environ = {"SLUIS_PURPOSES_FILE": ready_on_file.file("purposes.toml", raised)}
    for served in (ready_on_file, replace(ready_on_file, environ={**ready_on_file.environ, **environ})):
        with serving(served) as (server, _address):
            server.terminate()
            assert server.wait(LONGEST_S) == 0
    with ready_on_file.services() as services:
        known = purposes.earlier(services)
    texts = [known[reference].text["en"] for reference in ("account@1", "account@2")]
    assert texts == ["Recognise you and manage your account", "Know you everywhere"]


def test_a_request_under_way_is_answered_however_often_the_terminal_interrupts(ready_on_file: Installation) -> None:
    """A process is told by the terminal and by its parent: at once, which any thread of it could take, or again."""
    with serving(ready_on_file) as (server, address), connected_to(address) as client:
        (child,) = children_of(server).values()
        client.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n")
        assert client.recv(99).startswith(b"HTTP/1.1 100 ")  # it waits for the rest
        for number, pause_s in (
            (signal.SIGINT, 0),
            (signal.SIGTERM, 0.05),
            (signal.SIGINT, 0.05),
            (signal.SIGTERM, 0.05),
        ):
            os.kill(child, number)
            Event().wait(pause_s)
        server.terminate()
        client.sendall(b"rest")
        assert client.recv(12) == b"HTTP/1.1 200"
        _, said = server.communicate(timeout=LONGEST_S)
    assert (server.returncode, said) == (0, "")


def test_a_server_that_is_stopped_while_its_processes_begin_ends_at_once(ready_on_file: Installation) -> None:
    command = [*SLUIS, "serve", "--port", str(free_port())]
    with subprocess.Popen(command, env=ready_on_file.environ, stderr=subprocess.PIPE, text=True) as server:
        wait_until(lambda: bool(children_of(server)))
        server.terminate()
        _, said = server.communicate(timeout=LONGEST_S)
    assert (server.returncode, said) == (0, "")  # it would say that a process had to be killed


_STOPPED_AT_ITS_FIRST_INSTRUCTION = """
import os, signal, threading
from app.cli.serving import let_new_processes_end, obey_signals

told = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: told.set())  # as the server's first process notes it down
os.register_at_fork(after_in_child=lambda: os.kill(os.getpid(), signal.SIGTERM))
let_new_processes_end()
obey_signals()
child = os.fork()
if child == 0:
    os._exit(0)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), told.is_set())
os.kill(os.getpid(), signal.SIGTERM)
print(told.wait(30))
"""
_STOPPED_WHILE_IT_LOADS = """
import os, signal, time
from app.cli.serving import stoppable

stoppable(60, lambda: os.kill(os.getpid(), signal.SIGTERM) or time.sleep(60))
"""
_TOLD_AND_BUSY = """
import os, signal, threading
from app.cli.serving import stoppable

stoppable(1, object)
signal.signal(signal.SIGTERM, lambda *_: None)
os.kill(os.getpid(), signal.SIGTERM)
threading.Event().wait(60)
"""


@pytest.mark.parametrize("wait_s", ["5", "0.5", "30"])
def test_a_server_that_is_stopped_leaves_a_poll_that_waits_the_time_to_be_answered(wait_s: str) -> None:
    settings = load_settings({"SLUIS_EVENTS__POLL_WAIT_S": wait_s})
    assert longest_end_s(settings) >= settings.events.poll_wait_s + 5


def test_a_server_process_that_is_stopped_before_it_can_listen_to_that_ends(plain: Installation) -> None:
    command = [sys.executable, "-c", _STOPPED_AT_ITS_FIRST_INSTRUCTION]
    said = subprocess.run(command, env=plain.environ, capture_output=True, text=True, timeout=LONGEST_S, check=True)
    assert said.stdout == f"{-signal.SIGTERM} False\nTrue\n"  # and the process that began it can be stopped after it


@pytest.mark.parametrize(
    ("program", "status"),
    [(_STOPPED_WHILE_IT_LOADS, 128 + signal.SIGTERM), (_TOLD_AND_BUSY, -signal.SIGALRM)],
)
def test_a_server_process_that_is_stopped_ends_before_it_serves_and_within_its_time_when_it_serves(
    plain: Installation, program: str, status: int
) -> None:
    command = [sys.executable, "-c", program]
    assert subprocess.run(command, env=plain.environ, timeout=LONGEST_S, check=False).returncode == status


def test_what_a_server_process_is_given_reaches_one_that_is_spawned() -> None:
    """Python forks none on macOS, and from 3.14 on nowhere."""
    given = (logs.server_config(), stoppable, assembly().application)
    assert pickle.loads(pickle.dumps(given)) == given  # noqa: S301 - our own


def test_a_server_process_that_dies_is_replaced(ready_on_file: Installation) -> None:
    with serving(ready_on_file) as (server, address):
        (child,) = children_of(server).values()
        os.kill(child, signal.SIGKILL)
        wait_until(lambda: {child}.isdisjoint(children_of(server).values()) and bool(children_of(server)))
        wait_for(address)
        server.terminate()
        assert server.wait(LONGEST_S) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_ends_well_when_asked(ready_on_file: Installation, number: signal.Signals) -> None:
    with subprocess.Popen([*SLUIS, "worker"], env=ready_on_file.environ, stderr=subprocess.PIPE, text=True) as worker:
        assert worker.stderr is not None
        assert json.loads(worker.stderr.readline())["event"] == "worker started"
        worker.send_signal(number)
        assert worker.wait(LONGEST_S) == 0
        assert worker.stderr.read() == ""
