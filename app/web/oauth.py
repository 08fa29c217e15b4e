"""The endpoints a client calls itself: token, userinfo, introspection, revocation. No cookie is read here."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from app.domain.clients import Client
from app.domain.errors import Refusal
from app.protocol.answers import asked_to_authenticate
from app.protocol.endpoints.userinfo import userinfo
from app.protocol.front_doors import ENDPOINTS
from app.protocol.resource_access import NoToken, bearer_token
from app.protocol.server import SERVER
from app.web import answering, current, request_log
from app.web.forgery import open_to_others

blueprint = Blueprint("oauth", __name__)

_TOKEN = ENDPOINTS["token_endpoint"]
_USERINFO = ENDPOINTS["userinfo_endpoint"]
_INTROSPECTION = ENDPOINTS["introspection_endpoint"]
_REVOCATION = ENDPOINTS["revocation_endpoint"]


@blueprint.route(_TOKEN.path, methods=list(_TOKEN.methods), provide_automatic_options=False)
@open_to_others
def token() -> Response:
    """Redeem a code or use a refresh token."""
    return answering.for_client(SERVER.token)


@blueprint.route(_INTROSPECTION.path, methods=list(_INTROSPECTION.methods), provide_automatic_options=False)
@open_to_others
def introspect() -> Response:
    """Say what a token is good for. Server to server: pages of other sites have no business here."""
    return answering.for_client(lambda asked: SERVER.endpoint("introspection", asked), pages=False)


@blueprint.route(_REVOCATION.path, methods=list(_REVOCATION.methods), provide_automatic_options=False)
@open_to_others
def revoke() -> Response:
    """Take a token back."""
    return answering.for_client(lambda asked: SERVER.endpoint("revocation", asked))


@blueprint.route(_USERINFO.path, methods=list(_USERINFO.methods), provide_automatic_options=False)
@open_to_others
def user_info() -> Response:
    """Hand out the claims of the person a token stands for; GET and POST alike."""
    client: Client | None = None
    try:
        presented = bearer_token(
            request.headers.get("Authorization"),
            request.args.keys(),
            request.mimetype if request.method == "POST" else None,
            request.form.items(multi=True),
        )
        answer, client = userinfo(current.services(), presented, current.now())
    except NoToken:
        answer = asked_to_authenticate()
    except Refusal as refusal:
        answer = answering.refused(refusal, "Bearer")
    if client is not None:
        request_log.note(client_id=client.id)
    return answering.readable(answering.answered(answer), client)


@blueprint.route(_TOKEN.path, methods=["OPTIONS"], endpoint="token_preflight")
@blueprint.route(_REVOCATION.path, methods=["OPTIONS"], endpoint="revoke_preflight")
@blueprint.route(_USERINFO.path, methods=["OPTIONS"], endpoint="user_info_preflight")
def preflight() -> Response:
    """Tell a browser whether a page may send this request."""
    return answering.preflight(next(door.methods for door in ENDPOINTS.values() if door.path == request.path))
