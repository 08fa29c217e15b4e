"""One line a request: what was asked of which route, by which client, what came of it and how long it took.

Never the address itself: handles, codes and queries stand in it. What may be noted is the list in ``app.logs``.
"""

import logging
from http import HTTPStatus
from time import perf_counter

from flask import Flask, g, request
from werkzeug.wrappers import Response

_log = logging.getLogger("sluis.web")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT"})


def note(**fields: object) -> None:
    """Add to this request's line: codes, opaque ids and fixed words of ours."""
    g.setdefault("noted", {}).update(fields)


def install(app: Flask) -> None:
    """Log every request of this application; installed first, so that it sees what leaves."""

    @app.before_request
    def _begin() -> None:
        g.began = perf_counter()

    @app.after_request
    def _end(response: Response) -> Response:
        level = _level(response)
        if not _log.isEnabledFor(level):
            return response
        fields = {
            "method": request.method if request.method in _METHODS else "other",
            "route": request.url_rule.rule if request.url_rule else "none",
            "status": response.status_code,
            "ms": round((perf_counter() - g.began) * 1000, 1) if "began" in g else None,
            **g.get("noted", {}),
        }
        _log.log(level, "request", extra=fields)
        return response


def _level(response: Response) -> int:
    if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return logging.ERROR
    # A load balancer asks every few seconds.
    return logging.DEBUG if request.blueprint == "health" else logging.INFO
