"""Moves the time of a demonstration on. Registered only where the clock can be moved at all, never in production."""

from http import HTTPStatus
from typing import cast

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.domain.retention import Period
from app.services import clock
from app.services.clock import SandboxClock
from app.web import current
from app.web.wording import time_words

blueprint = Blueprint("clock", __name__, url_prefix="/clock")

_STEPS = {"day": Period(0, 1), "fortnight": Period(0, 14), "nearly": Period(5, 17), "half-year": Period(6)}
"""``nearly`` is half a year less the fortnight in which a person is asked whether to extend, whatever the month."""


@blueprint.get("")
def overview() -> str:
    """What time it is here, and the ways to move it."""
    moved = bool(clock.offset(current.services()))
    return render_template("clock/overview.html", now=time_words(current.now()), moved=moved)


@blueprint.get("/now")
def now() -> dict[str, int]:
    """The time in seconds since 1970: demonstration shops live in the same time."""
    return {"now": int(current.now().timestamp())}


@blueprint.post("")
def move() -> Response:
    """Move the clock on for everybody at this provider."""
    period = _STEPS.get(request.form.get("by", ""))
    if period is None:
        abort(HTTPStatus.BAD_REQUEST)
    if clock.move_on(current.services(), period, current.now()):
        flash(_("The clock was moved on. What should happen by now happens within a few seconds."), "success")
    else:
        flash(_("The clock goes no further than ten years ahead."), "error")
    return _read_again()


@blueprint.post("/back")
def back() -> Response:
    """Back to the real time."""
    clock.back(current.services())
    flash(_("It is the real time again. What has ended stays ended."), "success")
    return _read_again()


def _read_again() -> Response:
    cast(SandboxClock, current.clock()).forget()
    return redirect(url_for("clock.overview"), 303)
