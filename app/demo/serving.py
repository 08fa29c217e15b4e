"""Serves one demo shop on the loopback address, without a word unless something is wrong."""

from __future__ import annotations

import signal
import socket
from threading import Thread
from types import FrameType

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

HOST = "127.0.0.1"


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Addresses asked for may hold codes and states; they are not logged."""


def serve(app: Flask, port: int) -> None:
    """Serve until SIGINT or SIGTERM. Raises OSError when the port cannot be had."""
    # Bound here, because Werkzeug ends the whole process on a taken port.
    with socket.create_server((HOST, port)) as listening:
        server = make_server(HOST, port, app, threaded=True, request_handler=_Quiet, fd=listening.fileno())

    def stop(_number: int, _frame: FrameType | None) -> None:
        # shutdown() waits for serve_forever(), which runs in this very thread.
        Thread(target=server.shutdown, daemon=True).start()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    server.serve_forever(poll_interval=0.2)
