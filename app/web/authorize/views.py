"""Where a login begins and where every screen returns to: the only place that chooses what comes next."""

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from app.domain.errors import Refusal
from app.domain.next_step import Step, next_step
from app.domain.security_profiles import Door
from app.protocol import front_doors, parameters
from app.protocol.request_resolution import (
    URN,
    Arrival,
    RefusedRequest,
    open_pushed,
    pushed_handle,
    resolve,
)
from app.services import authorization_requests, login_facts
from app.services.authorization_requests import Unavailable
from app.web import browser, current, language
from app.web.authorize import answers, pages
from app.web.forgery import open_to_others

blueprint = Blueprint("authorize", __name__)
blueprint.app_errorhandler(Unavailable)(pages.unavailable)

_ENDPOINT = front_doors.ENDPOINTS["authorization_endpoint"]


@blueprint.route(_ENDPOINT.path, methods=list(_ENDPOINT.methods), provide_automatic_options=False)
@open_to_others
def begin() -> Response:
    """Take a request by GET or POST, from any site and without a cookie (OpenID Connect Core §3.1.2.1)."""
    try:
        sent = parameters.read(request.args.items(multi=True), request.form.items(multi=True))
        handle = pushed_handle(sent)
        if handle is not None:
            arrival = open_pushed(current.services(), handle, sent, browser.own_digest(), current.now())
        else:
            arrival = resolve(current.services(), sent, Door(request.method.lower()), current.now())
    except Refusal as refusal:
        return pages.refused(refusal)
    except RefusedRequest as refused:
        return answers.refuse_at_once(refused)
    if request.method == "POST" and current.cookie(current.SESSION_COOKIE) is None:
        return _bounce(arrival)
    return _go_on(arrival)


@blueprint.get(f"{_ENDPOINT.path}/<handle>")
def resume(handle: str) -> Response:
    """Go on with a stored request of this browser."""
    return _go_on(pages.come_back(handle))


@blueprint.post(f"{_ENDPOINT.path}/<handle>/same-account")
def keep_account(handle: str) -> Response:
    """Go on as whoever is signed in here, where the client asked which account it is."""
    browser.keep_account(handle)
    return redirect(url_for("authorize.resume", handle=handle), 303)


@blueprint.post(f"{_ENDPOINT.path}/<handle>/cancel")
def cancel(handle: str) -> Response:
    """Leave a login before deciding anything, signed in or not: the client hears access_denied."""
    return answers.refuse(pages.come_back(handle), "access_denied")


def _bounce(arrival: Arrival) -> Response:
    """A post from another site brings no Lax cookie: keep the request, and come again by a GET of our own."""
    handle = arrival.handle
    if handle is None:
        handle = authorization_requests.open(
            current.services(), arrival.request, None, current.now(), stranger=current.source()
        )
    return redirect(url_for("authorize.begin", client_id=arrival.client.id, request_uri=URN + handle), 303)


def _go_on(arrival: Arrival) -> Response:
    language.ask_for(arrival.request.ui_locales)
    session, now = current.session(), current.now()
    situation = login_facts.gather(
        current.services(),
        arrival.request,
        arrival.client,
        session,
        arrival.stored,
        now,
        same_account=arrival.handle is not None and browser.is_account_kept(arrival.handle),
    )
    step = next_step(situation.facts)
    if step.step is Step.FINISH and session is not None and situation.coverage is not None:
        return answers.finish(arrival, situation.coverage, session)
    if step.step is Step.REFUSE:
        return answers.refuse(arrival, str(step.error))
    handle = _keep(arrival)
    if step.step is Step.RESUME:
        return redirect(url_for("pause.ask", handle=handle), 303)
    if step.step is Step.CHOOSE_LEVEL:
        return redirect(url_for("consent.choose", handle=handle), 303)
    return redirect(url_for("sign_in.begin", next=url_for("authorize.resume", handle=handle)), 303)


def _keep(arrival: Arrival) -> str:
    """A screen comes next: the request is stored, and from now on this browser's."""
    services, own_digest, now = current.services(), browser.own_digest(), current.now()
    if arrival.stored is None or arrival.handle is None:
        stranger = current.source() if current.session() is None else None
        return authorization_requests.open(services, arrival.request, own_digest, now, stranger=stranger)
    authorization_requests.bind(services, arrival.stored, own_digest, now)
    return arrival.handle
