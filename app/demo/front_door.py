"""Login, language and sign-out, the same at every demo shop; each page load asks the provider who this is."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, current_app, flash, g, redirect, request, session, url_for
from werkzeug.wrappers import Response

from app.demo import texts
from app.demo.back_office import BackOffice
from app.demo.customers import Customers, VisitOver
from app.demo.memory import Memory
from app.demo.problems import LoginProblem, SharingStopped, VisitExpired, worded
from app.demo.relying_party import Errand, RelyingParty
from app.demo.signals.mailroom import Mailroom
from app.demo.signals.tokens import TokenReader
from app.demo.visit import Visit

door = Blueprint("door", __name__, template_folder="templates", static_folder="static", static_url_path="/sluis/static")
_VISIT_S = 12 * 3600


@dataclass(frozen=True)
class Reception:
    """What stands behind the door of one running shop."""

    party: RelyingParty
    memory: Memory
    login_scope: str
    login_params: Mapping[str, str]
    office: BackOffice
    customers: Customers
    reader: TokenReader
    mailroom: Mailroom


def reception() -> Reception:
    found: Reception = current_app.extensions["demo_reception"]
    return found


def visitor() -> Visit | None:
    """Who is logged in on this page, as the provider described them when the page was asked for."""
    if "visit" not in g:
        kept = reception().memory.get(_key())
        g.visit = kept if isinstance(kept, Visit) else None
        if isinstance(kept, VisitOver):
            forget(kept.reason)
    found: Visit | None = g.visit
    return found


def send_to_provider(errand: Errand, **params: str) -> Response:
    """Send the browser to the provider; the shop's language goes along, and who is to come back, if that is certain."""
    visit, hint = visitor(), {}
    if visit is not None and errand.expected_sub == visit.sub:
        hint = {"id_token_hint": str(visit.token["id_token"])}
    return redirect(reception().party.begin(errand, {"ui_locales": texts.language(), **hint, **params}), 303)


def look_again(return_to: str) -> Response | None:
    """Ask the provider what it says of this visitor now.

    Returns where to send the browser instead of the page, or None when the page can go on. A visitor who stopped
    sharing is forgotten at once.
    """
    visit = visitor()
    if visit is None:
        return None
    try:
        visit = visit.told(reception().party.userinfo(visit.token, visit.sub))
        _keep(visit)
        reception().customers.met(visit)
    except VisitExpired:
        return _renew(visit, return_to)
    except SharingStopped:
        forget("stopped")
    except LoginProblem as problem:
        _make_do(visit, problem)
    return None


def forget(reason: str | None) -> None:
    """Log the visitor out here and drop everything that was received about them; the reason becomes a notice."""
    reception().memory.delete(_key())
    session.pop("visit", None)
    g.visit = None
    if reason:
        flash(reason)


@door.before_app_request
def know_the_visitor() -> Response | None:
    """Before each page: read the visitor's facts anew, so that a step-down or stop shows at once."""
    if request.method != "GET" or request.blueprint == "door" or request.endpoint in (None, "static"):
        return None
    state = request.args.get("state")
    if request.path == "/" and state:
        if reception().party.came_back_from_goodbye(state):
            flash("signed_out")
        return redirect("/", 303)
    return look_again(_here())


@door.get("/login")
def login() -> Response:
    at = reception()
    errand = Errand(local(request.args.get("next")), at.login_scope)
    return send_to_provider(errand, **at.login_params)


@door.get("/callback")
def callback() -> Response:
    """Take the provider's answer: a visitor, or an error that is put in kind words where they came from."""
    party = reception().party
    errand = party.errand()
    error = party.refused()
    if error is not None:
        return _turned_away(errand, error)
    token, claims = party.redeem()
    # For the time when the customer is not there; a visit lives by its access token alone.
    refresh_token = token.pop("refresh_token", None)
    if errand.expected_sub not in (None, claims["sub"]):
        forget("other_account")
        return redirect(errand.return_to, 303)
    try:
        userinfo = party.userinfo(token, claims["sub"])
    except (VisitExpired, SharingStopped) as exc:
        raise LoginProblem("login_failed", 502) from exc
    # A new name for each login, so that one planted before it is worth nothing after.
    reception().memory.delete(_key())
    session["visit"] = secrets.token_urlsafe(32)
    visit = Visit(errand.scope, token, claims, userinfo)
    _keep(visit)
    reception().customers.met(visit, refresh_token)
    return redirect(errand.return_to, 303)


@door.post("/logout")
def logout() -> Response:
    """Sign out here first, then at the provider; a provider that is away cannot keep anyone logged in here."""
    visit = visitor()
    forget(None)
    if visit is None:
        return redirect("/", 303)
    try:
        goodbye = reception().party.goodbye(visit.token["id_token"])
    except LoginProblem:
        goodbye = None
    if goodbye is None:
        flash("signed_out_here")
    return redirect(goodbye or "/", 303)


@door.get("/language/<any(nl, en):chosen>")
def choose_language(chosen: str) -> Response:
    session["language"] = chosen
    return redirect(local(request.args.get("next")), 303)


def local(path: str | None) -> str:
    """Return the path when it stays within this shop, else the home page."""
    if not path or not path.startswith("/") or path.startswith("//") or "\\" in path or not path.isprintable():
        return "/"
    return path


def _turned_away(errand: Errand, error: str) -> Response:
    """An error came back. A silent look-up that fails means that the visit is over, whatever the reason."""
    code = worded(error)
    if errand.silent:
        forget({"consent_required": "stopped", "login_required": "visit_ended"}.get(code, code))
    else:
        flash("nothing_new" if code == "access_denied" and visitor() is not None else code)
    return redirect(errand.return_to, 303)


def _renew(visit: Visit, return_to: str) -> Response | None:
    """The token is over: ask for another without a screen (``prompt=none``), which the live grant answers."""
    errand = Errand(return_to, visit.renewal_scope(), silent=True, expected_sub=visit.sub)
    try:
        return send_to_provider(errand, **reception().login_params, prompt="none")
    except LoginProblem as problem:
        _make_do(visit, problem)
        return None


def _make_do(visit: Visit, problem: LoginProblem) -> None:
    """Go on with what was last known while the provider is away; anything worse ends the visit."""
    if problem.code == "unreachable":
        _keep(visit.stale())
        flash("unreachable_now")
    else:
        forget(problem.code)


def _keep(visit: Visit) -> None:
    g.visit = visit
    reception().memory.set(_key(), visit, _VISIT_S)


def _key() -> str:
    return f"visit:{session.get('visit', '')}"


def _here() -> str:
    return local(request.full_path.rstrip("?"))


def login_url() -> str:
    """Address of the login that comes back to this page."""
    here = _here() if request.method == "GET" and request.blueprint != "door" else "/"
    return url_for("door.login", next=here)
