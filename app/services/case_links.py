"""The links by which a business answers one erasure case without software of its own, and the mail that brings them.

A link is a secret in a mail, its digest here; it opens one case, and nothing once that is closed.
"""

from datetime import datetime

from sqlalchemy import Connection

from app.crypto.digests import digest, new_secret
from app.domain.cases import Case
from app.domain.clients import Client
from app.domain.errors import Refusal
from app.services import mail
from app.services.wiring import Services
from app.storage import cases

_DUTCH_SPEAKING = frozenset({"NL", "BE"})


def ask(services: Services, db: Connection, case: Case, client: Client, now: datetime) -> None:
    """Mail a business that it is asked to erase, in the caller's transaction; one without an address has the API."""
    _send(services, db, "erasure_asked", case, client, now)


def remind(services: Services, db: Connection, case: Case, client: Client, now: datetime) -> None:
    """Mail it once more. The link of the first mail goes on working."""
    _send(services, db, "erasure_reminder", case, client, now)


def behind(services: Services, secret: str) -> Case:
    """The case a link is for, open or closed; Refusal ``link_dead`` when it is for none."""
    with services.database.read() as db:
        case = cases.behind_link(db, digest(secret))
    if case is None:
        raise Refusal("link_dead", "The link is not complete, or was never one.", status=404)
    return case


def _send(services: Services, db: Connection, kind: str, case: Case, client: Client, now: datetime) -> None:
    details = client.business.details
    address = details.get("privacy_contact")
    # A business that registered itself could have us write to anybody: only an address an operator applied is used.
    if not address or not client.business.verified:
        return
    secret = new_secret()
    cases.add_link(db, digest(secret), case.id, now)
    language = "nl" if details.get("country") in _DUTCH_SPEAKING else "en"
    words = {
        "link": f"{services.settings.issuer}/cases/answer/{secret}",
        "date": mail.day(case.answer_before, language),
        "asked": mail.day(case.opened_at, language),
        "over": "yes" if case.overdue(now) else "",
        "gone": "yes" if case.person_id is None else "",
    }
    mail.queue(services, db, kind, str(address), language, now, words=words)
