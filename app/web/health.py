"""Tells a load balancer whether this process can serve: the database answers and a key can sign."""

from flask import Blueprint, jsonify
from flask.wrappers import Response

from app.services.health import trouble
from app.web import current

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def show() -> tuple[Response, int]:
    """200 and ``ok``, or 503 and one word for what is wrong; no detail for strangers."""
    word = trouble(current.services(), current.now())
    return jsonify(status=word or "ok"), 503 if word else 200
