"""Businesses that the operator applies."""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from app.cli.opening import Assembly, pass_assembly
from app.cli.trouble import Trouble
from app.domain.business_file import BusinessFile
from app.services import businesses as business_service
from app.storage import parties


@click.group()
def businesses() -> None:
    """Businesses and what they declare."""


@businesses.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@pass_assembly
def apply(assembly: Assembly, file: Path, *, dry_run: bool) -> None:
    """Make the database hold what FILE says.

    That is a business, its clients, its intended uses. Idempotent.
    """
    with assembly.opened() as services:
        declared = business_service.read(services, document(file))
        given, missing = given_secrets(declared, file.parent, os.environ)  # noqa: TID251 - the file names the variable
        if missing and not dry_run:
            raise Trouble("\n".join(missing))
        applied = business_service.apply(services, declared, given, assembly.now(services), dry_run=dry_run)
    for line in applied.changes:
        click.echo(line)
    for client_id, secret in applied.new_secrets.items():
        click.echo(f"The secret of {client_id}, shown this once: {secret}")
    if applied.no_logo:
        click.echo("The logo could not be fetched: a letter is shown. Apply the file again to try again.", err=True)
    for client_id in applied.disabled:
        click.echo(f"{client_id} is disabled and stays so; to let it work: sluis clients enable {client_id}", err=True)
    if not applied.changes:
        click.echo("Nothing changes.")
    else:
        click.echo("Nothing was changed yet." if dry_run else "Applied.")
    if missing:
        raise Trouble("\n".join([*missing, "Applied like this, the file would be refused."]))


@businesses.command("list")
@pass_assembly
def list_businesses(assembly: Assembly) -> None:
    """Show every business.

    A line each: id, name, whether it was applied by an operator, standing.
    """
    with assembly.opened() as services, services.database.read() as db:
        for row in parties.all_businesses(db):
            click.echo(f"{row.id}  {row.name}  {'verified' if row.verified else 'self-registered'}  {row.standing}")


def document(file: Path) -> dict[str, Any]:
    """The TOML file; raises Trouble with the place of a fault in its form."""
    try:
        return tomllib.loads(file.read_text("utf-8-sig"))  # some editors begin a file with a mark
    except tomllib.TOMLDecodeError as fault:
        raise Trouble(f"{file}: {fault}") from None
    except UnicodeDecodeError:
        raise Trouble(f"{file} is not a text in UTF-8.") from None
    except OSError as fault:
        raise Trouble(f"{file} cannot be read ({fault.strerror}).") from None


def given_secrets(file: BusinessFile, folder: Path, environ: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """The secrets whose source the file names, and a line for each source that is not there."""
    given, missing = {}, []
    for client in file.clients:
        if client.secret_file is not None:
            try:
                given[client.id] = (folder / client.secret_file).read_text("utf-8").strip()
            except (OSError, UnicodeDecodeError):
                missing.append(f"{client.id}: its client_secret_file cannot be read")
        elif client.secret_env is not None:
            if secret := environ.get(client.secret_env):
                given[client.id] = secret
            else:
                missing.append(f"{client.id}: its secret is expected in {client.secret_env}, which is not set")
    return given, missing
