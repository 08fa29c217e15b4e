"""Everything `make run` starts: a provider with demo data, its worker and three demo businesses, on one machine."""

import os
import sys
from collections.abc import Mapping

import click

from app.cli import demo_data
from app.cli.demo_data import SHOPS, DemoData
from app.cli.launching import Ended, Process, Town
from app.cli.places import TAKEN, is_answered, only_demo, prepare_folder, why_not
from app.cli.stopping import when_stopped
from app.cli.trouble import Trouble
from app.settings import Settings, load_settings

SLUIS = (sys.executable, "-m", "app")
"""The sluis command of this very environment, wherever its script may be."""
_HOST = "127.0.0.1"
_NO_PROXY = f"localhost,{_HOST}"
_FIRST_PORT = 8000
_LAST_PORT = 65535 - len(SHOPS)
_READY_S = 60
_BEGIN_AT = "blauw-en-zoon"
_ABOUT = {
    "trattoria-sole": "free wifi, level low",
    "blauw-en-zoon": "web shop, low and then medium at checkout",
    "marktplein": "supermarket, low, medium or high",
}


@click.command()
def demo() -> None:
    """Start what `make run` starts; Ctrl-C stops it all."""
    _require_out_of_service(os.environ)  # noqa: TID251 - before anything of it is handed on
    environ = demo_environ(os.environ, _port(os.environ))  # noqa: TID251 - handed on to the processes started here
    settings = load_settings(environ)
    _require_ports(settings.server.port)
    prepare_folder(settings)
    with only_demo(settings):
        _run(settings, environ)


def demo_environ(environ: Mapping[str, str], port: int) -> dict[str, str]:
    """The variables of all processes of a demo whose provider listens on ``port``."""
    return {
        "SLUIS_ISSUER": f"http://localhost:{port}",
        "SLUIS_LOGGING__LEVEL": "WARNING",
        "SLUIS_SANDBOX__CLOCK": "true",
        **environ,
        # Where a shell or macOS names a proxy for the world outside: these are all on one machine.
        "no_proxy": ",".join(filter(None, (environ.get("no_proxy") or environ.get("NO_PROXY"), _NO_PROXY))),
        "SLUIS_ENVIRONMENT": "development",
        "SLUIS_SERVER__PORT": str(port),
    }


def processes(environ: Mapping[str, str], settings: Settings, data: DemoData) -> list[Process]:
    """The provider, its worker, and the businesses: processes of their own that know the provider by its issuer."""
    own = {**environ, **data.environ()}
    outside = {name: value for name, value in environ.items() if not name.startswith("SLUIS_")}
    return [
        Process("provider", [*SLUIS, "demo-provider"], own, f"http://{_HOST}:{settings.server.port}/healthz"),
        Process("worker", [*SLUIS, "worker"], own, None),
        *(
            Process(
                shop.name,
                [sys.executable, "-m", "app.demo", shop.name, "--port", str(shop.port)],
                {
                    **outside,
                    "SLUIS_DEMO_ISSUER": settings.issuer,
                    "SLUIS_DEMO_CLIENT_ID": shop.client_id,
                    "SLUIS_DEMO_CLIENT_SECRET": shop.secret,
                    **({"SLUIS_DEMO_CLOCK_URL": f"{settings.issuer}/clock"} if settings.sandbox.clock else {}),
                },
                f"{shop.address}/",
            )
            for shop in data.shops.values()
        ),
    ]


def _run(settings: Settings, environ: Mapping[str, str]) -> None:
    """Start everything, and come back when it has ended."""
    data = demo_data.gathered(settings, environ)
    provider, worker, *shops = processes(environ, settings, data)
    # The worker needs the tables the provider makes; nobody waits for it.
    town = Town([provider, *shops])
    when_stopped(town.end)
    with town:
        try:
            town.wait_until_ready(_READY_S)
        except Ended as ended:
            if ended.has_said_why:
                raise SystemExit(1) from ended
            raise
        if not town.ended:
            demo_data.keep(settings, data)
            town.start(worker)
            click.echo(welcome(settings, data))
        town.wait_for_the_end()


def _require_out_of_service(environ: Mapping[str, str]) -> None:
    """Demo data have no place in the database of a provider in service, which this shell may name."""
    if environ.get("SLUIS_ENVIRONMENT") == "production":
        message = "The demo is not for production: unset SLUIS_ENVIRONMENT, or start `sluis serve`."
        raise Trouble(message)


def _port(environ: Mapping[str, str]) -> int:
    text = environ.get("SLUIS_PORT", str(_FIRST_PORT))
    if not (text.isascii() and text.isdecimal()) or not 0 < int(text) <= _LAST_PORT:
        raise Trouble(
            f"SLUIS_PORT must be a number from 1 to {_LAST_PORT}, such as 9000: the shops take the {len(SHOPS)} ports"
            " after it."
        )
    return int(text)


def _require_ports(first: int) -> None:
    ports = range(first, first + 1 + len(SHOPS))
    others = f"choose others with SLUIS_PORT={9100 if 9000 in ports else 9000} make run."
    for port in ports:
        trouble = TAKEN if is_answered(port) else why_not(_HOST, port)
        if trouble == TAKEN:
            raise Trouble(f"Port {port} is taken: stop what uses it, or {others}")
        if trouble:
            raise Trouble(f"Port {port} cannot be used ({trouble}): {others}")


def welcome(settings: Settings, data: DemoData) -> str:
    """Where to go and as whom, once everything answers."""
    return "\n".join(
        [
            "",
            "Sluis is running.",
            f"  {'provider':<16} {settings.issuer}",
            *(f"  {shop.name:<16} {shop.address}   {_ABOUT[shop.name]}" for shop in data.shops.values()),
            f"  {'mail':<16} {settings.issuer}/mailbox   every mail lands here",
            *([f"  {'clock':<16} {settings.issuer}/clock   move the time on"] if settings.sandbox.clock else []),
            "",
            f"  {'e-mail':<16} {data.email}",
            f"  {'password':<16} {data.password}",
            "",
            f"Open {data.shops[_BEGIN_AT].address}, press the button to log in, and choose what you share.",
            "Ctrl-C stops everything.",
        ]
    )
