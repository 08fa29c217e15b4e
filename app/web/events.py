"""A business's own events at /v1: which could not be delivered, and send them again. No cookie is read."""

from flask import Blueprint
from werkzeug.wrappers import Response

from app.protocol.endpoints import event_letters
from app.web import business_api
from app.web.forgery import open_to_others

blueprint = Blueprint("events", __name__, url_prefix="/v1/events")


@blueprint.route("/dead", methods=["GET"], provide_automatic_options=False)
def dead() -> Response:
    """What was given up."""
    return business_api.answer(event_letters.dead)


@blueprint.route("/replay", methods=["POST"], provide_automatic_options=False)
@open_to_others
def replay() -> Response:
    """Send it again."""
    return business_api.answer(event_letters.replay)
