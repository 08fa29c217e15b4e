"""Signing out: by the person's own button, or because a client asks; then the page that says it is done."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.domain.client_addresses import host_of
from app.domain.errors import Refusal
from app.protocol import front_doors, parameters
from app.protocol.endpoints.end_session import AGAIN, Logout, is_hinted, kept, read_logout, sealed, unsealed
from app.protocol.parameters import Parameters
from app.services import sessions
from app.web import browser, current, errors, headers, language
from app.web.forgery import open_to_others
from app.web.shop import shop_of
from app.web.way_out import link_to

blueprint = Blueprint("sign_out", __name__)

_ENDPOINT = front_doors.ENDPOINTS["end_session_endpoint"]


@blueprint.route(_ENDPOINT.path, methods=list(_ENDPOINT.methods), provide_automatic_options=False)
@open_to_others
def begin() -> Response | str:
    """Take a client's logout request; only with an ID token of the person who is signed in is nobody asked (§6)."""
    sent = _sent()
    if isinstance(sent, Response):
        return sent
    if request.method == "POST" and current.cookie(current.SESSION_COOKIE) is None:
        # A post from another site brings no Lax cookie: come again by a GET.
        handle = sealed(current.services(), sent, current.now())
        return redirect(f"{url_for('sign_out.begin')}?{AGAIN}={handle}", 303)
    logout = _read(sent)
    if isinstance(logout, Response):
        return logout
    session = current.session()
    if session is None and _is_vouched_for(logout):
        return _go(logout)
    if session is not None and is_hinted(current.services(), logout, session):
        return _end(session.id, logout)
    language.ask_for(sent.words("ui_locales"))
    if session is None:
        return _show_where(logout)
    if logout.return_to is not None:
        headers.allow_form_to(logout.return_to)
    shop = None if logout.client is None else shop_of(logout.client)
    return render_template("sign_out/confirm.html", kept=kept(sent), shop=shop, host=_host(logout))


@blueprint.post(f"{_ENDPOINT.path}/confirm")
def confirm() -> Response:
    """The person agrees to what the page before asked."""
    sent = _sent()
    logout = sent if isinstance(sent, Response) else _read(sent)
    if isinstance(logout, Response):
        return logout
    session = current.session()
    return _go(logout) if session is None else _end(session.id, logout)


@blueprint.post("/sign-out")
def leave() -> Response:
    """The person's own button."""
    session = current.session()
    return _go(Logout()) if session is None else _end(session.id, Logout())


@blueprint.get("/signed-out")
def signed_out() -> str:
    """It is done."""
    return render_template("sign_out/signed_out.html", link="", host="")


def _end(session_id: str, logout: Logout) -> Response:
    sessions.end(current.services(), session_id, current.now())
    browser.sign_out()
    return _go(logout)


def _go(logout: Logout) -> Response:
    if logout.return_to is not None:
        return Response(status=303, headers={"Location": logout.return_to})
    if logout.turned_down:
        flash(_("The business asked to bring you to an address it has not registered. That was not done."), "info")
    return redirect(url_for("sign_out.signed_out"), 303)


def _is_vouched_for(logout: Logout) -> bool:
    """Whether the browser may go on by itself: to a business the operator knows, or by an ID token not yet expired.

    Whoever registers a client has an ID token of their own to put in a link (RFC 9700 §4.11.2); but a link that works
    for minutes is not worth sending around.
    """
    known = logout.client is not None and logout.client.business.verified
    return logout.return_to is None or logout.fresh or known


def _show_where(logout: Logout) -> str:
    back = logout.return_to or ""
    return render_template("sign_out/signed_out.html", link=link_to(back), host=_host(logout))


def _host(logout: Logout) -> str:
    """Where it goes from here, to be shown; empty for nowhere else."""
    return "" if logout.return_to is None else host_of(logout.return_to)


def _sent() -> Parameters | Response:
    try:
        sent = parameters.read(request.args.items(multi=True), request.form.items(multi=True))
        again = sent.get(AGAIN) if request.method == "GET" else None
        return sent if again is None else unsealed(current.services(), again, current.now())
    except Refusal as refusal:
        return _refused(refusal)


def _read(sent: Parameters) -> Logout | Response:
    try:
        return read_logout(current.services(), sent, current.now())
    except Refusal as refusal:
        return _refused(refusal)


def _refused(refusal: Refusal) -> Response:
    title, description = (
        _("You are still signed in"),
        _(
            "A site or app asked to sign you out of Sluis in a way that is not right. Nothing was done. "
            "To sign out, use the button on any page of Sluis."
        ),
    )
    return errors.page(400, refusal.code, title, description, told=refusal.told_client)
