"""What the pages about one grant share: whose it is, what to say when it changed meanwhile, and when it is done."""

from flask import abort, flash, redirect, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from app.domain.grants import Grant
from app.services import sharing
from app.services.sharing import Shared
from app.web import current


def own(grant_id: str) -> Shared:
    """The grant, when it is of the person who is signed in; somebody else's looks like none at all."""
    person_id = current.require_session().person_id
    return sharing.one(current.services(), person_id, grant_id, current.now()) or abort(404)


def as_it_stands(grant_id: str) -> Response:
    """Another window, or time, was first: look at how it stands now."""
    if own(grant_id).running:
        flash(_("This has changed since you opened the page. This is how it stands now."), "info")
    else:
        flash(_("This had ended already."), "info")
    return redirect(url_for("sharing.show", grant_id=grant_id), 303)


def done(grant: Grant, said: str) -> Response:
    """Back to the business's page, with the receipt at hand."""
    receipt_url = url_for("receipts.show", grant_id=grant.id, version=grant.version)
    flash(Markup('{} <a href="{}">{}</a>').format(said, receipt_url, _("See the receipt")), "success")
    return redirect(url_for("sharing.show", grant_id=grant.id), 303)
