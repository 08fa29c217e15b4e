"""Receipts: a readable page for the person, the signed bytes for the person and for the business they are about."""

from flask import Blueprint, abort, jsonify, render_template, request
from werkzeug.wrappers import Response

from app.domain.errors import Refusal
from app.protocol.answers import asked_to_authenticate
from app.protocol.resource_access import NoToken, bearer_token
from app.services import personas, receipt_reading
from app.services.release import open_grant
from app.services.tokens import access_tokens
from app.settings import ROOT
from app.web import answering, current
from app.web.receipt_pages import listed_rows, receipt_page

blueprint = Blueprint("receipts", __name__, url_prefix="/receipts")

_MEDIA_TYPE = "application/jose"


@blueprint.get("")
def overview() -> str:
    """Every receipt, latest first."""
    services, person_id = current.services(), current.require_session().person_id
    listed, whose = receipt_reading.of_person(services, person_id), personas.of_grants(services, person_id)
    return render_template("receipts/overview.html", rows=listed_rows(listed, whose))


@blueprint.get("/<grant_id>/<int(max=999999):version>")
def show(grant_id: str, version: int) -> Response | str:
    """The receipt in plain words; to a business that shows its token, the signed bytes."""
    if "Authorization" in request.headers:
        return _for_business(grant_id, version)
    services, person_id = current.services(), current.require_session().person_id
    receipt = receipt_reading.of_version(services, person_id, grant_id, version)
    if receipt is None:
        abort(404)
    return render_template("receipts/show.html", **receipt_page(receipt, personas.of_grants(services, person_id)))


@blueprint.get("/<grant_id>/<int(max=999999):version>.jws")
def download(grant_id: str, version: int) -> Response:
    """The signed bytes, the same for both sides."""
    if "Authorization" in request.headers:
        return _for_business(grant_id, version)
    person_id = current.require_session().person_id
    receipt = receipt_reading.of_version(current.services(), person_id, grant_id, version)
    if receipt is None:
        abort(404)
    return _file(receipt.signed, grant_id, version)


@blueprint.get("/keys")
def keys() -> Response:
    """Every public key that ever signed a receipt: one kept for years verifies with it."""
    return jsonify(receipt_reading.archive(current.services()))


@blueprint.get("/verify-receipt.html")
def verifier() -> Response:
    """The page that checks receipts offline, to keep beside them: it is a file, for its scripts may not run here."""
    response = Response((ROOT / "docs" / "verify-receipt.html").read_bytes(), mimetype="text/html")
    response.headers["Content-Disposition"] = 'attachment; filename="verify-receipt.html"'
    return response


def _for_business(grant_id: str, version: int) -> Response:
    """Only a live access token of the very grant opens its receipts (RFC 6750 §3.1)."""
    services, now = current.services(), current.now()
    try:
        token = bearer_token(request.headers.get("Authorization"), request.args.keys(), None, ())
        access = access_tokens.read(services, token, now)
        if access is None:
            raise Refusal("invalid_token", "The access token is not valid.")
        with services.database.read() as db:
            opened = open_grant(services, db, access.bearer, now)
        if isinstance(opened, str):
            raise Refusal("invalid_token", "The access token is not valid.", logged=opened)
        signed = None
        if opened.grant.id == grant_id:
            signed = receipt_reading.signed_under_grant(services, grant_id, version)
        if signed is None:
            raise Refusal("not_found", "There is no such receipt under this grant.", status=404)
    except NoToken:
        return answering.answered(asked_to_authenticate())
    except Refusal as refusal:
        return answering.answered(answering.refused(refusal, "Bearer"))
    return _file(signed, grant_id, version)


def _file(signed: str, grant_id: str, version: int) -> Response:
    response = Response(signed, mimetype=_MEDIA_TYPE)
    name = f"sluis-receipt-{grant_id[:8]}-{version}.jws"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
