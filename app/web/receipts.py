"""Receipts: a readable page for the person, the signed bytes for the person and for the business they are about."""

from flask import Blueprint, abort, jsonify, render_template, request
from werkzeug.wrappers import Response

from app.protocol.endpoints import receipts
from app.services import personas, receipt_reading
from app.web import answering, business_api, current
from app.web.receipt_pages import listed_rows, receipt_page

blueprint = Blueprint("receipts", __name__, url_prefix="/receipts")


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
        return _to_bearer(grant_id, version)
    services, person_id = current.services(), current.require_session().person_id
    receipt = receipt_reading.of_version(services, person_id, grant_id, version)
    if receipt is None:
        abort(404)
    return render_template("receipts/show.html", **receipt_page(receipt, personas.of_grants(services, person_id)))


@blueprint.get("/<grant_id>/<int(max=999999):version>.jws")
def download(grant_id: str, version: int) -> Response:
    """The signed bytes, the same for both sides."""
    if "Authorization" in request.headers:
        return _to_bearer(grant_id, version)
    person_id = current.require_session().person_id
    receipt = receipt_reading.of_version(current.services(), person_id, grant_id, version)
    if receipt is None:
        abort(404)
    return answering.answered(receipts.file(receipt.signed, grant_id, version))


@blueprint.get("/keys")
def keys() -> Response:
    """Every public key that ever signed a receipt: one kept for years verifies with it."""
    return jsonify(receipt_reading.archive(current.services()))


@blueprint.get("/verify-receipt.html")
def verifier() -> Response:
    """The page that checks receipts offline, to keep beside them: it is a file, for its scripts may not run here."""
    response = Response(receipt_reading.VERIFIER.read_bytes(), mimetype="text/html")
    response.headers["Content-Disposition"] = 'attachment; filename="verify-receipt.html"'
    return response


def _to_bearer(grant_id: str, version: int) -> Response:
    return answering.to_bearer(lambda: receipts.under_token(business_api.arrived(), grant_id, version))
