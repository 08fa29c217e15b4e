"""Runs the provider and its worker, and brings the database up to date."""

import logging
import os
import resource
import signal
from collections.abc import Callable
from functools import partial
from math import ceil
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

import click
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import Server
from granian.server.common import AbstractServer

from app import logs
from app.cli.opening import Assembly, pass_assembly, require_migrated, require_undamaged, require_unicode
from app.cli.places import TAKEN, prepare_folder, why_not
from app.cli.stopping import when_stopped
from app.cli.trouble import Trouble
from app.services import backups, erasure_ledger, leaving, purposes, served
from app.services.keys import create_missing
from app.services.wiring import Services
from app.settings import Settings, load_settings
from app.storage import migrations
from app.storage.database import Database

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_log = logging.getLogger("sluis.jobs")

_CONNECTIONS = 2048
_OPEN_FILES = 2 * _CONNECTIONS
"""A connection is an open file, and what is left over is for the database."""
_WAITING_REQUESTS = 1024
"""Threads at most, made when needed: nearly all of them wait, for the rest of a body or for a turn."""
_HEADER_READ_MS = 10_000
_LONGEST_ANSWER_S = 5
"""What is under way takes no longer, but for a poll that waits."""
_LOOK_S = 3.0
"""A start waits no longer for a look through the file of the database: a gigabyte takes some five seconds."""
_STOPPING = (signal.SIGINT, signal.SIGTERM)


@click.command()
@click.option("--host", help="Address to listen on; server.host when not given.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on; server.port when not given.")
@pass_assembly
def serve(assembly: Assembly, host: str | None, port: int | None) -> None:
    """Serve the provider until it is stopped."""
    settings = assembly.settings()
    prepare_folder(settings)
    with assembly.opened(settings) as services:
        make_ready(assembly, services)
    serve_until_stopped(assembly, settings, host or settings.server.host, port or settings.server.port)


def make_ready(assembly: Assembly, services: Services) -> None:
    """All that comes before the first request: a file that is whole, keys, nothing back that a backup brought."""
    look_through(services.database)
    create_missing(services, assembly.now(services))
    settle_backup(assembly, services)
    erase_again(assembly, services)
    served.begin(services)
    purposes.remember(services)


def look_through(database: Database) -> None:
    """Start on no file that is damaged, as far as that shows soon; raises Trouble."""
    if not require_undamaged(database, _LOOK_S):
        click.echo(
            f"The file of the database was not looked through for damage in {_LOOK_S:.0f} seconds: `sluis doctor` takes"
            " the time for it."
        )


def serve_until_stopped(assembly: Assembly, settings: Settings, host: str, port: int) -> None:
    """Run the server's processes; raises Trouble when the port cannot be had."""
    if trouble := why_not(host, port):
        mend = "stop what uses it, or choose another --port" if trouble == TAKEN else "choose another --host or --port"
        raise Trouble(f"{host}:{port} cannot be listened on ({trouble}): {mend}.")
    assembly.load_web()  # once, before the processes part
    connections = min(_CONNECTIONS, allow_open_files() // 2)
    server = Server(
        "sluis",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=settings.server.workers,
        blocking_threads=_WAITING_REQUESTS,
        backpressure=connections,
        backlog=connections,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=_HEADER_READ_MS),
        log_access=False,
        log_level=LogLevels.warning,
        log_dictconfig=logs.server_config(),
        websockets=False,
        respawn_failed_workers=True,
    )
    server.on_startup(partial(obey_signals, first=partial(expect_ends, server)))
    let_new_processes_end()
    load = partial(stoppable, longest_end_s(settings), assembly.application)
    server.serve(target_loader=load, wrap_loader=False)


def longest_end_s(settings: Settings) -> int:
    """How long a process that is told to end may answer what is under way; then it ends all the same."""
    return _LONGEST_ANSWER_S + ceil(settings.events.poll_wait_s)


def expect_ends(server: AbstractServer[Any]) -> None:
    """Take no end of a server process for an accident any more: a terminal tells all of them when it tells this one.

    The server does so itself when it comes to telling them, which one may not wait for.
    """
    for process in server.wrks:
        process.interrupt_by_parent = True


