"""Routes an endpoint of the protocol by the methods its table declares: there, GET does not bring HEAD along.

Elsewhere Flask answers HEAD by running the GET; here that would disclose, issue a code or store a request.
"""

from typing import Any

from flask import Flask
from werkzeug.routing import Rule

from app.protocol import front_doors
from app.protocol.ssf import doors

_WITHOUT_HEAD = tuple(
    door.path for door in (*front_doors.ENDPOINTS.values(), *doors.ENDPOINTS.values()) if "HEAD" not in door.methods
)


class DeclaredRule(Rule):
    """A route that takes HEAD unless it is one of an endpoint that does not, or lies below one."""

    def __init__(self, string: str, **options: Any) -> None:
        super().__init__(string, **options)
        if self.methods is not None and any(string == path or string.startswith(f"{path}/") for path in _WITHOUT_HEAD):
            self.methods.discard("HEAD")


def install(app: Flask) -> None:
    """Make every route of ``app`` one of these; before any is added."""
    app.url_rule_class = DeclaredRule  # type: ignore[assignment]  # typed as Rule itself
