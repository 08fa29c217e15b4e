"""The blueprint, what a wrong password looks like on each of its pages, and what a link for somebody else's says."""

from collections.abc import Callable

from flask import Blueprint, flash, make_response
from flask_babel import gettext as _
from werkzeug.wrappers import Response
from wtforms import PasswordField

from app.services.credentials import Wrong
from app.web import current, errors
from app.web.passwords import WRONG, wait_words

blueprint = Blueprint("account", __name__, url_prefix="/account")


def answer_wrong(wrong: Wrong, field: PasswordField, page: Callable[[], str]) -> Response:
    """The page once more, with the sentence beside the field."""
    field.errors = [wait_words(wrong.wait_s) if wrong.wait_s else WRONG]
    if wrong.wait_s:
        return errors.asked_to_wait(make_response(page(), 429), wrong.wait_s)
    return make_response(page(), 422)


def say_whose(person_id: str) -> None:
    """After a link out of a mail did something to an account: say so when it is not the one signed in to here."""
    session = current.session()
    if session is not None and session.person_id != person_id:
        flash(_("That was for another account than the one you are signed in to here."))
