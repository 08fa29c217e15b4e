"""Builds the house: policy, secrets, database and keys into one ``Services``, and every room's doors into one app.

The one module that sees every room.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from importlib import import_module
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from app import logs
from app.cli.opening import Assembly
from app.crypto import secrets as secrets_file
from app.crypto.passwords import PasswordHasher
from app.crypto.secrets import SecretsUnreadable
from app.domain.errors import Fault, Problems
from app.domain.levels import Policy
from app.domain.policy_file import read_policy
from app.jobs import retention
from app.jobs.runner import run_until
from app.services.client_keys import ClientKeys
from app.services.clock import SandboxClock, may_be_moved
from app.services.key_ring import Keys
from app.services.outbound import Outbound
from app.services.right_time import CheckedClock
from app.services.wiring import Services
from app.settings import Settings, read_toml
from app.storage.database import Database

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


def utc_now() -> datetime:
    """The clock of a running system."""
    return datetime.now(UTC)


def clock_of(services: Services) -> Callable[[], datetime]:
    """The clock of an installation: the real one, or in a demonstration one that can be moved on."""
    return SandboxClock(services.database, utc_now) if may_be_moved(services.settings) else utc_now


def clock_of_jobs(services: Services) -> Callable[[], datetime]:
    """The same for what ends things by itself: a real one is only believed while the database's agrees."""
    clock = clock_of(services)
    return CheckedClock(services.database, clock) if clock is utc_now else clock


def assembly() -> Assembly:
    """What the commands are handed of this house."""
    return Assembly(
        faults=faults,
        build_services=build_services,
        work=lambda services, wait: run_until(services, clock_of_jobs(services), wait),
        load_web=load_web,
        application=application,
        now=lambda services: clock_of(services)(),
        keep_terms=lambda services: retention.run_through(services, clock_of_jobs(services)),
    )


def load_web() -> None:
    """Load the room of pages and endpoints, which commands do without."""
    import_module("app.web.application")


def application() -> WSGIApplication:
    """The application as a server process loads it; raises Problems with everything that is wrong at once."""
    from app.web.turns import TakingTurns  # noqa: PLC0415 - as ``load_web``

    settings = assembly().settings()
    logs.configure(settings.logging.level)
    return TakingTurns(build(settings), settings.server.threads)


def faults(settings: Settings) -> list[Fault]:
    """What is wrong with the files the settings name: secrets, levels and purposes; empty when all is well."""
    found: list[Fault] = []
    try:
        secrets = secrets_file.load(settings.path(settings.secrets_file))
        if settings.production and secrets.for_development:
            found.append(("secrets_file", "holds development secrets: make new ones with `sluis secrets create`"))
    except SecretsUnreadable as unreadable:
        found.append(("secrets_file", str(unreadable)))
    try:
        load_policy(settings)
    except Problems as problems:
        found += problems.found
    return found


def build_services(settings: Settings, *, database: Database | None = None) -> Services:
    """What services work with, of settings in which ``faults`` finds nothing; on their database, or a given one."""
    secrets = secrets_file.load(settings.path(settings.secrets_file))
    database = database or Database(settings.database_url)
    outbound = Outbound(
        timeout_s=settings.outbound.timeout_s,
        private_hosts=settings.outbound.private_hosts,
        own_host=urlsplit(settings.issuer).hostname,
        fetches_at_once=max(1, settings.server.threads // 2),
    )
    return Services(
        settings=settings,
        database=database,
        policy=load_policy(settings),
        secrets=secrets,
        keys=Keys(database, secrets),
        passwords=PasswordHasher(
            pepper=secrets.password_pepper,
            time_cost=settings.login.argon2_time_cost,
            memory_kib=settings.login.argon2_memory_kib,
        ),
        outbound=outbound,
        client_keys=ClientKeys(outbound),
    )


def load_policy(settings: Settings) -> Policy:
    """The operator's levels and purposes; raises Problems with every fault of both files."""
    found: list[Fault] = []
    levels, purposes = (
        read_toml(settings.path(path), found, name)
        for path, name in ((settings.levels_file, "levels_file"), (settings.purposes_file, "purposes_file"))
    )
    if found:
        raise Problems(tuple(found))
    return read_policy(levels, purposes)


def build(settings: Settings) -> WSGIApplication:
    """The whole application of one process."""
    from app.web.application import build_app  # noqa: PLC0415 - as ``load_web``

    services = build_services(settings)
    return build_app(services, clock=clock_of(services))
