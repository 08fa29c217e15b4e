"""Sends waiting mail by SMTP: each mail leased, sent, forgotten; tried again later when the server says no.

A worker that dies between sending and forgetting sends once more: better twice than never. In development with
the mailbox nothing is sent.
"""

import logging
import smtplib
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import urlsplit

from app.jobs.report import Report
from app.services import mail, smtp
from app.services.mail import Letter
from app.services.wiring import Services
from app.settings import Mail

_log = logging.getLogger("sluis.jobs")

_BATCH = 20
_TIMEOUT_S = 10
LEASE = timedelta(minutes=2)
"""Longer than an attempt takes; then another worker may take the mail."""
_WAITS = tuple(timedelta(seconds=wait) for wait in (5, 30, 120, 600, 1800, 3600, 3600, 3600))
"""How long to wait after each failed attempt; a link is old by the time these are used up."""


def run(services: Services, now: datetime) -> Report:
    """Send what is due, a batch at most."""
    settings = services.settings.mail
    if settings.transport != "smtp":
        return Report()
    due = mail.lease(services, now, LEASE, _BATCH)
    if not due:
        return Report()
    sent = 0
    try:
        with smtp.connected(settings, _TIMEOUT_S) as server:
            for waiting in due:
                if _send(services, server, settings, waiting, now):
                    sent += 1
    except (OSError, smtplib.SMTPException) as fault:
        _log.warning("mail server not reached", extra={"error": type(fault).__name__})
        for waiting in due:
            _later(services, waiting, now)
    return Report({"sent": sent, "failed": len(due) - sent}, more=len(due) == _BATCH and sent > 0)


def _send(services: Services, server: smtplib.SMTP, settings: Mail, waiting: mail.Waiting, now: datetime) -> bool:
    try:
        server.send_message(message(services, settings, waiting.letter, now))
    except smtplib.SMTPServerDisconnected:
        raise
    except (smtplib.SMTPException, ValueError) as fault:
        _log.warning("mail not accepted", extra={"mail_id": waiting.letter.id, "error": type(fault).__name__})
        _later(services, waiting, now)
        return False
    mail.forget(services, waiting.letter.id)
    return True


def message(services: Services, settings: Mail, letter: Letter, now: datetime) -> EmailMessage:
    """The mail as it goes out. A line break in an address or subject raises ValueError: no header can be added."""
    wire = EmailMessage(policy=SMTP)
    wire["From"] = settings.sender
    wire["To"] = letter.recipient
    wire["Subject"] = letter.subject
    wire["Date"] = format_datetime(now)
    wire["Message-ID"] = f"<{letter.id}@{urlsplit(services.settings.issuer).hostname}>"
    wire["Auto-Submitted"] = "auto-generated"
    wire.set_content(letter.text, cte="8bit")
    return wire


def _later(services: Services, waiting: mail.Waiting, now: datetime) -> None:
    if waiting.attempts > len(_WAITS):
        _log.error("mail given up", extra={"mail_id": waiting.letter.id, "attempts": waiting.attempts})
        mail.forget(services, waiting.letter.id)
        return
    mail.postpone(services, waiting.letter.id, now + _WAITS[waiting.attempts - 1])
