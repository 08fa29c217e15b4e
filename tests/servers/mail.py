"""A real SMTP server that keeps what it is sent."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Condition
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

_PATIENCE_S = 60


class SmtpServer(Controller):
    """Listens on a free port of 127.0.0.1; ``messages`` holds all mail in order of arrival, none from ``refusing``.

    ``replies`` says what it answers to a recipient instead of taking the mail; with 421 it hangs up too.
    """

    def __init__(self, refusing: str = "") -> None:
        self._refusing = refusing
        # Binding first and handing over the socket leaves no moment in which another could take the port.
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.messages: list[EmailMessage] = []
        self.replies: dict[str, str] = {}
        self._arrived = Condition()
        super().__init__(self, hostname="127.0.0.1", port=self._socket.getsockname()[1])

    def _create_server(self) -> Any:
        return self.loop.create_server(self._factory_invoker, sock=self._socket)

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Take this sender, or refuse it."""
        if address == self._refusing:
            return "550 Not from you"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Take this recipient, or answer as told."""
        reply = self.replies.get(address, "250 OK")
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        if reply.startswith("421") and server.transport is not None:
            server.transport.close()
        return reply

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep the message."""
        message = message_from_bytes(envelope.original_content or b"", policy=policy.default)
        with self._arrived:
            self.messages.append(message)
            self._arrived.notify_all()
        return "250 Kept"

    def sent_to(self, address: str, count: int = 1) -> list[EmailMessage]:
        """Wait until this address has had so many messages and return them; fail when they do not come."""

        def theirs() -> list[EmailMessage]:
            return [message for message in self.messages if address in str(message["To"])]

        with self._arrived:
            if not self._arrived.wait_for(lambda: len(theirs()) >= count, timeout=_PATIENCE_S):
                pytest.fail(f"{len(theirs())} of {count} messages came in {_PATIENCE_S} s")
            return theirs()


@contextmanager
def serving_mail(refusing: str = "") -> Iterator[SmtpServer]:
    """Serve mail as long as the block lasts, for fixtures that live longer than one test."""
    server = SmtpServer(refusing)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture
def smtp_server() -> Iterator[SmtpServer]:
    """Serve mail for one test."""
    with serving_mail() as server:
        yield server
