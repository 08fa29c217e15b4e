"""Links in mail: a secret in the mail, its digest here. Looking at one spends nothing; using one works once."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection

from app.crypto.digests import digest, new_secret
from app.domain.errors import Refusal
from app.domain.grants import Standing
from app.services import throttles
from app.services.throttles import Attempt, Limit
from app.services.wiring import Services
from app.storage import email_links, people
from app.storage.email_links import Link

_PER_ADDRESS = Limit("mail-address", 6, 3600)


class Purpose(StrEnum):
    """What a link is for; one for one thing is no use for another."""

    CONFIRM = "confirm"
    RECOVER = "recover"
    REMOVE = "remove"


def send(
    services: Services,
    db: Connection,
    purpose: Purpose,
    person_id: str,
    email_id: str,
    now: datetime,
    next_path: str | None,
) -> str:
    """Store a new link and return its secret. A new recovery link replaces the one sent to this address before."""
    login = services.settings.login
    life_s = login.recovery_link_s if purpose is Purpose.RECOVER else login.email_link_s
    if purpose is Purpose.RECOVER:
        email_links.withdraw(db, person_id, purpose, email_id)
    secret = new_secret()
    expires_at = now + timedelta(seconds=life_s)
    email_links.add(db, Link(digest(secret), person_id, email_id, purpose, now, expires_at, next_path=next_path))
    return secret


def flooded(services: Services, address_index: bytes, now: datetime) -> bool:
    """Count a mail that anybody may ask for to an address, by registering or recovering: whether it is one too many."""
    return throttles.count(services, (Attempt(_PER_ADDRESS, address_index),), now) > 0


def link_words(services: Services, way: str, secret: str) -> dict[str, str]:
    """What a mail says of a link to the page at ``way``, other than one to recover."""
    hours = services.settings.login.email_link_s // 3600
    return {"link": f"{services.settings.issuer}/{way}/{secret}", "hours": str(hours)}


def look(services: Services, purpose: Purpose, secret: str, now: datetime) -> Link:
    """The link behind a secret, still unused; Refusal ``link_dead`` for any other. Spends nothing."""
    with services.database.read() as db:
        link = email_links.find(db, digest(secret))
        person = None if link is None else people.find(db, link.person_id)
    if link is None or link.purpose != purpose or not link.open(now):
        raise dead()
    if person is None or person.standing is not Standing.ACTIVE:
        raise dead()
    return link


def use(db: Connection, link: Link, now: datetime) -> None:
    """Spend a link inside the transaction of its act; Refusal ``link_dead`` for every caller but the first."""
    if not email_links.use(db, link.secret_digest, now):
        raise dead()


def dead() -> Refusal:
    """What whoever opens a link is told that leads nowhere."""
    return Refusal("link_dead", "The link was used, is too old, or is not complete.", status=410)
