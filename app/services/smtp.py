"""The way to the mail server: encrypted and signed in as the settings say, or not at all."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from app.settings import Mail


@contextmanager
def connected(settings: Mail, timeout_s: float) -> Iterator[smtplib.SMTP]:
    """A server that takes mail from us; raises OSError or SMTPException where it does not."""
    if settings.tls == "implicit":
        context = ssl.create_default_context()
        server: smtplib.SMTP = smtplib.SMTP_SSL(settings.host, settings.port, timeout=timeout_s, context=context)
    else:
        server = smtplib.SMTP(settings.host, settings.port, timeout=timeout_s)
    with server:
        if settings.tls == "starttls":
            server.starttls(context=ssl.create_default_context())
        if settings.username:
            server.login(settings.username, settings.password)
        yield server