def obey_signals(longest_s: int = 0, first: Callable[[], None] = lambda: None) -> None:
    """Have a thread of its own wait for the signals that mean stop, do what comes ``first``, and pass it on.

    Where ``longest_s`` is not 0, no stop takes longer.

    The server itself waits for them in its main thread, but the system may give a signal to any thread: to one that
    just begins another, for instance. Then nothing wakes the main thread, and it serves on.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOPPING)  # every thread and process begun from here on blocks them too
    Thread(target=_obey_one, args=(longest_s, first), name="signals", daemon=True).start()


def _obey_one(longest_s: int, first: Callable[[], None]) -> None:
    number = signal.sigwait(_STOPPING)
    handler = signal.getsignal(number)
    if not callable(handler):  # a server process that does not serve yet
        os._exit(128 + number)
    first()
    signal.alarm(longest_s)  # which ends it, whatever it is doing; 0 sets none
    handler(number, None)  # and no second: a server process that is told three times waits for itself


def let_new_processes_end() -> None:
    """Let a new server process end at once until it serves: it would only note down what its parent is to obey.

    It begins with the signals blocked: Python forgets those that reach a process before its first instruction.
    """
    os.register_at_fork(after_in_child=_end_when_told)


def _end_when_told() -> None:
    for number in _STOPPING:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPPING)


def stoppable(longest_s: int, load: "Callable[[], WSGIApplication]") -> "WSGIApplication":
    """Load the application of a server process, which obeys from here on: it has no other thread yet."""
    _end_when_told()  # where processes are spawned, this one has not come to it
    obey_signals(longest_s)
    return load()


def allow_open_files() -> int:
    """As many open files as we want, or as this system lets us have; many shells and services begin with 1024."""
    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _OPEN_FILES if most == resource.RLIM_INFINITY else min(_OPEN_FILES, most)
    if allowed != resource.RLIM_INFINITY and allowed < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
    return wanted


@click.command()
@pass_assembly
def worker(assembly: Assembly) -> None:
    """Run the jobs until it is stopped.

    They send mail and events, keep agreed terms, erase, and make exports.
    """
    ended = Event()
    when_stopped(ended.set)
    settings = assembly.settings()
    logs.configure(settings.logging.level)
    prepare_folder(settings)
    with assembly.opened(settings) as services:
        look_through(services.database)
        if other := served.otherwise(services):
            raise Trouble(
                f"`sluis serve` works on this database as {other}, and issuer is {settings.issuer}: set both to the"
                " same. Where it has changed, start `sluis serve` first."
            )
        settle_backup(assembly, services)
        erase_again(assembly, services)
        _log.info("worker started")
        assembly.work(services, ended.wait)


def settle_backup(assembly: Assembly, services: Services) -> None:
    """Before anybody is served: let nothing live again that a restored backup takes for alive."""
    settle(assembly, services, only_if=backups.put_back)


def settle(
    assembly: Assembly, services: Services, only_if: Callable[[Services], bool] = lambda _services: True
) -> None:
    """Settle a backup and say so; raises Trouble when the data folder cannot be read and written."""
    try:
        if not only_if(services):
            return
        settled = backups.settle(services, assembly.now(services))
    except OSError:
        folder = services.settings.path(services.settings.data_folder)
        raise Trouble(
            f"A backup could not be settled: see that the files in {folder} can be read and written."
        ) from None
    click.echo(
        "This database is an older one. Everybody is signed out and no code or token of before works."
        f" Grants that ended because it does not know what was decided last: {settled.ended}."
        f" Passwords changed since, which must be set anew: {settled.passwords}."
    )


@click.command()
@pass_assembly
def restored(assembly: Assembly) -> None:
    """Say that a backup was put back, which signs everybody out.

    It does so even when none was: no session, token, waiting login or link mailed to a person of before works any
    more. The rest of what it settles is in docs/backups.md. Needed only where the data folder is new, or was put
    back too: elsewhere `sluis serve` and `sluis worker` do the same when they start.
    """
    with assembly.opened() as services:
        require_undamaged(services.database)
        settle(assembly, services)
        erase_again(assembly, services)


def erase_again(assembly: Assembly, services: Services) -> None:
    """Erase whom a restored backup brought back, before anybody is served; raises Trouble when that fails."""
    try:
        erased = leaving.reapply(services, assembly.now(services))
    except (RuntimeError, OSError):
        folder = services.settings.path(services.settings.data_folder)
        raise Trouble(
            f"People who were erased could not be erased again: see that {folder / erasure_ledger.FILE} can be read"
            " and written, and look in the log."
        ) from None
    if erased:
        click.echo(f"Erased {erased} again who had asked for it before: this database was an older one.")


@click.command()
def migrate() -> None:
    """Bring the database to the newest schema."""
    settings = load_settings()
    prepare_folder(settings)
    migrate_to_newest(settings)
    click.echo(f"The database is at revision {migrations.newest()}.")


def migrate_to_newest(settings: Settings) -> None:
    """Run the migrations not run yet; raises Trouble for a database that a newer Sluis made."""
    database = Database(settings.database_url)
    try:
        require_unicode(database)
        with database.read() as db:
            current = migrations.current(db)
        if current != migrations.newest() and current in {None, *migrations.REVISIONS}:
            migrations.upgrade(database.engine)
        require_migrated(database)
    finally:
        database.dispose()
