"""Every no outside the protocol's own answers: one page, one JSON, one log line each."""

from http import HTTPStatus
from secrets import token_hex
from urllib.parse import urlsplit

from flask import Flask, jsonify, make_response, render_template, request, url_for
from flask.wrappers import Response
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError, InterfaceError, InternalError, NoResultFound, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, NotFound

from app.crypto.passwords import HashingBusy
from app.domain.errors import Refusal, TooMany
from app.logs import kind_of, place_of
from app.protocol.front_doors import ENDPOINTS
from app.services.outbound import FetchingBusy
from app.web import current, request_log
from app.web.way_back import own_page
from app.web.wording import again_in

_RETRY_AFTER_S = "2"
_FOR_PEOPLE = {"authorization_endpoint", "end_session_endpoint"}
_FOR_MACHINES = (
    *(door.path for door in ENDPOINTS.values() if door.member not in _FOR_PEOPLE),
    *("/v1", "/ssf", "/.well-known/", "/healthz"),
)
_PASSING = (
    OperationalError,
    InterfaceError,
    # The database is read-only for a moment, as while a stand-by takes over.
    InternalError,
    # What an act stood on went away under it, an account that was erased for one. Nothing of the act was done, and
    # asked again it is decided on what there is now.
    IntegrityError,
    NoResultFound,
    PoolTimeout,
    HashingBusy,
    FetchingBusy,
)
"""What is over when somebody tries again."""
_OAUTH_CODES = {404: "not_found", 405: "invalid_request", 429: "slow_down", 503: "temporarily_unavailable"}


def page(
    status: int,
    code: str,
    title: str,
    description: str,
    *,
    back_url: str = "",
    back_label: str = "",
    **more: str,
) -> Response:
    """An error page of ours. ``description`` is for the person; ``more`` is what was ``told`` to the developer of the
    site that sent them here, or the ``reference`` in our log. Nothing a stranger sent belongs in any of them.
    """
    current.be_nobody()
    words = {"error_code": code, "error_title": title, "error_description": description, **more}
    return make_response(render_template("errors/page.html", back_url=back_url, back_label=back_label, **words), status)


def gone(code: str, title: str, description: str, *, back_url: str, back_label: str) -> NotFound:
    """To raise, with a page of its own, where what an address is about may have been removed meanwhile."""
    return NotFound(response=page(404, code, title, description, back_url=back_url, back_label=back_label))


def elsewhere(issuer: str) -> Response:
    """For a request under a host name that is not ours."""
    if _for_a_machine():
        return _json(400, "invalid_request", f"This provider answers at {issuer} only.")
    title = _("This is not the address of this site")
    return page(400, "wrong_host", title, _("It answers at %(address)s only.", address=issuer))


def install(app: Flask) -> None:
    """Answer every exception. Nothing of it reaches the browser but the words here."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(CSRFError, _forgery)
    app.register_error_handler(Refusal, _refusal)
    for passing in _PASSING:
        app.register_error_handler(passing, _unavailable)
    app.register_error_handler(Exception, _unexpected)


def _http(error: HTTPException) -> Response:
    if error.response is not None:  # abort(redirect(…)) and the like
        return make_response(error.response)
    status = error.code or 500
    if _for_a_machine():
        response = _json(status, _OAUTH_CODES.get(status, "invalid_request"), HTTPStatus(status).phrase)
    else:
        title, description = _words(status)
        way_on = (
            {"back_url": url_for("home.overview"), "back_label": _("To the first page")}
            if status == HTTPStatus.NOT_FOUND
            else {}
        )
        response = page(status, str(status), title, description, **way_on)
    if status == HTTPStatus.METHOD_NOT_ALLOWED and getattr(error, "valid_methods", None):
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))  # type: ignore[attr-defined]
    return response


def _words(status: int) -> tuple[str, str]:
    known = {
        400: (_("That request is not right"), _("The address or the form is not what this site expects.")),
        403: (_("This is not allowed"), _("You may not see or do this.")),
        404: (_("This page does not exist"), _("Check the address, or start again from the first page.")),
        405: (_("That is not possible here"), _("This page cannot be asked in this way.")),
        413: (_("That is too much"), _("More was sent than this page accepts. Nothing was changed.")),
        414: (_("That address is too long"), _("The address is longer than this site accepts.")),
        429: (_("Too many attempts"), _("Wait a few minutes and try again.")),
        500: (_("Something went wrong here"), _("It is not your fault. Try again in a moment.")),
    }
    return known.get(status) or known[500 if status >= HTTPStatus.INTERNAL_SERVER_ERROR else 400]


def _forgery(error: CSRFError) -> Response:
    request_log.note(outcome="form_expired", why=error.description)
    if _for_a_machine():
        return _json(403, "invalid_request", "The request is refused.")
    again = own_page()
    if not current.sends_our_cookies():
        host = str(urlsplit(current.services().settings.issuer).hostname)
        return page(
            403,
            "no_cookie",
            _("Your browser sent no cookie of this site"),
            _(
                "Without it we cannot tell that the form is yours. Nothing was changed. Allow cookies for %(host)s.",
                host=host,
            )
            + " "
            + _(
                "Are they allowed? Delete those of %(host)s and of the domain it belongs to: one may hide ours.",
                host=host,
            ),
            back_url=again,
            back_label=_("Open the page again") if again else "",
        )
    return page(
        403,
        "form_expired",
        _("This form cannot be used any more"),
        _("You signed in or out since this page was opened, or it came from elsewhere. Nothing was changed or shared.")
        if again
        else _("The page was open for too long, or came from elsewhere. Nothing was changed. Go back and try again."),
        back_url=again,
        back_label=_("Open the page again") if again else "",
    )


def _refusal(refusal: Refusal) -> Response:
    request_log.note(outcome=refusal.code, why=refusal.logged)
    if _for_a_machine():
        response = _json(refusal.status, refusal.code, refusal.told_client)
    else:
        title, description = _words(refusal.status)
        if isinstance(refusal, TooMany):
            description = again_in(refusal.wait_s)
        response = page(refusal.status, refusal.code, title, description)
    return asked_to_wait(response, refusal.wait_s) if isinstance(refusal, TooMany) else response


def asked_to_wait(response: Response, wait_s: int) -> Response:
    """The answer with the seconds to wait in its header."""
    response.headers["Retry-After"] = str(wait_s)
    return response


def _unavailable(error: Exception) -> Response:
    request_log.note(outcome="temporarily_unavailable", error=kind_of(error), at=place_of(error))
    if _for_a_machine():
        response = _json(503, "temporarily_unavailable", "Try again in a moment.")
    else:
        title, description = _("Too busy for a moment"), _("Nothing was changed. Try again in a few seconds.")
        response = page(503, "temporarily_unavailable", title, description)
    response.headers["Retry-After"] = _RETRY_AFTER_S
    return response


def _unexpected(error: Exception) -> Response:
    reference = token_hex(4)
    request_log.note(outcome="server_error", error=kind_of(error), at=place_of(error), reference=reference)
    if _for_a_machine():
        return _json(500, "server_error", f"Reference {reference}.")
    title, description = _words(500)
    return page(500, "server_error", title, description, reference=reference)


def _json(status: int, code: str, description: str) -> Response:
    return make_response(jsonify(error=code, error_description=description), status)


def _for_a_machine() -> bool:
    return request.path.startswith(_FOR_MACHINES)
