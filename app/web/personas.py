"""Other details of the same person, for work or a parcel point: made, named, taken away. Unseen until then."""

from flask import Blueprint, flash, make_response, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.domain.errors import Refusal
from app.services import audience, personas
from app.services.fact_values import Accepted, Problem, Reason, Refused, read_claim
from app.services.personas import COLOURS, Persona
from app.services.sessions import Session
from app.web import current
from app.web.forms.personas import PersonaForm
from app.web.forms.problems import problem_text
from app.web.language import as_read, looks_again
from app.web.persona_links import none_there

blueprint = Blueprint("personas", __name__, url_prefix="/personas")


@blueprint.get("/new")
def begin() -> str:
    """The form for another set of details, in a colour not used yet."""
    session = current.require_session()
    used = {persona.colour for persona in personas.of_person(current.services(), session.person_id)}
    colour = next((colour for colour in COLOURS if colour not in used), COLOURS[0])
    return _page(PersonaForm(formdata=None, data={"colour": colour}), None)


@blueprint.post("/new")
@as_read
def add() -> Response:
    """Make it, and go on to what is different there."""
    session, form = current.require_session(), PersonaForm()
    if looks_again():
        return make_response(_page(form, None))
    if not _is_fine(form):
        return make_response(_page(form, None), 422)
    try:
        persona_id = personas.add(
            current.services(), session.person_id, str(form.label.data), form.colour.data, current.now()
        )
    except Refusal as refusal:
        form.label.errors = [_say(refusal)]
        return make_response(_page(form, None), 422)
    flash(_("Made. Change here what is different; the rest stays the same as yours."), "success")
    return redirect(url_for("facts.overview", persona=persona_id), 303)


@blueprint.get("/<persona_id>")
def edit(persona_id: str) -> str:
    """Its name and colour."""
    persona = _own(current.require_session(), persona_id)
    form = PersonaForm(formdata=None, data={"label": persona.label, "colour": persona.colour})
    return _page(form, persona)


@blueprint.post("/<persona_id>")
@as_read
def rename(persona_id: str) -> Response:
    """Keep another name or colour."""
    session = current.require_session()
    persona, form = _own(session, persona_id), PersonaForm()
    if looks_again():
        return make_response(_page(form, persona))
    if not _is_fine(form):
        return make_response(_page(form, persona), 422)
    try:
        personas.rename(current.services(), session.person_id, persona.id, str(form.label.data), form.colour.data)
    except Refusal as refusal:
        form.label.errors = [_say(refusal)]
        return make_response(_page(form, persona), 422)
    flash(_("Saved."), "success")
    return redirect(url_for("facts.overview", persona=persona.id), 303)


@blueprint.get("/<persona_id>/remove")
def removal(persona_id: str) -> str:
    """Ask once; or say which shops come first."""
    session = current.require_session()
    return _removal_page(session, _own(session, persona_id))


@blueprint.post("/<persona_id>/remove")
def remove(persona_id: str) -> Response:
    """Take it away."""
    session = current.require_session()
    persona = _own(session, persona_id)
    try:
        personas.remove(current.services(), session.person_id, persona.id, current.now())
    except Refusal as refusal:
        if refusal.code != "persona_in_use":
            raise
        return make_response(_removal_page(session, persona), 409)
    flash(_("%(name)s was removed.", name=persona.label), "success")
    return redirect(url_for("facts.overview"), 303)


def _own(session: Session, persona_id: str) -> Persona:
    for persona in personas.of_person(current.services(), session.person_id):
        if persona.id == persona_id and not persona.first:
            return persona
    raise none_there()


def _is_fine(form: PersonaForm) -> bool:
    """Whether name and colour will do; a name is read as any other text a person types."""
    usable = bool(form.validate())
    outcome = read_claim("nickname", {"nickname": form.label.data or ""}, today=current.now().date())
    if isinstance(outcome, Accepted):
        form.label.data = str(outcome.value)
    elif usable:
        problems = outcome.problems if isinstance(outcome, Refused) else (Problem("nickname", Reason.REQUIRED),)
        form.label.errors = [problem_text(problem) for problem in problems]
        return False
    return usable


def _say(refusal: Refusal) -> str:
    if refusal.code == "label_taken":
        return str(_("You have this name already. Choose another one."))
    return str(_("There is no room for another one. Remove one first."))


def _page(form: PersonaForm, persona: Persona | None) -> str:
    back = url_for("account.overview") if persona is None else url_for("facts.overview", persona=persona.id)
    return render_template("personas/edit.html", form=form, persona=persona, back_url=back)


def _removal_page(session: Session, persona: Persona) -> str:
    reached = audience.of_persona(current.services(), session.person_id, persona.id, current.now())
    return render_template("personas/removal.html", persona=persona, reached=reached)
