"""Keeps agreed terms by hand, as the worker does all the time."""

import click

from app import logs
from app.cli.opening import Assembly, pass_assembly
from app.cli.trouble import Trouble


@click.group()
def retention() -> None:
    """The end of agreed terms."""


@retention.command()
@pass_assembly
def run(assembly: Assembly) -> None:
    """Ask about grants that end soon, and end those whose term is over. The worker does this by itself."""
    settings = assembly.settings()
    logs.configure(settings.logging.level)
    with assembly.opened(settings) as services:
        done = assembly.keep_terms(services)
    click.echo(f"Expired {done['expired']}, asked about {done['asked']}.")
    if done["failed"]:
        raise Trouble(f"{done['failed']} failed and held up no other: the log names each. Run this again.")
