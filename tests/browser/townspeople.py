"""People with an account and a password, for stories in the demo town."""

from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from playwright.sync_api import Page

from app.services import credentials, mail, people
from app.services.sessions import ACR_PASSWORD, AMR_PASSWORD
from tests.factories import FACTS, open_session
from tests.servers.running import DemoTown

PASSWORD = "tuin kachel zwaluw 81"
IBAN = "NL91ABNA0417164300"


@dataclass(frozen=True)
class Resident:
    """Somebody of the town."""

    email: str = field(repr=False)
    password: str = field(default=PASSWORD, repr=False)
    id: str = ""


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
        made = people.create(services, db, new, town.house.clock.now)
    return Resident(email, id=made.person_id)


def be_signed_in(page: Page, town: DemoTown, person_id: str) -> None:
    """The cookie as a sign-in sets it, without the form: for stories that are about something else."""
    services = town.house.services
    _, secret = open_session(services, person_id, acr=ACR_PASSWORD, amr=AMR_PASSWORD, now=town.house.clock.now)
    page.context.add_cookies([{"name": "sluis-session", "value": secret, "url": town.issuer}])


def sign_in(page: Page, resident: Resident) -> None:
    """By the form that is open."""
    fill_in(page, "login", "login-submit", email=resident.email, password=resident.password)


def fill_in(page: Page, form: str, press: str, **typed: str) -> None:
    """Type into fields of the form that is open, by the rest of their ids, and press a button."""
    for name, text in typed.items():
        page.fill(f"#{form}-{name}", text)
    page.click(f"#{press}")


def share(page: Page, level: str) -> None:
    """On the picker that is open."""
    page.check(f"#level-{level}")
    page.click("#picker-share")


def mailed_link(town: DemoTown, email: str) -> str:
    """The link in the latest mail to an address."""
    letter = next(each for each in mail.latest(town.house.services, 500) if each.recipient == email)
    return next(word for word in letter.text.split() if word.startswith(town.issuer))
