"""Where a business's own system fetches its receipts. No cookie is read here."""

from flask import Blueprint
from werkzeug.wrappers import Response

from app.protocol.endpoints import receipts
from app.protocol.front_doors import ENDPOINTS
from app.web import business_api

blueprint = Blueprint("business_receipts", __name__, url_prefix=ENDPOINTS["receipts_endpoint"].path)


@blueprint.get("/<grant_id>")
def listed(grant_id: str) -> Response:
    """All about one grant."""
    return business_api.answer(lambda call: receipts.listed(call, grant_id))


@blueprint.get("/<grant_id>/<int(max=999999):version>")
def show(grant_id: str, version: int) -> Response:
    """One, as it was signed."""
    return business_api.answer(lambda call: receipts.show(call, grant_id, version))
