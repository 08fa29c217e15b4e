"""What a person does with their own account: password, addresses, language. A new way in asks the password again."""

from datetime import datetime, timedelta
from enum import Enum

from sqlalchemy import Connection

from app.domain.errors import Refusal
from app.services import (
    addresses,
    credentials,
    mail,
    mail_links,
    person_mail,
    sessions,
    throttles,
)
from app.services.addresses import OwnAddress
from app.services.mail_links import Purpose
from app.services.sessions import Session
from app.services.throttles import Limit
from app.services.wiring import Services
from app.storage import email_links, emails, people
from app.storage.emails import SignInAccount

MOST_ADDRESSES = 10
_PER_PERSON = Limit("mail-person", 10, 3600)
_CLICKS = timedelta(seconds=30)
"""So far apart two clicks on one button may arrive."""


class Asked(Enum):
    """What came of asking to confirm an address."""

    SENT = "sent"
    SIGNS_IN_NOW = "signs in now"
    CONFIRMED_BEFORE = "confirmed before"


def own_addresses(services: Services, person_id: str) -> tuple[OwnAddress, ...]:
    """The person's addresses, oldest first."""
    with services.database.read() as db:
        return addresses.of_person(services, db, person_id)


def sign_in_address(services: Services, person_id: str) -> str:
    """With which the person signs in, the oldest of them; empty while none is confirmed."""
    own = own_addresses(services, person_id)
    return next((each.address for each in own if each.signs_in and each.confirmed), "")


def prove(services: Services, session: Session, password: str, *, source: str, now: datetime) -> SignInAccount:
    """The account of whoever sits here, when they know its password; raises ``credentials.Wrong``."""
    with services.database.read() as db:
        person = people.find(db, session.person_id)
    account = None
    if person is not None:
        account = SignInAccount(person.id, "", person.password_hash, person.standing)
    tried = credentials.attempts(services, session.person_id, source)
    return credentials.check(services, account, password, tried, now)


def change_password(
    services: Services, session: Session, current: str, new: str, *, source: str, now: datetime
) -> None:
    """Replace the password; every other session ends. Raises ``credentials.Wrong`` or ``TooWeak``."""
    proved = prove(services, session, current, source=source, now=now)
    own = own_addresses(services, session.person_id)
    password_hash = credentials.hashed(services, new, [each.address for each in own])
    with services.database.write() as db:
        credentials.require_still(db, proved)
        # A link on its way to another address is no way in any more: whoever knew the old one may have asked for it.
        email_links.withdraw(db, session.person_id)
        replace_password(services, db, session.person_id, password_hash, now, but=session.id)


def changed_just_now(services: Services, session: Session, new: str, *, source: str, now: datetime) -> bool:
    """Whether this became the password a moment ago: of two clicks the second asks."""
    with services.database.read() as db:
        person = people.find(db, session.person_id)
    if person is None or person.password_changed_at is None:
        return False
    # Not the one the account was made with: each guess is looked at twice here, and counts as two.
    if person.password_changed_at <= person.created_at or now - person.password_changed_at > _CLICKS:
        return False
    try:
        prove(services, session, new, source=source, now=now)
    except credentials.Wrong:
        return False
    return True


def replace_password(
    services: Services,
    db: Connection,
    person_id: str,
    password_hash: str,
    now: datetime,
    *,
    but: str | None = None,
    others_stop: bool = False,
) -> None:
    """Store a new password, end the sessions the old one opened, one perhaps excepted, and tell the person.

    ``others_stop``: tell as well that addresses added later no longer sign in.
    """
    people.set_password(db, person_id, password_hash, now)
    sessions.end_all_in(services, db, person_id, now, but=but)
    words = {"recover": f"{services.settings.issuer}/recover", "others_stop": "yes" if others_stop else ""}
    person_mail.tell(services, db, person_id, "password_changed", words, now)


def add_address(
    services: Services,
    session: Session,
    password: str,
    address: str,
    *,
    language: str,
    source: str,
    now: datetime,
) -> Asked:
    """Mail a link to a new address that will sign in once confirmed; one of somebody else gets no link.

    Raises ``credentials.Wrong``; Refusal ``own_address`` when it signs in already, ``too_many`` beyond
    ``MOST_ADDRESSES``; TooMany when a person has mail sent too often.
    """
    proved = prove(services, session, password, source=source, now=now)
    count_mail(services, session.person_id, now)
    with services.database.write() as db:
        people.lock(db, session.person_id)
        credentials.require_still(db, proved)
        asked = _send_link(services, db, session.person_id, address, language=language, signs_in=True, now=now)
        if asked is Asked.CONFIRMED_BEFORE:
            raise Refusal("own_address", "The address signs in at this account already.")
        tell_of_addresses(services, db, session.person_id, now)
    return asked


def request_link(
    services: Services, person_id: str, address: str, *, language: str, signs_in: bool, now: datetime
) -> Asked:
    """Mail a confirmation link for one of the person's addresses, unless it is confirmed already.

    Refusal ``too_many`` beyond ``MOST_ADDRESSES``; TooMany when a person has mail sent too often.
    """
    count_mail(services, person_id, now)
    with services.database.write() as db:
        people.lock(db, person_id)
        return _send_link(services, db, person_id, address, language=language, signs_in=signs_in, now=now)


def _send_link(
    services: Services, db: Connection, person_id: str, address: str, *, language: str, signs_in: bool, now: datetime
) -> Asked:
    index = addresses.index(services, address)
    cipher = addresses.cipher(services, db, person_id)
    have = emails.of_person(db, person_id)
    known = next((email for email in have if email.address_index == index), None)
    if known is not None and known.confirmed_at is not None:
        if signs_in and not known.signs_in:
            emails.sign_in_with(db, known.id, now)
            return Asked.SIGNS_IN_NOW
        return Asked.CONFIRMED_BEFORE
    if known is None and len(have) >= MOST_ADDRESSES:
        raise Refusal("too_many", "There are as many addresses as there may be.")
    if (holder := emails.holder(db, index)) is not None:
        site = services.settings.issuer
        words = {"sign_in": f"{site}/sign-in", "recover": f"{site}/recover"}
        mail.queue(services, db, "already", address, language, now, person_id=holder, words=words)
        return Asked.SENT
    if known is None:
        known = addresses.add(services, db, cipher, person_id, address, now, signs_in=signs_in)
    elif signs_in:
        emails.sign_in_with(db, known.id, now)
    secret = mail_links.send(services, db, Purpose.CONFIRM, person_id, known.id, now, None)
    words = mail_links.link_words(services, "confirm", secret)
    mail.queue(services, db, "add_address", address, language, now, person_id=person_id, words=words)
    return Asked.SENT


def count_mail(services: Services, person_id: str, now: datetime) -> None:
    """Count a mail a person asks for; TooMany when they ask too often."""
    throttles.admit(services, _PER_PERSON, person_id, now, "Too many mails asked for by one person.")


def tell_of_addresses(services: Services, db: Connection, person_id: str, now: datetime) -> None:
    """Mail the person that an address was added or taken away, at each that signs in."""
    site = services.settings.issuer
    words = {"account": f"{site}/account", "recover": f"{site}/recover"}
    person_mail.tell(services, db, person_id, "addresses_changed", words, now)


def speak(services: Services, person_id: str, language: str) -> None:
    """The language of mail to this person."""
    with services.database.write() as db:
        people.speak(db, person_id, language)
