"""Events to businesses, as the operator sees them: where each stands, and sending them again."""

from datetime import UTC, datetime

import click

from app.cli.opening import Assembly, pass_assembly
from app.cli.trouble import Trouble
from app.services import dead_letters
from app.services.dead_letters import Listed, Which
from app.services.wiring import Services
from app.storage import parties


@click.group()
def events() -> None:
    """Events that businesses are told."""


@events.command("list")
@click.option("--client", "client_id", help="Of this client only.")
@click.option("--dead", is_flag=True, help="Only what was given up.")
@click.option("--limit", type=click.IntRange(1, dead_letters.MOST_LISTED), default=50, show_default=True)
@pass_assembly
def list_events(assembly: Assembly, client_id: str | None, limit: int, *, dead: bool) -> None:
    """Show events, newest first. A line each: when, jti, type, client, stream, where it stands."""
    with assembly.opened() as services:
        if client_id is not None:
            _require_client(services, client_id)
        found = dead_letters.listed(services, client_id, limit, dead_only=dead)
        for each in found:
            happened = f"{each.occurred_at:%Y-%m-%d %H:%M:%S}"
            click.echo(
                f"{happened}  {each.jti}  {each.type}  {each.client_id}  {each.stream_id or '-'}  {_state(each)}"
            )
        if not found:
            click.echo("None was given up." if dead else "No events.")


@events.command()
@click.option("--client", "client_id", required=True, help="The client whose events are sent again.")
@click.option("--dead", is_flag=True, help="What was given up.")
@click.option("--since", type=click.DateTime(), help="Everything since this moment, in UTC.")
@click.argument("jtis", nargs=-1)
@pass_assembly
def replay(assembly: Assembly, client_id: str, since: datetime | None, jtis: tuple[str, ...], *, dead: bool) -> None:
    """Send events again, each with the jti it had.

    The dead letters, those named by JTIS, or everything since a moment.
    """
    if [dead, since is not None, bool(jtis)].count(True) != 1:
        raise Trouble("Say one of: --dead, --since MOMENT, or the jti of each event.")
    which = Which(dead, jtis, None if since is None else since.replace(tzinfo=UTC))
    with assembly.opened() as services:
        _require_client(services, client_id)
        count = dead_letters.replay(services, client_id, which, assembly.now(services))
    click.echo(f"{count} to be sent again by the worker.")


def _require_client(services: Services, client_id: str) -> None:
    with services.database.read() as db:
        if parties.find_client(db, client_id) is None:
            raise Trouble(f"There is no client {client_id}: see `sluis clients list`.")


def _state(each: Listed) -> str:
    if each.stream_id is None:
        return "nobody asked" if each.queued else "on its way to the streams"
    if each.delivered_at is not None:
        return f"delivered {each.delivered_at:%Y-%m-%d %H:%M:%S}"
    problem = f" ({each.problem})" if each.problem else ""
    return f"{'dead' if each.dead_at else 'waiting'} after {each.attempts} attempts{problem}"
