"""Writes mail in the person's language and queues it, sealed, in the transaction of the act it tells of.

Sending is a job's. No mail holds text that anybody typed: only our words, links of ours, days, and at most the name
of a business the operator looked at.
"""

import json
import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

from babel.dates import format_date
from sqlalchemy import Connection

from app.crypto.encryption_keys import Undecryptable, unwrap, wrap
from app.domain.purposes import LANGUAGES
from app.services import templates
from app.services.local_time import LOCAL_TIME
from app.services.wiring import Services
from app.storage import mail as rows
from app.storage.mail import SealedMail

_LABEL = "mail"
_log = logging.getLogger("sluis.jobs")


@dataclass(frozen=True)
class Letter:
    """One mail as its reader gets it."""

    id: str
    recipient: str = field(repr=False)
    subject: str
    text: str = field(repr=False)


@dataclass(frozen=True)
class Waiting:
    """A mail leased for one attempt; ``attempts`` counts this one too."""

    letter: Letter
    attempts: int
    kind: str
    since: datetime


def queue(
    services: Services,
    db: Connection,
    kind: str,
    recipient: str,
    language: str,
    now: datetime,
    *,
    person_id: str | None = None,
    words: Mapping[str, str],
) -> None:
    """Write a mail of this kind (templates/_mail/<kind>.txt) and leave it for the worker."""
    mail_id = uuid4().hex
    subject, text = written(kind, language, words)
    content = json.dumps([recipient, subject, text]).encode()
    sealed = wrap(services.secrets, content, _LABEL, mail_id)
    rows.add(db, SealedMail(mail_id, person_id, kind, sealed, now, now))


def opened(services: Services, mail: SealedMail) -> Letter:
    """The mail in clear, for the moment it is sent or shown."""
    return Letter(mail.id, *json.loads(unwrap(services.secrets, mail.content_sealed, _LABEL, mail.id)))


def lease(services: Services, now: datetime, length: timedelta, limit: int) -> tuple[Waiting, ...]:
    """Take due mail for an attempt; until the lease ends no other worker does. One that cannot be read stays behind."""
    with services.database.read() as db:
        due = rows.due(db, now, limit)
    if not due:
        return ()
    with services.database.write() as db:
        leased = [mail for mail in due if rows.lease(db, mail, now + length)]
    return tuple(_readable(services, leased))


def _readable(services: Services, leased: Sequence[SealedMail]) -> Iterator[Waiting]:
    for mail in leased:
        try:
            letter = opened(services, mail)
        except Undecryptable as fault:
            _log.error("mail cannot be read", extra={"mail_id": mail.id, "error": type(fault).__name__})
        else:
            yield Waiting(letter, mail.attempts + 1, mail.kind, mail.created_at)


def postpone(services: Services, mail_id: str, until: datetime, *, address_refused: bool = False) -> None:
    """The attempt failed; the next one is then. ``address_refused``: nothing is wrong but the recipient's address."""
    with services.database.write() as db:
        rows.postpone(db, mail_id, until, address_refused=address_refused)


def forget(services: Services, mail_id: str) -> None:
    """The mail was delivered, or is given up."""
    with services.database.write() as db:
        rows.remove(db, mail_id)


def latest(services: Services, limit: int = 50) -> tuple[Letter, ...]:
    """Waiting mail, the newest first; for the mailbox of a development machine, where none is ever sent."""
    with services.database.read() as db:
        return tuple(opened(services, mail) for mail in rows.latest(db, limit))


def find(services: Services, mail_id: str) -> Letter | None:
    """One mail of that mailbox."""
    with services.database.read() as db:
        mail = rows.find(db, mail_id)
    return None if mail is None else opened(services, mail)


def day(moment: datetime, language: str) -> str:
    """A day in a mail, such as "3 March 2027", as the calendar in the Netherlands says."""
    return str(format_date(moment.astimezone(LOCAL_TIME).date(), "d MMMM y", locale=language))


def written(kind: str, language: str, words: Mapping[str, str]) -> tuple[str, str]:
    """Subject and text of a kind of mail. ``words`` are ours: links, days, numbers, a business's name."""
    template = templates.in_language(language if language in LANGUAGES else "en").get_template(f"_mail/{kind}.txt")
    context = template.new_context({"lang": language, **words})
    subject = " ".join("".join(template.blocks["subject"](context)).split())
    # No line is broken here: on a phone, lines of the width of a desk break once more, in the middle.
    text = template.render(lang=language, **words).strip()
    return subject, re.sub(r"\n{3,}", "\n\n", text) + "\n"
