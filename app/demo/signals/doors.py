"""Where the provider itself knocks at a demo shop: a session has ended (OpenID Connect Back-Channel Logout)."""

from __future__ import annotations

from flask import Blueprint, jsonify, request
from werkzeug.wrappers import Response

from app.demo.front_door import reception
from app.demo.problems import LoginProblem
from app.demo.signals.tokens import Unbelievable

doors = Blueprint("signals", __name__)


@doors.post("/backchannel-logout")
def logout() -> tuple[Response, int] | Response:
    """End the visits that a logout token names."""
    at = reception()
    try:
        claims = at.reader.logout(request.form.get("logout_token", ""), at.party.now())
    except Unbelievable as exc:
        return _uncached(jsonify({"error": "invalid_request", "error_description": exc.err})), 400
    except LoginProblem:
        return _uncached(jsonify({"error": "temporarily_unavailable"})), 503
    at.customers.end_visits("ended_by_sluis", claims.get("sub"), claims.get("sid"))
    return _uncached(jsonify({}))


def _uncached(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
