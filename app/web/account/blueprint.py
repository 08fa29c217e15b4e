"""The blueprint, and what a wrong password looks like on each of its pages."""

from flask import Blueprint
from wtforms import PasswordField

from app.services.credentials import Wrong
from app.web.passwords import WRONG, wait_words

blueprint = Blueprint("account", __name__, url_prefix="/account")


def say_wrong(field: PasswordField, wrong: Wrong) -> int:
    """Put the sentence beside the field; returns the status of the page."""
    field.errors = [wait_words(wrong.wait_s) if wrong.wait_s else WRONG]
    return 429 if wrong.wait_s else 422
