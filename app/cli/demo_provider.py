"""The provider of the demo: makes whatever is missing (secrets, tables, keys, demo data), then serves."""

import os
from typing import Any

import click

from app.cli import demo_data
from app.cli.demo_data import DemoData
from app.cli.opening import Assembly, pass_assembly
from app.cli.serving import make_ready, migrate_to_newest, serve_until_stopped
from app.cli.trouble import Trouble
from app.crypto import secrets as secrets_file
from app.domain.errors import Problems
from app.services import businesses, people_import
from app.services.wiring import Services
from app.settings import Settings, load_settings
from app.storage import logos

PERSON: dict[str, Any] = {
    "language": "nl",
    "name": "Sam de Vries",
    "given_name": "Sam",
    "family_name": "de Vries",
    "middle_name": "Robin",
    "nickname": "Sammie",
    "preferred_username": "sam",
    "profile": "https://sam.example.org/about",
    "picture": "https://sam.example.org/sam.jpg",
    "website": "https://sam.example.org/",
    "gender": "x",
    "birthdate": "1991-04-12",
    "zoneinfo": "Europe/Amsterdam",
    "locale": "nl-NL",
    "phone_number": "+31302000000",
    "address": {
        "street_address": "Oudegracht 158",
        "postal_code": "3511 AZ",
        "locality": "Utrecht",
        "region": "Utrecht",
        "country": "NL",
    },
    "payment_account": {"method": "ideal", "iban": "NL91ABNA0417164300", "holder": "S. de Vries"},
}
"""Every claim a person can fill in, beside the e-mail."""


@click.command(hidden=True)
@pass_assembly
def demo_provider(assembly: Assembly) -> None:
    """Prepare the demo and serve its provider; started by `sluis demo`."""
    settings = load_settings()
    prepare(assembly, settings, demo_data.gathered(settings, os.environ))  # noqa: TID251 - what the demo handed on
    serve_until_stopped(assembly, settings, settings.server.host, settings.server.port)


def prepare(assembly: Assembly, settings: Settings, data: DemoData) -> None:
    """Secrets, tables, keys and demo data; what is there already stays as it is."""
    secrets_path = settings.path(settings.secrets_file)
    if not secrets_path.exists():
        secrets_file.create(secrets_path, development=True)
    migrate_to_newest(settings)
    with assembly.opened(settings) as services:
        make_ready(assembly, services)
        _load(assembly, services, data)


def _load(assembly: Assembly, services: Services, data: DemoData) -> None:
    now = assembly.now(services)
    record = {**PERSON, "email": data.email, "password": data.password}
    try:
        people = people_import.read([record], now.date(), [""])
    except Problems as problems:
        raise Trouble("\n".join(f"SLUIS_DEMO_{key.upper()} {said}." for key, said in problems.found)) from None
    list(people_import.create(services, people, now))
    people_import.set_password(services, people[0].email, data.password, now)
    for shop in data.shops.values():
        file = businesses.read(services, shop.file)
        businesses.apply(services, file, {shop.client_id: shop.secret}, now)
        with services.database.write() as db:
            # Not fetched like another's: its shop may not listen yet.
            logos.keep(db, file.id, shop.logo)
