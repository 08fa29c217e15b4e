"""Pictures of businesses, for our own pages only; a picture never changes under its address."""

import re

from flask import Blueprint, abort
from werkzeug.wrappers import Response

from app.storage import logos
from app.web import current

blueprint = Blueprint("logos", __name__)

_DIGEST = re.compile(r"[0-9a-f]{64}")


@blueprint.get("/logos/<digest>")
def show(digest: str) -> Response:
    """One logo."""
    png = None
    if _DIGEST.fullmatch(digest):
        with current.services().database.read() as db:
            png = logos.find(db, digest)
    if png is None:
        abort(404)
    response = Response(png, content_type="image/png")
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
