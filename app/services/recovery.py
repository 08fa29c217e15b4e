"""A forgotten password: a link to the address, used once, sets a new one and ends everything the old one opened.

An address outranks those that were added after it: once somebody recovers with it, those no longer sign in.
"""

from dataclasses import dataclass, field
from datetime import datetime

from app.domain.grants import Standing
from app.services import account, addresses, credentials, known_browsers, mail, mail_links, throttles
from app.services.mail_links import Purpose
from app.services.throttles import Limit
from app.services.tokens import families
from app.services.wiring import Services
from app.storage import email_links, emails, people

_PER_SOURCE = Limit("recover-source", 60, 3600)


def ask(services: Services, email: str, *, language: str, next_path: str | None, source: str, now: datetime) -> None:
    """Mail a link to an account's address, or tell an address without account; the answer is the same.

    However often others ask, the owner gets a link that works: past the limit another is sent once none is left.
    TooMany when one network source asks too much.
    """
    throttles.admit(services, _PER_SOURCE, throttles.network(source), now, "Too many recoveries from one source.")
    index = addresses.index(services, email)
    flooded = mail_links.flooded(services, index, now)
    with services.database.write() as db:
        found = emails.account(db, index)
        if found is None:
            if not flooded:
                words = {"register": f"{services.settings.issuer}/register"}
                mail.queue(services, db, "no_account", email, language, now, words=words)
            return
        if found.standing is not Standing.ACTIVE:
            return
        if flooded:
            people.lock(db, found.person_id)  # of requests at one moment, one sends
            if email_links.waits(db, found.email_id, Purpose.RECOVER, now):
                return
        secret = mail_links.send(services, db, Purpose.RECOVER, found.person_id, found.email_id, now, next_path)
        words = {
            "link": f"{services.settings.issuer}/recover/{secret}",
            "minutes": str(services.settings.login.recovery_link_s // 60),
        }
        # To the address as it was confirmed: where capitals matter, the one typed is another mailbox.
        own = addresses.of_person(services, db, found.person_id)
        confirmed = next(each.address for each in own if each.id == found.email_id)
        mail.queue(services, db, "recover", confirmed, language, now, person_id=found.person_id, words=words)


@dataclass(frozen=True)
class Recovered:
    """Whose password was replaced, and the path to go on with."""

    person_id: str
    next_path: str | None
    others_stopped: bool
    """Whether addresses added later did sign in, and no longer do."""
    browser: str = field(repr=False)
    """What the browser keeps to be known: whoever reads the mail of the account sits there."""


def reset(services: Services, secret: str, password: str, now: datetime) -> Recovered:
    """Set a new password by a recovery link, once.

    Every session and refresh token of the person ends, and no address added later signs in: one that was added by
    whoever knew the old password would take the account back. Refusal ``link_dead``; raises ``credentials.TooWeak``,
    and the link still works.
    """
    link = mail_links.look(services, Purpose.RECOVER, secret, now)
    with services.database.read() as db:
        own = addresses.of_person(services, db, link.person_id)
    password_hash = credentials.hashed(services, password, [each.address for each in own])
    with services.database.write() as db:
        people.lock(db, link.person_id)
        mail_links.use(db, link, now)
        have = emails.of_person(db, link.person_id)
        by = next((email for email in have if email.id == link.email_id and email.signs_in), None)
        if by is None:
            raise mail_links.dead()
        later = [email.id for email in have if email.signs_in and email.created_at > by.created_at]
        # Links that recover with an address of before this one go on: nobody with a later one keeps its owner out.
        for other in (Purpose.CONFIRM, Purpose.REMOVE):
            email_links.withdraw(db, link.person_id, other)
        # Told before they stop: whoever it was that added them hears it.
        account.replace_password(services, db, link.person_id, password_hash, now, others_stop=bool(later))
        emails.stop_signing_in(db, later)
        families.revoke_all_of_person(services, db, link.person_id, now)
        indexes = [email.address_index for email in have]
    # Whoever reads the mail of the account is let in again, however often others guessed.
    throttles.forget(services, tuple(credentials.attempts(services, index, "")[0] for index in indexes))
    return Recovered(link.person_id, link.next_path, bool(later), known_browsers.mark(services, by.address_index))
