"""What a request may look like before anything reads it: the right host, a bounded size, a body as it is."""

from urllib.parse import urlsplit

from flask import Flask, abort, request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from app.web import errors

_BODY = 512 * 1024
_FORM_MEMORY = 256 * 1024
_FIELDS = 400
_QUERY = 16 * 1024
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


def install(app: Flask, *, issuer: str) -> None:
    """Refuse what no honest browser or client sends us."""
    app.config.update(MAX_CONTENT_LENGTH=_BODY, MAX_FORM_MEMORY_SIZE=_FORM_MEMORY, MAX_FORM_PARTS=_FIELDS)
    parts = urlsplit(issuer)
    usual = _DEFAULT_PORTS.get(parts.scheme, "")
    ours = parts.netloc.lower().removesuffix(usual)

    @app.before_request
    def _check() -> None:
        host = request.environ.get("HTTP_HOST", "").lower().removesuffix(usual)
        # A health check asks by address; what it is told is the same for everybody.
        if host != ours and request.blueprint != "health":
            title = _("This is not the address of this site")
            abort(errors.page(400, "wrong_host", title, _("It answers at %(address)s only.", address=issuer)))
        if "\0" in request.path:
            abort(404)  # no address of ours holds one, and a PostgreSQL text cannot
        if len(request.query_string) > _QUERY:
            abort(414)
        if request.content_encoding not in {None, "", "identity"}:
            abort(415)
        if request.mimetype == "application/x-www-form-urlencoded" and _count(request.form) > _FIELDS:
            abort(413)


def _count(form: MultiDict[str, str]) -> int:
    return sum(len(values) for _, values in form.lists())
