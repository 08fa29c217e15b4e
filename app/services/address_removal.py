"""Taking an address away from one's account: at once, or by a link sent to the address itself.

Whoever knows the password must not shut out the owner with an address of their own. So the oldest address that signs in
goes without a link to itself only a week after the next one was added, of which it was told.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from app.domain.errors import Refusal
from app.services import account, addresses, correction, credentials, mail, mail_links
from app.services.mail_links import Purpose
from app.services.sessions import Session
from app.services.wiring import Services
from app.storage import emails, people
from app.storage.emails import Email

_NOTICE = timedelta(days=7)


def freely_at(services: Services, person_id: str, email_id: str) -> datetime:
    """From when the address goes without a link to itself; Refusal ``last_address`` or ``no_address``."""
    with services.database.read() as db:
        return _freely_at(*_parted(emails.of_person(db, person_id), email_id))


def remove(
    services: Services,
    session: Session,
    password: str,
    email_id: str,
    *,
    language: str,
    source: str,
    now: datetime,
) -> datetime | None:
    """Take an address away, or mail it a link that does; returns from when it can be taken away without one.

    Raises ``credentials.Wrong``; Refusal ``last_address`` for the last that signs in, ``no_address``;
    TooMany when a person has mail sent too often.
    """
    proved = account.prove(services, session, password, source=source, now=now)
    account.count_mail(services, session.person_id, now)
    with services.database.write() as db:
        people.lock(db, session.person_id)
        credentials.require_still(db, proved)
        gone, others = _parted(emails.of_person(db, session.person_id), email_id)
        free_at = _freely_at(gone, others)
        if free_at <= now:
            _take_away(services, db, gone, now)
            return None
        secret = mail_links.send(services, db, Purpose.REMOVE, session.person_id, email_id, now, None)
        words = mail_links.link_words(services, "account/addresses/removal", secret)
        words["recover"] = f"{services.settings.issuer}/recover"
        own = addresses.opened(addresses.cipher(services, db, session.person_id), gone)
        mail.queue(services, db, "remove_address", own, language, now, person_id=session.person_id, words=words)
    return free_at


def remove_by_link(services: Services, secret: str, now: datetime) -> str:
    """Take away the address whose mailbox the link was sent to, once; returns whose it was.

    Refusal ``link_dead`` or ``last_address``.
    """
    link = mail_links.look(services, Purpose.REMOVE, secret, now)
    with services.database.write() as db:
        people.lock(db, link.person_id)
        mail_links.use(db, link, now)
        gone, _others = _parted(emails.of_person(db, link.person_id), link.email_id)
        _take_away(services, db, gone, now)
    return link.person_id


def _parted(have: Sequence[Email], email_id: str) -> tuple[Email, Sequence[Email]]:
    """The address to go, and the others that sign in, of which there must be one."""
    gone = next((email for email in have if email.id == email_id), None)
    if gone is None:
        raise Refusal("no_address", "There is no such address.", status=404)
    others = [email for email in have if email.signs_in and email.confirmed_at and email.id != email_id]
    if not others:
        raise Refusal("last_address", "The last address that signs in cannot be removed.", status=409)
    return gone, others


def _freely_at(gone: Email, others: Sequence[Email]) -> datetime:
    """From when on nobody is shut out by it: at once for an address that does not sign in or outranks no other."""
    first = min(email.created_at for email in others)
    outranks = gone.signs_in and gone.confirmed_at is not None and gone.created_at < first
    return first + _NOTICE if outranks else gone.created_at


def _take_away(services: Services, db: Connection, gone: Email, now: datetime) -> None:
    account.tell_of_addresses(services, db, gone.person_id, now)
    emails.remove(db, gone.id)
    correction.mark_email(services, db, gone.person_id, now)
