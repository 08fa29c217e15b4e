"""The ``sluis`` command: every sub-command opens the house, calls one service, prints, and nothing else.

Commands are imported when they are asked for, so that each loads what it needs and no more.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, cast

import click

from app.cli.trouble import told

if TYPE_CHECKING:
    from app.cli.opening import Assembly

_COMMANDS = {
    "serve": "serving:serve",
    "worker": "serving:worker",
    "migrate": "serving:migrate",
    "copy-from": "copying:copy_from",
    "demo": "demo:demo",
    "demo-provider": "demo_provider:demo_provider",
    "people": "people:people",
    "businesses": "businesses:businesses",
    "clients": "clients:clients",
    "events": "events:events",
    "secrets": "keys:secrets",
    "keys": "keys:keys",
    "settings": "settings:settings",
    "receipts": "receipts:receipts",
    "retention": "retention:retention",
    "restored": "serving:restored",
    "doctor": "doctor:doctor",
}


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - Click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        module, _, name = _COMMANDS[cmd_name].partition(":")
        return cast(click.Command, getattr(import_module(f"app.cli.{module}"), name))


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="sluis", message="%(version)s")
def sluis() -> None:
    """Sluis, an OpenID Connect provider in which a person decides how high the water rises."""


def run(load: Callable[[], Assembly]) -> None:
    """Run the command; a known trouble is one plain line and exit status 1, never a traceback."""
    with told():
        sluis(obj=load)
