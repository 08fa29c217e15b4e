"""The application around given services: the shell and every door of this room. Commands do without all of it."""

from collections.abc import Callable
from datetime import datetime
from importlib import import_module

from flask import Flask

from app.services.clock import SandboxClock
from app.services.wiring import Services
from app.settings import ROOT
from app.web.shell import shell

DOORS = (
    "home",
    "help",
    "language",
    "health",
    "discovery",
    "logos",
    "authorize",
    "pushed",
    "sign_out",
    "oauth",
    "clients",
    "sign_in",
    "registration",
    "recovery",
    "account",
    "facts",
    "personas",
    "profiles",
    "consent",
    "sharing",
    "receipts",
    "pause",
    "extension",
    "purposes",
    "ssf",
    "vault",
    "cases",
    "business_api",
)
"""The modules beside this one that have a blueprint, all registered."""
_BLUEPRINTS = tuple(import_module(f"app.web.{name}").blueprint for name in DOORS)


def build_app(services: Services, *, clock: Callable[[], datetime]) -> Flask:
    """The doors around these services; two more in development and in a demonstration."""
    app = Flask(
        "sluis",
        root_path=str(ROOT),
        template_folder="templates",
        static_folder="static",
    )
    shell(app, services, clock)
    settings = services.settings
    mailbox = ("mailbox",) if settings.mail.transport == "mailbox" and not settings.production else ()
    movable = ("clock",) if isinstance(clock, SandboxClock) else ()
    more = (import_module(f"app.web.{name}").blueprint for name in (*mailbox, *movable))
    for blueprint in (*_BLUEPRINTS, *more):
        app.register_blueprint(blueprint)
    return app
