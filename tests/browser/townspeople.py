"""People with an account and a password, for stories in the demo town."""

from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from playwright.sync_api import Page

from app.services import credentials, people
from tests.factories import FACTS
from tests.servers.running import DemoTown

PASSWORD = "tuin kachel zwaluw 81"
IBAN = "NL91ABNA0417164300"


@dataclass(frozen=True)
class Resident:
    """Somebody of the town."""

    email: str = field(repr=False)
    password: str = field(default=PASSWORD, repr=False)


def settle(town: DemoTown, language: str, *, without: tuple[str, ...] = (), **facts: Any) -> Resident:
    """Somebody with a confirmed address and every fact that the shops ask for."""
    email = f"noor.{uuid4().hex[:8]}@canary.example"
    account = {"method": "sepa_debit", "iban": IBAN, "holder": "Nora Canary"}
    known = {**FACTS, "payment_account": account, **facts}
    services = town.house.services
    hashed = credentials.hashed(services, PASSWORD, ())
    new = people.NewPerson(
        email,
        hashed,
        language,
        {claim: value for claim, value in known.items() if claim not in without},
        confirmed=True,
    )
    with services.database.write() as db:
        people.create(services, db, new, town.house.clock.now)
    return Resident(email)


def sign_in(page: Page, resident: Resident) -> None:
    """By the form that is open."""
    page.fill("#login-email", resident.email)
    page.fill("#login-password", resident.password)
    page.click("#login-submit")


def share(page: Page, level: str) -> None:
    """On the picker that is open."""
    page.check(f"#level-{level}")
    page.click("#picker-share")
