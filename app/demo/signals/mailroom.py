"""Fetches a shop's messages every other second, has each dealt with once, and keeps the latest to show."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from threading import Event, Lock, Thread

from app.demo.problems import LoginProblem
from app.demo.signals import messages
from app.demo.signals.desk import Desk
from app.demo.signals.messages import Message
from app.demo.signals.stream import EventStream
from app.demo.signals.tokens import TokenReader, Unbelievable

_PAUSE_S = 1.5
_MOST_SHOWN = 100


class Mailroom:
    """One thread fetches; pages read what there is. ``connected`` is None until it has tried."""

    def __init__(self, stream: EventStream, reader: TokenReader, desk: Desk) -> None:
        self._stream = stream
        self._reader = reader
        self._desk = desk
        self._shown: deque[Message] = deque(maxlen=_MOST_SHOWN)
        self._lock = Lock()
        self._had: set[str] = set()
        self._refused: dict[str, str] = {}
        self._ended = Event()
        self.connected: bool | None = None

    def latest(self, sub: str | None = None) -> list[Message]:
        """What was told, latest first; of one person, if one is named."""
        with self._lock:
            return [message for message in self._shown if sub in (None, message.sub)]

    def start(self) -> None:
        """Fetch until ``stop``, beside whatever else the process does."""
        Thread(target=self._work, name="mailroom", daemon=True).start()

    def stop(self) -> None:
        self._ended.set()

    def collect(self) -> int:
        """Fetch once and deal with what came; returns how many came.

        Only what was dealt with is acknowledged, so what cannot be done now comes again.
        """
        try:
            tokens = self._stream.fetch(self._had, self._refused)
            self._had, self._refused = set(), {}
            self._take(tokens)
        except LoginProblem:
            self.connected = False
            return 0
        self.connected = True
        return len(tokens)

    def _take(self, tokens: Mapping[str, str]) -> None:
        for jti, token in tokens.items():
            try:
                message = messages.read(self._reader.event(token))
            except Unbelievable as exc:
                self._refused[jti] = exc.err
                continue
            if message is not None and all(message.jti != seen.jti for seen in self.latest()):
                done = replace(message, outcome=self._desk.deal_with(message))
                with self._lock:
                    self._shown.appendleft(done)
            self._had.add(jti)

    def _work(self) -> None:
        pause = 0.0
        while not self._ended.wait(pause):
            try:
                pause = 0.0 if self.collect() else _PAUSE_S
            except Exception:  # noqa: BLE001 - whatever went wrong with one message, the next may be well
                self.connected, pause = False, _PAUSE_S
