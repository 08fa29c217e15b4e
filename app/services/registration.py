"""Making an account: asked with an address and a password, made real by the link sent to the address."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from app.domain.errors import Refusal
from app.services import addresses, correction, credentials, mail, mail_links, people, throttles
from app.services.mail_links import Purpose
from app.services.throttles import Limit
from app.services.wiring import Services
from app.storage import emails
from app.storage import people as person_rows

_PER_SOURCE = Limit("register-source", 60, 3600)


@dataclass(frozen=True)
class Asked:
    """What somebody filled in, the address read before."""

    email: str = field(repr=False)
    password: str = field(repr=False)
    name: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Confirmed:
    """An address was proved. ``new_account``: this made the account real, and its person signs in next."""

    person_id: str
    new_account: bool
    next_path: str | None


def register(
    services: Services, asked: Asked, *, language: str, next_path: str | None, source: str, now: datetime
) -> None:
    """Make an account that waits for its link, or tell the address that it has one: the answer is the same.

    Raises ``credentials.TooWeak`` before anything is looked up, and TooMany when one network source asks
    too much.
    """
    throttles.admit(services, _PER_SOURCE, throttles.network(source), now, "Too many registrations from one source.")
    # Hashed in any case: a known address must not be quicker.
    password_hash = credentials.hashed(services, asked.password, (asked.email, asked.name or ""))
    index = addresses.index(services, asked.email)
    flooded = mail_links.flooded(services, index, now)
    with services.database.write() as db:
        if flooded:
            return
        holder = emails.holder(db, index)
        attempt = db.begin_nested()
        made, secret = _make(services, db, asked, password_hash, language, next_path, now)
        if holder is not None:
            # Made and unmade: a known address must not be quicker by the work of an account either.
            attempt.rollback()
            site = services.settings.issuer
            words = {"sign_in": f"{site}/sign-in", "recover": f"{site}/recover"}
            mail.queue(services, db, "already", asked.email, language, now, person_id=holder, words=words)
            return
        attempt.commit()
        words = mail_links.link_words(services, "confirm", secret)
        mail.queue(services, db, "confirm", asked.email, language, now, person_id=made.person_id, words=words)


def _make(
    services: Services,
    db: Connection,
    asked: Asked,
    password_hash: str,
    language: str,
    next_path: str | None,
    now: datetime,
) -> tuple[people.Created, str]:
    """The account that waits, and the secret of its link."""
    known = {"name": asked.name} if asked.name else {}
    made = people.create(services, db, people.NewPerson(asked.email, password_hash, language, known), now)
    secret = mail_links.send(services, db, Purpose.CONFIRM, made.person_id, made.email_id, now, next_path)
    return made, secret


def confirm(services: Services, secret: str, now: datetime) -> Confirmed:
    """Prove an address by its link, once. Refusal ``link_dead``, or ``address_taken`` when somebody was first."""
    link = mail_links.look(services, Purpose.CONFIRM, secret, now)
    try:
        with services.database.write() as db:
            person_rows.lock(db, link.person_id)
            mail_links.use(db, link, now)
            emails.confirm(db, link.email_id, now)
            person = person_rows.find(db, link.person_id)
            person_rows.confirm(db, link.person_id, now)
            correction.mark_email(services, db, link.person_id, now)
    except IntegrityError:
        raise Refusal("address_taken", "The address belongs to another account.", status=409) from None
    new_account = person is not None and person.confirmed_at is None
    return Confirmed(link.person_id, new_account, link.next_path)
