"""Where the systems of businesses ask whether they may collect something. No cookie is read here."""

from flask import Blueprint
from werkzeug.wrappers import Response

from app.protocol.endpoints import consent_check
from app.protocol.front_doors import ENDPOINTS
from app.web import business_api
from app.web.forgery import open_to_others

blueprint = Blueprint("consent_check", __name__)

_DOOR = ENDPOINTS["consent_check_endpoint"]


@blueprint.route(_DOOR.path, methods=list(_DOOR.methods), provide_automatic_options=False)
@open_to_others
def check() -> Response:
    """Answer one question or a hundred."""
    return business_api.answer(consent_check.check)
