"""The development mailbox: what would have been sent, to read on this machine. Registered in development only."""

import re

from flask import Blueprint, abort, render_template
from markupsafe import Markup, escape

from app.services import mail
from app.web import current

blueprint = Blueprint("mailbox", __name__, url_prefix="/mailbox")

_LINK = re.compile(r"https?://[^\s<>\"]+")


@blueprint.get("")
def overview() -> str:
    """All mail, newest first."""
    return render_template("mailbox/overview.html", letters=mail.latest(current.services()))


@blueprint.get("/<mail_id>")
def show(mail_id: str) -> str:
    """One mail, its links to follow."""
    letter = mail.find(current.services(), mail_id)
    if letter is None:
        abort(404)
    return render_template("mailbox/show.html", letter=letter, text=_with_links(letter.text))


def _with_links(text: str) -> Markup:
    pieces, at = [], 0
    for match in _LINK.finditer(text):
        pieces.append(escape(text[at : match.start()]))
        pieces.append(Markup('<a href="{0}">{0}</a>').format(match.group()))
        at = match.end()
    return Markup("").join([*pieces, escape(text[at:])])
