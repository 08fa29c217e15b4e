"""Takes an installation from SQLite to PostgreSQL: the same people, under the same secrets and keys."""

from dataclasses import replace
from pathlib import Path

import click

from app.cli.opening import Assembly, pass_assembly, require_undamaged
from app.cli.trouble import Trouble
from app.storage import copying
from app.storage.copying import InUse, Miscounted
from app.storage.database import Database


@click.command("copy-from")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, resolve_path=True, path_type=Path))
@pass_assembly
def copy_from(assembly: Assembly, file: Path) -> None:
    """Copy a SQLite database into an empty PostgreSQL one.

    FILE is copied into the database of the settings. Whatever works on either is stopped before.
    """
    settings = assembly.settings()
    with assembly.opened(settings) as services:
        if services.database.is_sqlite:
            raise Trouble("database_url names a file: set it to the PostgreSQL database to copy into.")
        address = f"sqlite:///{file}"
        try:
            with assembly.opened(replace(settings, database_url=address)) as stopped:
                require_undamaged(stopped.database)
                rows = _copied(stopped.database, services.database)
        except Trouble as trouble:
            raise Trouble(f"From {address}: {trouble}") from None
    click.echo(f"Copied {rows} rows. Start nothing on {file} again: what is decided from now on is not in it.")


def _copied(source: Database, target: Database) -> int:
    try:
        with copying.alone_with(source) as held, target.write() as db:
            if not copying.is_empty(db):
                raise Trouble("the database of the settings has rows already: make another for this.")
            return copying.copy(held, db)
    except InUse:
        raise Trouble("something works on it still: stop `sluis serve` and `sluis worker`.") from None
    except Miscounted as fault:
        raise Trouble(f"something else writes in the table {fault}: stop it, and type this again.") from None
