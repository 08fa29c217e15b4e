"""The first page: what this is, for visitors who are not signed in."""

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.web import current

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
def overview() -> Response | str:
    """Welcome, or straight to who has what."""
    if current.session() is not None:
        return redirect(url_for("sharing.overview"), 303)
    return render_template("home/overview.html")
