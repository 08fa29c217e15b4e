"""The secrets file, and the signing and sealing keys in the database."""

from collections import Counter
from pathlib import Path

import click

from app.cli.opening import TAKES_DASHES, Assembly, pass_assembly
from app.cli.places import prepare_folder
from app.cli.trouble import Trouble
from app.crypto import secrets as secrets_file
from app.services import keys as key_service
from app.services import rewrapping
from app.settings import load_settings
from app.storage import keys as rows


@click.group()
def secrets() -> None:
    """The file of keys that are never in the database."""


@secrets.command()
def create() -> None:
    """Make the secrets file; an existing one is never overwritten."""
    settings = load_settings()
    path = settings.path(settings.secrets_file)
    if path.parent == settings.path(settings.data_folder):
        prepare_folder(settings)
    try:
        secrets_file.create(path, development=not settings.production)
    except OSError:
        if path.is_file():
            raise Trouble(f"{path} exists already and is left as it is.") from None
        raise Trouble(f"{path} cannot be written: check that its folder exists and is yours.") from None
    click.echo(f"Made {path}. Keep a copy apart from the database and its backups: without it nothing can be read.")


@secrets.command("list")
def list_secrets() -> None:
    """Show the key-encryption keys by name. New values are wrapped with the current one."""
    held = secrets_file.load(_path())
    for key_id in held.key_encryption:
        click.echo(f"{key_id}  current" if key_id == held.current_key_encryption_id else key_id)


@secrets.command("rotate")
@click.option("--only-add", is_flag=True, help="Go on with the key before: until every node has the new file.")
def rotate_key(*, only_add: bool) -> None:
    """Add a key-encryption key and make it current. Then run `sluis keys rewrap`. With several nodes: --only-add."""
    before = secrets_file.load(_path()).key_encryption
    held = secrets_file.add_key_encryption_key(_path(), make_current=not only_add)
    for key_id in held.key_encryption.keys() - before.keys():
        click.echo(f"Added {key_id}{'' if only_add else ', which is current'}.")


@secrets.command()
@click.argument("key_id")
def use(key_id: str) -> None:
    """Make a key-encryption key current that every node has. Bring them the file, then run `sluis keys rewrap`."""
    try:
        secrets_file.make_key_encryption_key_current(_path(), key_id)
    except KeyError:
        raise _unknown(key_id) from None
    click.echo(f"{key_id} is current.")


@secrets.command()
@click.argument("key_id")
@pass_assembly
def drop(assembly: Assembly, key_id: str) -> None:
    """Remove a key-encryption key that wraps nothing any more."""
    with assembly.opened() as services:
        if rewrapping.is_used(services, key_id):
            raise Trouble(f"Something is still wrapped with {key_id}: run `sluis keys rewrap` first.")
    try:
        secrets_file.drop_key_encryption_key(_path(), key_id)
    except KeyError:
        raise _unknown(key_id) from None
    except ValueError:
        raise Trouble(f"{key_id} is current: make another one current first.") from None
    click.echo(f"Dropped {key_id}.")


def _path() -> Path:
    settings = load_settings()
    return settings.path(settings.secrets_file)


def _unknown(key_id: str) -> Trouble:
    return Trouble(f"The secrets file has no key {key_id}: see `sluis secrets list`.")


@click.group()
def keys() -> None:
    """Signing and sealing keys."""


@keys.command("create")
@pass_assembly
def create_keys(assembly: Assembly) -> None:
    """Make a key for every algorithm that has none."""
    with assembly.opened() as services:
        made = key_service.create_missing(services, assembly.now(services))
    click.echo("\n".join(f"Made {kid}." for kid in made) or "Every algorithm has a key already.")


@keys.command("list")
@pass_assembly
def list_keys(assembly: Assembly) -> None:
    """Show every usable key. A line each: id, algorithm, from when it signs, until when it verifies."""
    with assembly.opened() as services, services.database.read() as db:
        for key in sorted(rows.usable(db), key=lambda it: (it.alg, it.signs_from_at)):
            until = "" if key.retired_at is None else f"  until {key.retired_at:%Y-%m-%d %H:%M:%S}"
            click.echo(f"{key.kid}  {key.alg}  signs from {key.signs_from_at:%Y-%m-%d %H:%M:%S}{until}")


@keys.command()
@click.option("--alg", multiple=True, help="Only this algorithm; may be given more than once.")
@click.option("--at-once", is_flag=True, help="Sign with the new key now: for a key that must not sign again.")
@pass_assembly
def rotate(assembly: Assembly, alg: tuple[str, ...], *, at_once: bool) -> None:
    """Publish new keys. Each signs once every client can have fetched it."""
    with assembly.opened() as services:
        kept = key_service.kept(services.settings)
        # A leak is of all keys, used or not.
        algorithms = tuple(dict.fromkeys(alg)) or (kept if at_once else key_service.usual(services))
        if unknown := set(algorithms) - set(kept):
            raise Trouble(f"No key is kept for {', '.join(sorted(unknown))}: see keys.algorithms.")
        made = key_service.rotate(services, algorithms, assembly.now(services), at_once=at_once)
    for kid in made:
        click.echo(f"Published {kid}.")
    if not alg and (left := set(kept) - set(algorithms)):
        click.echo(f"Left as it is, for no client uses it: {', '.join(sorted(left))}. To renew it too, add --alg.")


@keys.command(context_settings=TAKES_DASHES)
@click.argument("kid")
@pass_assembly
def remove(assembly: Assembly, kid: str) -> None:
    """Forget a key at once.

    What it signed or sealed is refused from now on, within a second on every node.
    When nothing else signs with its algorithm, a new key does so at once.
    """
    with assembly.opened() as services:
        if not key_service.remove(services, kid, assembly.now(services)):
            raise Trouble(f"There is no usable key {kid}: see `sluis keys list`.")
        made = key_service.create_missing(services, assembly.now(services))
    click.echo(f"Removed {kid}.")
    for fresh in made:
        click.echo(f"Made {fresh}.")


@keys.command()
@pass_assembly
def rewrap(assembly: Assembly) -> None:
    """Move everything to the current key-encryption key. Stopped halfway, it goes on where it was."""
    moved: Counter[str] = Counter()
    with assembly.opened() as services:
        for label, count in rewrapping.rewrap_all(services):
            moved[label] += count
    for label, count in moved.items():
        click.echo(f"{label}: {count} moved")
    click.echo("Everything is wrapped with the current key.")
