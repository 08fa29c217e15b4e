"""A login where the person paused sharing: resume and go on, or share nothing and return to the shop."""

from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus

from flask import abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.domain.clients import Client
from app.domain.errors import Refusal
from app.domain.stored_request import StoredRequest
from app.services import pausing, personas, sharing
from app.services.sharing import Shared
from app.web import current
from app.web.deciding import Waiting, go_on, refuse, waiting
from app.web.grant_cards import about_words
from app.web.headers import allow_form_to
from app.web.language import as_read, ask_for
from app.web.pause.blueprint import blueprint, resume_notice, terms
from app.web.persona_links import switch
from app.web.shop import shop_of
from app.web.wording import date_words


@dataclass(frozen=True)
class Login:
    """A request this browser goes on with, and the paused grant in its way."""

    stored: StoredRequest
    client: Client
    shared: Shared


@blueprint.get("/consent/<handle>/paused")
def ask(handle: str) -> Response | str:
    """Say what is paused and what resuming means."""
    found, persona_id = waiting(handle), request.args.get("persona")
    login = _open(handle, found, persona_id)
    if isinstance(login, Response):
        # Resumed or ended in another window: to look at this page again decides nothing either.
        return login if found is None else redirect(url_for("consent.choose", handle=handle, persona=persona_id), 303)
    ask_for(login.stored.request.ui_locales)
    allow_form_to(login.stored.request.redirect_uri)
    grant = login.shared.grant
    have = personas.of_person(current.services(), grant.person_id)
    return render_template(
        "pause/login.html",
        shop=shop_of(login.client),
        level=grant.level.word,
        since=date_words(grant.paused_at or grant.given_at),
        persona=grant.persona_id if len(have) > 1 else None,
        personas=switch(have, grant.persona_id, lambda each: url_for("consent.choose", handle=handle, persona=each.id)),
        about=about_words(login.shared),
        more_goes_on=login.shared.more_goes_on,
        **terms(login.shared),
    )


@blueprint.post("/consent/<handle>/paused")
@as_read
def answer(handle: str) -> Response:
    """Do what was pressed; the dispatcher sees what comes of it."""
    services, now, decision = current.services(), current.now(), request.form.get("decision")
    if decision not in {"refuse", "resume"}:
        abort(HTTPStatus.BAD_REQUEST)
    found = waiting(handle)
    if decision == "refuse":
        return refuse(handle, found)
    login = _open(handle, found, request.form.get("persona"))
    if not isinstance(login, Response):
        ask_for(login.stored.request.ui_locales)
        notice = resume_notice(login.shared, shop_of(login.client).name)
        with suppress(Refusal):  # it ended meanwhile
            pausing.resume(services, login.shared.grant.id, login.shared.grant.person_id, notice, now)
    return redirect(url_for("authorize.resume", handle=handle), 303)


def _open(handle: str, found: Waiting | None, persona_id: str | None) -> Response | Login:
    """The login with what is paused, for the persona the page names or the one the business knows; or the way on."""
    if found is None:
        return go_on(handle)
    services, grant = current.services(), found.paused
    own = personas.of_person(services, found.person_id)
    if persona_id is None and len(own) == 1:
        persona_id = own[0].id
    if persona_id is not None:
        grant = pausing.paused_of(services, persona_id, found.client.id, current.now())
    shared = None if grant is None else sharing.one(services, found.person_id, grant.id, current.now())
    if shared is not None:
        return Login(found.stored, found.client, shared)
    return redirect(url_for("authorize.resume", handle=handle), 303)
