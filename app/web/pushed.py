"""The endpoint to which a client pushes an authorization request. No cookie is read here."""

from flask import Blueprint
from werkzeug.wrappers import Response

from app.protocol.endpoints.pushed_authorization import push
from app.protocol.front_doors import ENDPOINTS
from app.web import answering
from app.web.forgery import open_to_others

blueprint = Blueprint("pushed", __name__)

_ENDPOINT = ENDPOINTS["pushed_authorization_request_endpoint"]


@blueprint.route(_ENDPOINT.path, methods=list(_ENDPOINT.methods), provide_automatic_options=False)
@open_to_others
def begin() -> Response:
    """Keep a request until its browser comes (RFC 9126 §2)."""
    return answering.for_client(push)


@blueprint.route(_ENDPOINT.path, methods=["OPTIONS"])
def preflight() -> Response:
    """Tell a browser whether a page may push: public clients are pages too."""
    return answering.preflight(_ENDPOINT.methods)
