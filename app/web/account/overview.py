"""The overview: addresses, password, where one is signed in."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.services import account, sessions
from app.web import current
from app.web.account.blueprint import blueprint
from app.web.wording import time_words


@blueprint.get("")
def overview() -> str:
    """Everything about the account itself; details and sharing have pages of their own."""
    session = current.require_session()
    services, now = current.services(), current.now()
    return render_template(
        "account/overview.html",
        addresses=account.own_addresses(services, session.person_id),
        sessions=[
            {
                "id": listed.session.id,
                "is_this": listed.is_this,
                "since": time_words(listed.session.auth_time_at),
                "seen": time_words(listed.session.last_seen_at),
            }
            for listed in sessions.listed(services, session, now)
        ],
    )


@blueprint.post("/sessions/<session_id>/end")
def end_session(session_id: str) -> Response:
    """Sign out one browser."""
    session = current.require_session()
    sessions.end(current.services(), session_id, current.now(), person_id=session.person_id)
    flash(_("Signed out there."), "success")
    return redirect(url_for("account.overview"), 303)


@blueprint.post("/sessions/end-others")
def end_others() -> Response:
    """Sign out everywhere but here."""
    session = current.require_session()
    sessions.end_all(current.services(), session.person_id, current.now(), but=session.id)
    flash(_("Signed out everywhere else."), "success")
    return redirect(url_for("account.overview"), 303)
