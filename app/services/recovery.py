"""A forgotten password: a link to the address, used once, sets a new one and ends everything the old one opened."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.errors import Refusal
from app.domain.grants import Standing
from app.services import account, addresses, credentials, known_browsers, mail, mail_links, throttles
from app.services.mail_links import Purpose
from app.services.throttles import Attempt, Limit
from app.services.tokens import families
from app.services.wiring import Services
from app.storage import emails

_PER_SOURCE = Limit("recover-source", 60, 3600)
_PER_ADDRESS = Limit("mail-address", 6, 3600)
_PER_BROWSER = Limit("mail-browser", 6, 3600)


def ask(
    services: Services,
    email: str,
    *,
    language: str,
    next_path: str | None,
    source: str,
    now: datetime,
    browser: str = "",
) -> None:
    """Mail a link to an account's address, or tell an address without account; the answer is the same.

    ``browser`` is what the browser kept: from one the account knows, its owner gets a link however many others asked
    for. Refusal ``slow_down`` when one network source asks too much.
    """
    if throttles.count(services, (Attempt(_PER_SOURCE, throttles.network(source)),), now):
        raise Refusal("slow_down", "Too many recoveries from one source.")
    index = addresses.index(services, email)
    known = known_browsers.is_marked(services, index, browser)
    asked = Attempt(_PER_BROWSER, browser) if known else Attempt(_PER_ADDRESS, index)
    flooded = throttles.count(services, (asked,), now) > 0
    with services.database.write() as db:
        found = emails.account(db, index)
        if flooded or (found is not None and found.standing is not Standing.ACTIVE):
            return
        if found is None:
            words = {"register": f"{services.settings.issuer}/register"}
            mail.queue(services, db, "no_account", email, language, now, words=words)
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


def reset(services: Services, secret: str, password: str, now: datetime) -> Recovered:
    """Set a new password by a recovery link, once.

    Every session and refresh token of the person ends. Refusal ``link_dead``; raises ``credentials.TooWeak``,
    and the link still works.
    """
    link = mail_links.look(services, Purpose.RECOVER, secret, now)
    with services.database.read() as db:
        own = addresses.of_person(services, db, link.person_id)
    password_hash = credentials.hashed(services, password, [each.address for each in own])
    with services.database.write() as db:
        mail_links.use(db, link, now)
        account.replace_password(services, db, link.person_id, password_hash, now)
        families.revoke_all_of_person(services, db, link.person_id, now)
        indexes = [email.address_index for email in emails.of_person(db, link.person_id)]
    # Whoever reads the mail of the account is let in again, however often others guessed.
    throttles.forget(services, tuple(credentials.attempts(services, index, "")[0] for index in indexes))
    return Recovered(link.person_id, link.next_path)
