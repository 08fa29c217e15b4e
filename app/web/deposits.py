"""Where a business deposits what it collected, reads it back and takes it back. No cookie is read here."""

from flask import Blueprint
from werkzeug.wrappers import Response

from app.protocol.endpoints import deposits
from app.protocol.front_doors import ENDPOINTS
from app.web import business_api
from app.web.forgery import open_to_others

blueprint = Blueprint("deposits", __name__, url_prefix=ENDPOINTS["deposits_endpoint"].path)


@blueprint.post("")
@open_to_others
def deposit() -> Response:
    """Keep one."""
    return business_api.answer(deposits.deposit)


@blueprint.get("")
def read() -> Response:
    """A page of them."""
    return business_api.answer(deposits.read)


@blueprint.delete("/<deposit_id>")
@open_to_others
def remove(deposit_id: str) -> Response:
    """Take one back."""
    return business_api.answer(lambda call: deposits.remove(call, deposit_id))
