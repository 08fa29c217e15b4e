"""Opens the house for a command: settings, secrets, a migrated database. Composition hands in how it is built."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any, TypeVar

import click

from app.cli.trouble import Trouble
from app.domain.errors import Fault, Problems
from app.services import addresses, right_time
from app.services.wiring import Services
from app.settings import Settings, read_settings
from app.storage import migrations
from app.storage.database import Damaged, Database

R = TypeVar("R")

TAKES_DASHES = {"ignore_unknown_options": True, "help_option_names": ["--help"]}
"""Context settings of a command whose argument may begin with "-", as one in 64 of what is random in base64url does;
an "h" further on in it is no request for help."""


@dataclass(frozen=True)
class Assembly:
    """What commands need of the rooms above and beside them; this room cannot see those."""

    faults: Callable[[Settings], list[Fault]]
    """What is wrong with the files the settings name."""
    build_services: Callable[[Settings], Services]
    work: Callable[[Services, Callable[[float], object]], None]
    """Runs the jobs until the given wait answers something true."""
    load_web: Callable[[], None]
    """Loads what only the application needs."""
    application: Callable[[], Any]
    """Builds the WSGI application; a server process calls it by name, so it is a module's function."""
    now: Callable[[Services], datetime]
    """The time of an installation: in a demonstration it may have been moved on."""
    keep_terms: Callable[[Services], Mapping[str, int]]
    """Asks about and ends grants until nothing more is due; counts of expired, asked and failed."""

    def settings(self) -> Settings:
        """The settings of the environment; raises Problems with every fault of theirs and of the files they name."""
        settings, found = read_settings()
        found += self.faults(settings)
        if found:
            raise Problems(tuple(found))
        return settings

    @contextmanager
    def opened(self, settings: Settings | None = None) -> Iterator[Services]:
        """The services of these settings, or of those the environment names; closes the database afterwards."""
        services = self.build_services(settings or self.settings())
        try:
            require_migrated(services.database)
            require_own_secrets(services)
            require_right_time(services)
            yield services
        finally:
            services.database.dispose()


def pass_assembly(command: Callable[..., R]) -> Callable[..., R]:
    """Hand a command the assembly as its first argument; it is loaded now."""

    @wraps(command)
    @click.pass_context
    def _with_assembly(context: click.Context, *args: Any, **kwargs: Any) -> R:
        return command(context.obj(), *args, **kwargs)

    return _with_assembly


def require_own_secrets(services: Services) -> None:
    """Raises Trouble when people would not be found by their address, and would make second accounts."""
    if not addresses.are_found(services):
        raise Trouble(
            "email_index in the secrets file is not the one this database was made with: put the one of before back."
        )


def require_right_time(services: Services) -> None:
    """Raises Trouble when this machine and the database's disagree on the time: what is ended too early stays ended."""
    difference = right_time.difference(services.database, datetime.now(UTC))
    if abs(difference) > right_time.MOST:
        far = timedelta(seconds=round(abs(difference).total_seconds()))
        way = "ahead of" if difference > timedelta(0) else "behind"
        raise Trouble(
            f"The clock of this machine is {far} {way} the database's: set both right, and keep them with NTP."
        )


def require_unicode(database: Database) -> None:
    """Raises Trouble for a database in which not every name can be written."""
    if (encoding := database.encoding()) != "UTF8":
        raise Trouble(
            f"The database keeps its text in {encoding}, and Sluis needs UTF8: make another with"
            " createdb -E UTF8 -T template0, and bring over what is in this one with pg_dump and pg_restore."
        )


def require_undamaged(database: Database, within_s: float | None = None) -> bool:
    """Raises Trouble for a file that is damaged; whether it was looked through to the end in this time."""
    try:
        return database.look_through(within_s)
    except Damaged:
        raise Trouble(
            "The file of the database is damaged: stop `sluis serve` and `sluis worker`, keep a copy of it, and put a"
            " backup back as docs/backups.md says."
        ) from None


def require_migrated(database: Database) -> None:
    """Raises Trouble unless the database has exactly the tables this code was written for, and takes every name."""
    require_unicode(database)
    with database.read() as db:
        current = migrations.current(db)
    if current is None:
        raise Trouble("The database is empty: run `sluis migrate` first.")
    if current not in migrations.REVISIONS:
        raise Trouble("The database was made by a newer Sluis: update this one, or restore an older backup.")
    if current != migrations.newest():
        raise Trouble("The database is of an older Sluis: run `sluis migrate` first.")
