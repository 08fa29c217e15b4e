"""The one guarded way to reach what a client names: https to a public address, no redirect, little time, little data.

Every refusal looks the same to the client that named the address: what our network can reach is not told.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooSlow
from dataclasses import dataclass, field
from http import HTTPStatus
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

if TYPE_CHECKING:
    import requests

LONGEST_BODY = 64 * 1024
_CHUNK = 4096
_WORKERS = 4
_SENDERS = 256
"""48 are sent at once at most. A resolver that hangs keeps its thread for half a minute or so after the message was
given up, and the others must not wait for it."""
_USER_AGENT = "Sluis"
_HEADERS = {"Accept-Encoding": "identity", "User-Agent": _USER_AGENT}
_Found = TypeVar("_Found")


class Unfetchable(Exception):
    """Nothing usable was fetched. The reason is for the log."""


class FetchingBusy(Exception):
    """As many fetches are under way as may hold requests up; answer 503, to be retried."""


@dataclass(frozen=True)
class Answered:
    """What a receiver answered. ``body`` is read of a refusal only: whether it took the message is in the status."""

    status: int
    body: bytes = field(default=b"", repr=False)

    @property
    def accepted(self) -> bool:
        """Whether it took the message."""
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES


class Outbound:
    """Fetches documents and sends messages. Threads of its own: no slow resolver keeps a caller past the limit."""

    def __init__(
        self,
        *,
        timeout_s: float = 5.0,
        private_hosts: Collection[str] = (),
        own_host: str | None = None,
        trusted_certificates: str | None = None,
        fetches_at_once: int = _WORKERS,
    ) -> None:
        """``private_hosts`` are exempt from https and public addresses (development); ``own_host`` is never fetched.

        ``trusted_certificates`` names a PEM file to trust instead of the usual authorities. ``fetches_at_once`` leaves
        requests that fetch nothing the threads to be answered with, however many hosts hang.
        """
        self._timeout_s = timeout_s
        self._private_hosts = frozenset(private_hosts)
        self._own_host = own_host
        self._certificates = trusted_certificates
        self._turns = BoundedSemaphore(fetches_at_once)
        self._threads = ThreadPoolExecutor(fetches_at_once, thread_name_prefix="outbound")
        self._senders = ThreadPoolExecutor(_SENDERS, thread_name_prefix="outbound-send")

    def fetch_json(self, url: str) -> Any:
        """The JSON document at a registered address; Unfetchable or FetchingBusy as ``fetch``."""
        try:
            return json.loads(self.fetch(url, "application/json"))
        except (ValueError, RecursionError):
            raise Unfetchable("not JSON") from None

    def fetch(self, url: str, accepted: str) -> bytes:
        """What is at a registered address, asked for in the types ``accepted``; Unfetchable for everything else,
        within the time limit, and FetchingBusy at once when it is nobody's turn.
        """
        if not self._turns.acquire(blocking=False):
            raise FetchingBusy
        return self._in_time(self._threads.submit(self._fetched, url, accepted))

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answered:
        """Send a message to a registered address; Unfetchable when it was not reached within the time limit."""
        sending = self._senders.submit(self._guarded, url, lambda session: self._post(session, url, body, headers))
        return self._in_time(sending)

    def _in_time(self, asking: Future[_Found]) -> _Found:
        try:
            return asking.result(self._timeout_s)
        except TooSlow:
            raise Unfetchable("too slow") from None

    def _fetched(self, url: str, accepted: str) -> bytes:
        try:
            return self._guarded(url, lambda session: self._get(session, url, accepted))
        finally:
            self._turns.release()  # not when the caller gave up: a fetch that hangs has its thread still

    def _guarded(self, url: str, ask: Callable[[requests.Session], _Found]) -> _Found:
        parts = urlsplit(url)
        exempt = parts.hostname in self._private_hosts
        if not exempt and (
            parts.scheme != "https" or parts.port not in {None, 443} or parts.hostname == self._own_host
        ):
            raise Unfetchable("not https on the usual port of another host")
        from app.services import outbound_connections  # noqa: PLC0415 - most processes reach nobody

        with outbound_connections.session(self._timeout_s, self._certificates, public_only=not exempt) as session:
            try:
                return ask(session)
            except (OSError, ValueError, AssertionError) as error:  # the library's own are an OSError each
                raise Unfetchable(type(error).__name__) from None

    def _get(self, session: requests.Session, url: str, accepted: str) -> bytes:
        headers = {**_HEADERS, "Accept": accepted}
        with session.get(url, headers=headers, allow_redirects=False, stream=True, timeout=self._timeout_s) as response:
            return _document(response)

    def _post(self, session: requests.Session, url: str, body: bytes, headers: Mapping[str, str]) -> Answered:
        with session.post(
            url,
            data=body,
            headers={"Accept": "application/json", **_HEADERS, **headers},
            allow_redirects=False,
            stream=True,
            timeout=self._timeout_s,
        ) as response:
            answered = Answered(response.status_code)
            if answered.accepted:
                return answered
            return Answered(response.status_code, _said(response))


def _document(response: requests.Response) -> bytes:
    if response.status_code != HTTPStatus.OK:
        raise Unfetchable(f"status {response.status_code}")
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise Unfetchable("compressed")
    return _read(response)


def _said(response: requests.Response) -> bytes:
    """What a receiver says beside its refusal; nothing when that is too long or broken: the status says enough."""
    try:
        return _read(response)
    except (Unfetchable, OSError):
        return b""


def _read(response: requests.Response) -> bytes:
    body = b""
    for chunk in response.iter_content(_CHUNK):
        body += chunk
        if len(body) > LONGEST_BODY:
            raise Unfetchable("too long")
    return body
