"""The request a person may decide on now: stored for this browser, and they are signed in as freshly as it asks."""

from dataclasses import dataclass

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.domain.clients import Client
from app.domain.grants import Grant
from app.domain.next_step import Step, next_step
from app.domain.stored_request import StoredRequest
from app.services import authorization_requests, login_facts
from app.services.login_facts import Situation
from app.web import browser, current
from app.web.authorize import answers
from app.web.authorize.pages import come_back


@dataclass(frozen=True)
class Waiting:
    """A request, and how it stands with the person who is signed in."""

    stored: StoredRequest
    client: Client
    person_id: str
    situation: Situation

    @property
    def paused(self) -> Grant | None:
        """What they share with the client already, when that is paused and would have answered the request."""
        return self.situation.paused


def waiting(handle: str) -> Waiting | None:
    """The request of this handle, which waits for nothing but this person's decision.

    None when another screen comes first, or they have decided on it. Whoever was asked answers by a button: what
    another window shared meanwhile decides nothing for them here.
    """
    found = _standing(handle)
    if found is None:
        return None
    step = next_step(found.situation.facts).step
    covered_elsewhere = step is Step.FINISH and not found.stored.given_by(found.person_id)
    return found if step in {Step.CHOOSE_LEVEL, Step.RESUME} or covered_elsewhere else None


def go_on(handle: str) -> Response:
    """To the screen that comes first; whoever pressed a button here that did nothing is told so.

    They were signed out meanwhile, or signed in longer ago than the shop accepts.
    """
    if request.method == "POST":
        found = _standing(handle)
        if found is None:
            current.say_signed_out()
        elif next_step(found.situation.facts).step is Step.SIGN_IN:
            flash(_("The business wants you to sign in once more first. Nothing has been shared yet."))
    return redirect(url_for("authorize.resume", handle=handle), 303)


def _standing(handle: str) -> Waiting | None:
    """None where nobody is signed in."""
    session, arrival = current.session(), come_back(handle)
    stored, client = arrival.stored, arrival.client
    if session is None or stored is None:
        return None
    kept, now = browser.is_account_kept(handle), current.now()
    situation = login_facts.gather(current.services(), stored.request, client, session, stored, now, same_account=kept)
    return Waiting(stored, client, session.person_id, situation)


def refuse(handle: str, found: Waiting | None) -> Response:
    """Share nothing, as was pressed; whoever was signed out meanwhile may do that too, since it takes no session."""
    arrival = come_back(handle)
    if found is not None:
        authorization_requests.refuse(current.services(), found.stored, found.person_id, current.now())
    elif arrival.stored is not None and arrival.stored.person_id is None:
        return answers.refuse(arrival, "access_denied")
    return redirect(url_for("authorize.resume", handle=handle), 303)
