"""Sends waiting mail by SMTP: each mail leased, sent, forgotten; tried again later when the server says no.

A worker that dies between sending and forgetting sends once more: better twice than never. In development with
the mailbox nothing is sent.
"""

import logging
import re
import smtplib
from collections import deque
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import urlsplit

from app.jobs.report import Report
from app.jobs.steady_clock import clock_from
from app.services import mail, smtp
from app.services.mail import Letter, Waiting
from app.services.wiring import Services
from app.settings import Mail

_log = logging.getLogger("sluis.jobs")

_BATCH = 20
_TIMEOUT_S = 10
LEASE = timedelta(minutes=2)
"""Longer than an attempt takes; then another worker may take the mail."""
_TURN = LEASE / 2
"""How long mail is begun with: at a server that is slow, what is left of a batch would be another worker's by then."""
_WAITS = tuple(timedelta(seconds=wait) for wait in (5, 30, 120, 600, 1800, 3600, 3600, 3600))
"""How long to wait after each failed attempt; after the last of these, as long again each time."""
_KEPT = timedelta(days=4)
"""How long mail is tried (RFC 5321 section 4.5.4.1): whoever is to be asked is asked, also when the mail server was
away for a weekend."""
_KEPT_WHILE_WAITED_FOR = timedelta(days=1)
_WAITED_FOR = frozenset({"add_address", "already", "confirm", "no_account", "recover", "remove_address"})
"""Somebody looks for these now; a day later their link is dead."""
_REFUSED = 500
"""Replies from here on are said for good."""
_NO_SUCH_ADDRESS = re.compile(rb"[45]\.(1\.([1-46]|10)|2\.[12])\b")
"""What a server says of an address or its full mailbox (RFC 3463 sections 3.2, 3.3; RFC 7505), not of us or itself."""


def run(services: Services, now: datetime) -> Report:
    """Send what is due, a batch at most."""
    settings = services.settings.mail
    if settings.transport != "smtp":
        return Report()
    due = mail.lease(services, now, LEASE, _BATCH)
    if not due:
        return Report()
    left, sent, reached = deque(_worth_sending(services, due, now)), 0, False
    clock = clock_from(now)
    try:
        with smtp.connected(settings, _TIMEOUT_S) as server:
            reached = True
            while left and clock() - now < _TURN:
                sent += _send(services, server, settings, left[0], now)
                left.popleft()
    except (OSError, smtplib.SMTPException) as fault:
        _log.warning("mail server not reached", extra={"error": type(fault).__name__})
        while left:
            _later(services, left.popleft(), now)
            if reached:  # what one mail did to the connection is no fault of the others
                break
    for untried in left:
        mail.postpone(services, untried.letter.id, now)
    return Report({"sent": sent, "failed": len(due) - sent}, more=len(due) == _BATCH and sent > 0)


def _worth_sending(services: Services, due: tuple[Waiting, ...], now: datetime) -> Iterator[Waiting]:
    """What is due, without what nobody waits for any more: also one that was never tried, since no worker ran."""
    for waiting in due:
        if waiting.kind in _WAITED_FOR and now - waiting.since >= _KEPT_WHILE_WAITED_FOR:
            _give_up(services, waiting)
        else:
            yield waiting


def _send(services: Services, server: smtplib.SMTP, settings: Mail, waiting: Waiting, now: datetime) -> bool:
    try:
        server.send_message(message(services, settings, waiting.letter, now))
    except smtplib.SMTPServerDisconnected:
        raise
    except (smtplib.SMTPException, ValueError) as fault:
        reply = _reply(fault)
        about = {"mail_id": waiting.letter.id, "error": type(fault).__name__, "status": reply}
        _log.warning("mail not accepted", extra=about)
        _later(services, waiting, now, for_good=_for_good(fault, reply), address_refused=_is_of_the_address(fault))
        return False
    mail.forget(services, waiting.letter.id)
    return True


def _reply(fault: Exception) -> int | None:
    """The number a server refused with, which says what the operator or the recipient has to mend."""
    match fault:
        case smtplib.SMTPRecipientsRefused():
            return max(code for code, _words in fault.recipients.values())
        case smtplib.SMTPResponseException():
            return fault.smtp_code
        case _:
            return None


def _for_good(fault: Exception, reply: int | None) -> bool:
    """Whether this mail will never be taken. A sender that is refused is the operator's to mend."""
    if isinstance(fault, smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError):
        return reply is not None and reply >= _REFUSED
    return isinstance(fault, ValueError | smtplib.SMTPNotSupportedError)


def _is_of_the_address(fault: Exception) -> bool:
    """Whether there is nothing to mend here: the recipient mistyped, left, or has a mailbox that is full."""
    if not isinstance(fault, smtplib.SMTPRecipientsRefused):
        return False
    return all(_NO_SUCH_ADDRESS.match(words) for _code, words in fault.recipients.values())


def message(services: Services, settings: Mail, letter: Letter, now: datetime) -> EmailMessage:
    """The mail as it goes out. A line break in an address or subject raises ValueError: no header can be added.

    So does a recipient that the library reads as another address, which it decodes (RFC 2047), or as several.
    """
    wire = EmailMessage(policy=SMTP)
    wire["From"] = settings.sender
    wire["To"] = letter.recipient
    if [each.addr_spec for each in wire["To"].addresses] != [letter.recipient]:
        raise ValueError
    wire["Subject"] = letter.subject
    wire["Date"] = format_datetime(now)
    wire["Message-ID"] = f"<{letter.id}@{urlsplit(services.settings.issuer).hostname}>"
    wire["Auto-Submitted"] = "auto-generated"
    wire.set_content(letter.text, cte="8bit")
    return wire


def _later(
    services: Services, waiting: Waiting, now: datetime, *, for_good: bool = False, address_refused: bool = False
) -> None:
    if waiting.attempts > len(_WAITS) if for_good else now - waiting.since >= _KEPT:
        _give_up(services, waiting)
        return
    until = now + _WAITS[min(waiting.attempts, len(_WAITS)) - 1]
    mail.postpone(services, waiting.letter.id, until, address_refused=address_refused)


def _give_up(services: Services, waiting: Waiting) -> None:
    _log.error("mail given up", extra={"mail_id": waiting.letter.id, "attempts": waiting.attempts})
    mail.forget(services, waiting.letter.id)
