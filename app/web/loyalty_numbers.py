"""Where a business says whose loyalty card a number is. No cookie is read here."""

from flask import Blueprint
from werkzeug.wrappers import Response

from app.protocol.endpoints import loyalty_numbers
from app.protocol.front_doors import ENDPOINTS
from app.web import business_api
from app.web.forgery import open_to_others

blueprint = Blueprint("loyalty_numbers", __name__, url_prefix=ENDPOINTS["loyalty_numbers_endpoint"].path)


@blueprint.post("")
@open_to_others
def add() -> Response:
    """Register a number that stands in the body, where nothing on its way writes it down."""
    return business_api.answer(loyalty_numbers.add)


@blueprint.put("/<number>")
@open_to_others
def register(number: str) -> Response:
    """Register it."""
    return business_api.answer(lambda call: loyalty_numbers.register(call, number))


@blueprint.delete("/<number>")
@open_to_others
def remove(number: str) -> Response:
    """Forget it."""
    return business_api.answer(lambda call: loyalty_numbers.remove(call, number))
