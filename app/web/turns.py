"""Has a request arrive as a whole before it takes a thread's turn: a client that sends slowly waits by itself.

Reading is cheap, and hundreds may wait for the rest of their body at once; running the application is not.
"""

from collections.abc import Iterable
from io import BytesIO
from threading import BoundedSemaphore
from typing import TYPE_CHECKING

from app.web.limits import LONGEST_BODY

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class TakingTurns:
    """A WSGI application that runs another one, a few requests at a time."""

    def __init__(self, application: "WSGIApplication", at_once: int) -> None:
        self._application = application
        self._turns = BoundedSemaphore(at_once)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Read what is sent, wait for a turn, and answer."""
        announced = environ.get("CONTENT_LENGTH") or ""
        if announced or "HTTP_TRANSFER_ENCODING" in environ:
            length = int(announced) if announced.isdecimal() else None
            if length is None or length <= LONGEST_BODY:  # one that says it is longer is not read at all
                body = _read(environ, LONGEST_BODY + 1 if length is None else length)
                if length is not None and len(body) < length:
                    start_response("400 Bad Request", [("Content-Length", "0")])  # whoever sent it is gone
                    return []
                environ |= {"wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))}
                environ.pop("HTTP_TRANSFER_ENCODING", None)  # it is in one piece now
        with self._turns:
            return self._application(environ, start_response)


def _read(environ: "WSGIEnvironment", most: int) -> bytes:
    body, stream = bytearray(), environ["wsgi.input"]
    while len(body) < most:
        try:
            more = stream.read(most - len(body))
        except OSError:
            break
        if not more:
            break
        body += more
    return bytes(body)
