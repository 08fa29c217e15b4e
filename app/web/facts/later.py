"""Changing a detail of a later persona: the same as the first one's, something else, or nothing."""

from dataclasses import replace
from typing import Any

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.services import profile
from app.services.fact_values import display
from app.services.personas import Persona
from app.services.sessions import Session
from app.web import current
from app.web.facts import saving
from app.web.facts.saving import Choice
from app.web.forms.facts import NOTHING, OWN, SAME, FactsForm


def edit(session: Session, first: Persona, persona: Persona, claim: str) -> Response:
    """The form, and what becomes of it."""
    services, lang = current.services(), current.language()
    fact = profile.read(services, session.person_id, persona.id).get(claim)
    mine = profile.read(services, session.person_id, first.id).get(claim)
    own = fact is not None and not fact.inherited
    values = {claim: fact.value} if fact is not None and own else {}
    hidden = profile.hidden(services, session.person_id, persona.id)
    choice = Choice(
        use=OWN if own else NOTHING if claim in hidden else SAME,
        first_value="" if mine is None else display(claim, mine.value, lang),
    )
    if request.method == "GET":
        return saving.form_page(FactsForm((claim,), values, lang), persona, choice=choice)
    form = FactsForm((claim,), values, lang, request.form)
    if request.form.get("action") == "country":
        return saving.form_page(form, persona, choice=replace(choice, use=OWN))
    choice = replace(choice, use=request.form.get("use", ""))
    changes, error = _read(form, claim, choice.use)
    if changes is None:
        return saving.form_page(form, persona, status=422, choice=replace(choice, error=error))
    return saving.save(session, persona, changes)


def _read(form: FactsForm, claim: str, use: str) -> tuple[dict[str, Any] | None, str]:
    if use == SAME:
        return {claim: None}, ""
    if use == NOTHING:
        return {claim: profile.HIDDEN}, ""
    if use != OWN:
        return None, str(_("Choose one of these."))
    changes = saving.read(form, (claim,))
    if changes is not None and changes[claim] is None:
        return None, str(_("Fill in your other details, or choose another answer."))
    return changes, ""
