"""Where a client looks its grants up and gives them back (Grant Management for OAuth 2.0). No cookie is read here."""

from flask import Blueprint
from werkzeug.wrappers import Response

from app.protocol.endpoints import grants
from app.protocol.front_doors import ENDPOINTS
from app.web import business_api
from app.web.forgery import open_to_others

blueprint = Blueprint("grants", __name__, url_prefix=ENDPOINTS["grant_management_endpoint"].path)


@blueprint.get("/<grant_id>")
def query(grant_id: str) -> Response:
    """What one grant allows now."""
    return business_api.answer(lambda call: grants.query(call, grant_id))


@blueprint.delete("/<grant_id>")
@open_to_others
def revoke(grant_id: str) -> Response:
    """Give one back."""
    return business_api.answer(lambda call: grants.revoke(call, grant_id))
