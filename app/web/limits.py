"""What a request may look like before anything reads it: the right host, a bounded size, a body as it is, in UTF-8."""

from urllib.parse import unquote_to_bytes, urlsplit

from flask import Flask, abort, request
from werkzeug.datastructures import MultiDict

from app.domain.errors import Refusal
from app.web import errors, request_log

LONGEST_BODY = 512 * 1024
_FORM_MEMORY = 256 * 1024
_FIELDS = 1100
"""A receipt has 200 lines at most (config/deposits), and each has four inputs and a tick in the form of the vault."""
_QUERY = 16 * 1024
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


def install(app: Flask, *, issuer: str) -> None:
    """Refuse what no honest browser or client sends us."""
    app.config.update(MAX_CONTENT_LENGTH=LONGEST_BODY, MAX_FORM_MEMORY_SIZE=_FORM_MEMORY, MAX_FORM_PARTS=_FIELDS)
    parts = urlsplit(issuer)
    usual = _DEFAULT_PORTS.get(parts.scheme, "")
    ours = parts.netloc.lower().removesuffix(usual)

    @app.before_request
    def _check() -> None:
        host = request.environ.get("HTTP_HOST", "").lower().removesuffix(usual)
        # A health check asks by address; what it is told is the same for everybody.
        if host != ours and request.blueprint != "health":
            request_log.note(
                outcome="wrong_host", why="the Host header is not the issuer's: does the proxy pass it on?"
            )
            abort(errors.elsewhere(issuer))
        if "\0" in request.path:
            abort(404)  # no address of ours holds one, and a PostgreSQL text cannot
        if len(request.query_string) > _QUERY:
            abort(414)
        if request.content_encoding not in {None, "", "identity"}:
            abort(415)
        is_form = request.mimetype == "application/x-www-form-urlencoded"
        if not (_is_text(request.query_string) and (not is_form or _is_text(request.get_data()))):
            raise Refusal("invalid_request", "The parameters must be in UTF-8.")
        if is_form and _count(request.form) > _FIELDS:
            abort(413)


def _is_text(encoded: bytes) -> bool:
    """Whether it decodes in one way only: what is no UTF-8 would come back to a client as another state."""
    try:
        unquote_to_bytes(encoded).decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _count(form: MultiDict[str, str]) -> int:
    return sum(len(values) for _, values in form.lists())
