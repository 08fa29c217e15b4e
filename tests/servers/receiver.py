"""A business's own web server, as it may be: it takes what is sent, refuses, hangs, trickles, redirects, floods."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

_PATIENCE_S = 60


@dataclass(frozen=True)
class Received:
    """One request as it arrived; header names in lower case."""

    path: str
    headers: dict[str, str]
    body: str


Answer = Callable[[BaseHTTPRequestHandler], None]


class Receiver:
    """Listens on a free port of 127.0.0.1. ``answers`` says what each request gets, and may be changed at any time."""

    def __init__(self, answers: Answer) -> None:
        self.answers = answers
        self.received: list[Received] = []
        self.ended = threading.Event()
        self._arrived = threading.Condition()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                self.close_connection = True
                receiver._keep(Received(self.path, headers, body.decode()))
                try:
                    receiver.answers(self)
                except OSError:  # whoever sent it has hung up
                    return

            def do_GET(self) -> None:
                self.do_POST()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/events"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def bodies(self) -> list[str]:
        """What was sent, in order of arrival."""
        return [each.body for each in self.received]

    def wait_for(self, count: int) -> list[Received]:
        """Wait until so many requests have come, and return them; fail when they do not."""
        with self._arrived:
            if not self._arrived.wait_for(lambda: len(self.received) >= count, timeout=_PATIENCE_S):
                pytest.fail(f"{len(self.received)} of {count} requests came in {_PATIENCE_S} s")
            return list(self.received)

    def close(self) -> None:
        """Let go of whoever still waits for an answer, and end."""
        self.ended.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(_PATIENCE_S)

    def hang(self, handler: BaseHTTPRequestHandler) -> None:
        """Never answer."""
        self.ended.wait(600)
        handler.close_connection = True

    def trickle(self, handler: BaseHTTPRequestHandler) -> None:
        """Begin a header and send it a byte at a time."""
        handler.wfile.write(b"HTTP/1.1 202 Accepted\r\nX-Slow: ")
        while not self.ended.wait(0.02):
            handler.wfile.write(b"x")

    def _keep(self, received: Received) -> None:
        with self._arrived:
            self.received.append(received)
            self._arrived.notify_all()


def answering(status: int, body: bytes = b"", **headers: str) -> Answer:
    """One whole answer."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def flooding(status: int) -> Answer:
    """Ten megabytes."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Length", str(10_000_000))
        handler.end_headers()
        for _ in range(100):
            handler.wfile.write(b"x" * 100_000)

    return answer


def in_turn(*answers: Answer) -> Answer:
    """One after the other, and the last from then on."""
    left = list(answers)

    def answer(handler: BaseHTTPRequestHandler) -> None:
        (left.pop(0) if len(left) > 1 else left[0])(handler)

    return answer


TAKES = answering(202)


@contextmanager
def receiving(answers: Answer = TAKES) -> Iterator[Receiver]:
    """Serve as long as the block lasts."""
    receiver = Receiver(answers)
    try:
        yield receiver
    finally:
        receiver.close()


@pytest.fixture
def make_receiver() -> Iterator[Callable[..., Receiver]]:
    """Servers for one test."""
    with ExitStack() as started:
        yield lambda answers=TAKES: started.enter_context(receiving(answers))


@pytest.fixture
def receiver(make_receiver: Callable[..., Receiver]) -> Receiver:
    """A server that takes everything."""
    return make_receiver()
