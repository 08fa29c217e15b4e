"""Serves a Flask app on a free port of 127.0.0.1 for as long as a test wants it."""

import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.test import run_wsgi_app

from tests.servers.templates import CompiledTemplates

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class _Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


def _buffered(app: Flask) -> "WSGIApplication":
    """Read an answer and close its file before it goes out: Werkzeug leaves it open when a browser is gone already."""

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        parts, status, headers = run_wsgi_app(app, environ, buffered=True)
        start_response(status, headers.to_wsgi_list())
        return parts

    return answer


@contextmanager
def serving(build: Callable[[str], Flask], port: int = 0) -> Iterator[str]:
    """Serve what ``build`` makes of its own address, and yield that address."""
    with socket.create_server(("127.0.0.1", port)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        app = build(url)
        app.jinja_env.bytecode_cache = CompiledTemplates()
        server = make_server(
            "127.0.0.1",
            listening.getsockname()[1],
            _buffered(app),
            threaded=True,
            request_handler=_Quiet,
            fd=listening.fileno(),
        )
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield url
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
