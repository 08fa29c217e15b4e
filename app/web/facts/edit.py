"""Changing details: a whole group, or one claim that a shop still needs; nothing typed is lost on the way."""

from functools import partial

from flask import abort, redirect, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.services import facts
from app.services.fact_values import FIELDS, joined_name
from app.services.personas import Persona
from app.services.sessions import Session
from app.web import current
from app.web.facts import later, saving
from app.web.facts.blueprint import GROUPS, TOGETHER, blueprint, whose
from app.web.forms.facts import FactsForm
from app.web.language import as_read, looks_again
from app.web.wording import claim_label


@blueprint.route("/edit/<group>", methods=["GET", "POST"])
@as_read
def edit(group: str) -> Response:
    """The form of one group, of the person's own details."""
    session = current.require_session()
    persona, _have = whose(session)
    if group not in GROUPS or not persona.first:
        abort(404)
    title, claims = GROUPS[group]
    return _edit(session, persona, claims, str(title))


@blueprint.route("/claim/<claim>", methods=["GET", "POST"])
@as_read
def edit_claim(claim: str) -> Response:
    """The form of one claim, or of the few that belong together."""
    session = current.require_session()
    if claim not in FIELDS:
        abort(404)
    persona, have = whose(session)
    if not persona.first:
        return later.edit(session, have[0], persona, claim)
    together = (claim,) if saving.in_a_login(persona) else _with(claim)
    return _edit(session, persona, together, claim_label(claim), needed=(claim,))


@blueprint.route("/missing", methods=["GET", "POST"])
@as_read
def edit_missing() -> Response:
    """One form of all the claims a shop still needs, for whichever persona: what is typed is its own."""
    session = current.require_session()
    persona, _have = whose(session)
    named = request.args.getlist("claim")
    if not named or not FIELDS.keys() >= set(named):
        abort(404)
    claims = tuple(dict.fromkeys(named))
    return _edit(session, persona, claims, str(_("Fill in what is missing")), needed=claims)


@blueprint.post("/email/link")
def send_link() -> Response:
    """Send the link for an e-mail detail once more."""
    session = current.require_session()
    persona, _have = whose(session)
    fact = facts.read(current.services(), session.person_id, persona.id).get("email")
    if fact is not None:
        saving.send_confirmation(session, str(fact.value))
    return redirect(saving.way_back(persona), 303)


def _edit(
    session: Session, persona: Persona, claims: tuple[str, ...], title: str, needed: tuple[str, ...] = ()
) -> Response:
    """``needed``: what a shop's login waits for, so that leaving it empty there is a mistake to be told."""
    held = facts.read(current.services(), session.person_id, persona.id)
    values = {claim: held[claim].value for claim in claims if claim in held}
    own = saving.own_values(session, persona)
    shown = {claim: facts.fingerprint(own.get(claim)) for claim in claims}
    form = FactsForm(claims, values, current.language(), shown, request.form if request.method == "POST" else None)
    page = partial(saving.form_page, form, persona, title=title, values=values)
    action = request.form.get("action", "")
    if request.method == "GET" or looks_again() or action == "country":
        return page()
    gone = [claim for claim in claims if action == f"remove-{claim}"]
    changes = saving.read(form, tuple(claim for claim in claims if claim not in gone))
    if changes is None:
        return page(status=422)
    if "name" in changes and changes["name"] is None and "name" not in held:
        changes["name"] = joined_name(changes)
    empty = [claim for claim in needed if claim not in gone and changes.get(claim) is None]
    if empty and saving.in_a_login(persona):
        form.ask_for(empty)
        return page(status=422)
    if not persona.first:  # What stays as the first persona has it, and what is left empty, is no value of its own.
        changes = {claim: value for claim, value in changes.items() if value not in (None, values.get(claim))}
    return saving.save(session, persona, {**changes, **dict.fromkeys(gone)}, form, page)


def _with(claim: str) -> tuple[str, ...]:
    """The claim, and those that are filled in together with it."""
    return next((several for several in TOGETHER if claim in several), (claim,))
