"""The public documents: provider metadata and keys, for every page and server, kept by caches for a while."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from app.protocol import metadata
from app.protocol.front_doors import ENDPOINTS
from app.protocol.metadata import Document
from app.web import current

blueprint = Blueprint("discovery", __name__)

_KEYS = ENDPOINTS["jwks_uri"]


@blueprint.route("/.well-known/openid-configuration", provide_automatic_options=False)
@blueprint.route("/.well-known/oauth-authorization-server", provide_automatic_options=False)
def provider() -> Response:
    """What this provider can do (OpenID Connect Discovery §4, RFC 8414 §3)."""
    return sent(metadata.discovery(current.services()))


@blueprint.route(_KEYS.path, methods=list(_KEYS.methods), provide_automatic_options=False)
def keys() -> Response:
    """The keys our signatures verify with."""
    return sent(metadata.jwks(current.services(), current.now()))


@blueprint.route("/.well-known/openid-configuration", methods=["OPTIONS"], endpoint="provider_preflight")
@blueprint.route("/.well-known/oauth-authorization-server", methods=["OPTIONS"], endpoint="metadata_preflight")
@blueprint.route(_KEYS.path, methods=["OPTIONS"], endpoint="keys_preflight")
def preflight() -> Response:
    """Yes, to every page: a library that sends a header of its own has the browser ask beforehand."""
    response = Response(status=204)
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Allow-Methods"] = "GET, HEAD"
    response.headers["Access-Control-Allow-Headers"] = "*"
    response.headers["Access-Control-Max-Age"] = "86400"
    return response


def sent(document: Document) -> Response:
    """A public document; whoever has it already is told so."""
    response = Response(document.body, content_type="application/json")
    response.set_etag(document.etag)
    response.headers["Cache-Control"] = f"public, max-age={document.max_age_s}"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response.make_conditional(request)
