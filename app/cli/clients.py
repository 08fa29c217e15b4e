"""OIDC clients: who there is, new secrets, and tokens with which clients may register themselves."""

import click

from app.cli.opening import TAKES_DASHES, Assembly, pass_assembly
from app.cli.trouble import Trouble
from app.domain.grants import Standing
from app.services import businesses as business_service
from app.services import clients as client_service
from app.storage import parties

_DAY_S = 24 * 3600


@click.group()
def clients() -> None:
    """OIDC clients."""


@clients.command("list")
@pass_assembly
def list_clients(assembly: Assembly) -> None:
    """Show every client. A line each: business, id, authentication method, standing."""
    with assembly.opened() as services, services.database.read() as db:
        for row in parties.clients_of(db):
            method = row.metadata["token_endpoint_auth_method"]
            click.echo(f"{row.business_id}  {row.id}  {method}  {row.standing}")


@clients.command()
@click.argument("client_id")
@click.option("--overlap-hours", type=click.IntRange(0, 24 * 30), default=24, show_default=True)
@pass_assembly
def rotate_secret(assembly: Assembly, client_id: str, overlap_hours: int) -> None:
    """Make a new secret for CLIENT_ID. It is shown once; the old one works for the overlap."""
    with assembly.opened() as services:
        secret = business_service.rotate_secret(services, client_id, overlap_hours * 3600, assembly.now(services))
    if secret is None:
        raise Trouble(f"{client_id} is not a client that uses a secret: see `sluis clients list`.")
    click.echo(f"The new secret of {client_id}, shown this once: {secret}")


@clients.command()
@click.argument("client_id")
@pass_assembly
def disable(assembly: Assembly, client_id: str) -> None:
    """Refuse CLIENT_ID everywhere, at once."""
    _set_standing(assembly, client_id, Standing.DISABLED)


@clients.command()
@click.argument("client_id")
@pass_assembly
def enable(assembly: Assembly, client_id: str) -> None:
    """Let a disabled CLIENT_ID work again."""
    _set_standing(assembly, client_id, Standing.ACTIVE)


def _set_standing(assembly: Assembly, client_id: str, standing: Standing) -> None:
    with assembly.opened() as services:
        if not business_service.set_client_standing(services, client_id, standing, assembly.now(services)):
            raise Trouble(f"There is no client {client_id}: see `sluis clients list`.")
    click.echo(f"{client_id} is {standing}.")


@clients.command()
@click.argument("note")
@click.option("--days", type=click.IntRange(1, 365), default=7, show_default=True, help="How long it may be used.")
@pass_assembly
def initial_token(assembly: Assembly, note: str, days: int) -> None:
    """Make an initial access token (RFC 7591). It is shown once; NOTE says whom it is for."""
    with assembly.opened() as services:
        token = client_service.create_initial_access_token(services, note, days * _DAY_S, assembly.now(services))
    click.echo(token)


@clients.command(context_settings=TAKES_DASHES)
@click.argument("token")
@pass_assembly
def revoke_initial_token(assembly: Assembly, token: str) -> None:
    """Take back an initial access token. It registers no client any more."""
    with assembly.opened() as services:
        if not client_service.revoke_initial_access_token(services, token, assembly.now(services)):
            raise Trouble("There is no such initial access token.")
    click.echo("Revoked.")
