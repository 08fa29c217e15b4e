"""Where a business's own system reads its erasure cases and answers them. No cookie is read here."""

from flask import Blueprint
from werkzeug.wrappers import Response

from app.protocol.endpoints import cases
from app.protocol.front_doors import ENDPOINTS
from app.web import business_api
from app.web.forgery import open_to_others

blueprint = Blueprint("business_cases", __name__, url_prefix=ENDPOINTS["erasure_cases_endpoint"].path)


@blueprint.get("")
def listed() -> Response:
    """A page of them."""
    return business_api.answer(cases.listed)


@blueprint.get("/<case_id>")
def show(case_id: str) -> Response:
    """One."""
    return business_api.answer(lambda call: cases.show(call, case_id))


@blueprint.post("/<case_id>/answers")
@open_to_others
def answer(case_id: str) -> Response:
    """What the business says."""
    return business_api.answer(lambda call: cases.answer(call, case_id))
