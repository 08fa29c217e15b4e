"""Changing a detail of a later persona: the same as the first one's, something else, or nothing."""

from dataclasses import replace
from functools import partial
from typing import Any

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.services import facts
from app.services.fact_values import display
from app.services.personas import Persona
from app.services.sessions import Session
from app.web import current
from app.web.facts import saving
from app.web.facts.saving import Choice
from app.web.forms.facts import NOTHING, OWN, SAME, FactsForm
from app.web.language import looks_again


def edit(session: Session, first: Persona, persona: Persona, claim: str) -> Response:
    """The form, and what becomes of it."""
    lang = current.language()
    own = saving.own_values(session, persona).get(claim)
    mine = facts.read(current.services(), session.person_id, first.id).get(claim)
    kept = own is not None and own is not facts.HIDDEN
    choice = Choice(
        use=OWN if kept else NOTHING if own is facts.HIDDEN else SAME,
        first_value="" if mine is None else display(claim, mine.value, lang),
    )
    posted = request.form if request.method == "POST" else None
    form = FactsForm((claim,), {claim: own} if kept else {}, lang, {claim: facts.fingerprint(own)}, posted)
    page = partial(saving.form_page, form, persona)
    if request.method == "GET":
        return page(choice=choice)
    if request.form.get("action") == "country":
        return page(choice=replace(choice, use=OWN))
    choice = replace(choice, use=request.form.get("use", ""))
    if looks_again():
        return page(choice=choice)
    changes, error = _read(form, claim, choice.use, empty_at_first=not kept)
    if changes is None:
        return page(status=422, choice=replace(choice, error=error))
    return saving.save(session, persona, changes, form, partial(page, choice=choice))


def _read(form: FactsForm, claim: str, use: str, *, empty_at_first: bool) -> tuple[dict[str, Any] | None, str]:
    if use in {SAME, NOTHING} and empty_at_first and form.filled_in(claim):
        return None, str(_("You filled something in, but chose another answer. Choose “Something else”, or clear it."))
    if use == SAME:
        return {claim: None}, ""
    if use == NOTHING:
        return {claim: facts.HIDDEN}, ""
    if use != OWN:
        return None, str(_("Choose one of these."))
    changes = saving.read(form, (claim,))
    if changes is not None and changes[claim] is None:
        return None, str(_("Fill in your other details, or choose another answer."))
    return changes, ""
