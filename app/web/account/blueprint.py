"""The blueprint, what a wrong password looks like on each of its pages, and what a link for somebody else's says."""

from flask import Blueprint, flash
from flask_babel import gettext as _
from wtforms import PasswordField

from app.services.credentials import Wrong
from app.web import current
from app.web.passwords import WRONG, wait_words

blueprint = Blueprint("account", __name__, url_prefix="/account")


def say_wrong(field: PasswordField, wrong: Wrong) -> int:
    """Put the sentence beside the field; returns the status of the page."""
    field.errors = [wait_words(wrong.wait_s) if wrong.wait_s else WRONG]
    return 429 if wrong.wait_s else 422


def say_whose(person_id: str) -> None:
    """After a link out of a mail did something to an account: say so when it is not the one signed in to here."""
    session = current.session()
    if session is not None and session.person_id != person_id:
        flash(_("That was for another account than the one you are signed in to here."))
