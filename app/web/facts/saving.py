"""From a posted form to what is kept, and to the page that says so: the steps every form of details shares."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from app.domain.errors import Refusal
from app.services import account, audience, correction, facts
from app.services.fact_values import Accepted, NothingTyped, Refused, display, read_claim
from app.services.personas import Persona
from app.services.sessions import Session
from app.web import current
from app.web.forms.facts import FactsForm
from app.web.handover import requesting_client, requesting_shop
from app.web.persona_links import named
from app.web.way_back import local_path
from app.web.wording import persona_name


@dataclass(frozen=True)
class Choice:
    """What a later persona does with a claim, what is wrong with the answer, and what the first one has."""

    use: str = ""
    error: str = ""
    first_value: str = field(default="", repr=False)


def own_values(session: Session, persona: Persona) -> dict[str, Any]:
    """What the persona has of its own, by claim: a value, or ``HIDDEN`` in place of the first one's."""
    services, person_id = current.services(), session.person_id
    held, hidden = facts.read(services, person_id, persona.id), facts.hidden(services, person_id, persona.id)
    own = {claim: fact.value for claim, fact in held.items() if not fact.inherited}
    return {**own, **dict.fromkeys(hidden, facts.HIDDEN)}


def read(form: FactsForm, claims: tuple[str, ...]) -> dict[str, Any] | None:
    """The values typed, None for a claim left empty; None at all when a field is not right, and says why."""
    changes: dict[str, Any] = {}
    fine = True
    for claim in claims:
        outcome = read_claim(claim, form.typed(claim), today=current.now().date())
        match outcome:
            case Accepted(value=value):
                changes[claim] = value
            case NothingTyped():
                changes[claim] = None
            case Refused(problems=problems):
                form.complain(claim, problems)
                fine = False
    return changes if fine else None


def save(
    session: Session, persona: Persona, changes: dict[str, Any], form: FactsForm, page: Callable[..., Response]
) -> Response:
    """Keep the changes, say whom they reach, and go back to where the person came from.

    What another window changed since the form was opened is told on the ``page`` of the form, and not lost.
    """
    services, person_id, now = current.services(), session.person_id, current.now()
    try:
        changed = correction.correct(services, person_id, persona.id, changes, now, form.shown)
    except correction.Overtaken as overtaken:
        _say_overtaken(session, persona, form, overtaken.claims)
        return page(status=409)
    users = facts.users(services, person_id, persona.id, changed)
    reached = audience.names(audience.of_claims(services, person_id, users, now).told)
    kept = changed & facts.read(services, person_id, persona.id).keys()
    flash(_told(len(reached), gone=not kept) if changed else _("Nothing was changed."), "success")
    email = changes.get("email")
    if "email" in changed and isinstance(email, str):
        send_confirmation(session, email)
    return redirect(way_back(persona), 303)


def send_confirmation(session: Session, email: str) -> None:
    """Mail a link to an address that is not confirmed yet, and say so."""
    try:
        asked = account.request_link(
            current.services(),
            session.person_id,
            email,
            language=current.language(),
            signs_in=False,
            now=current.now(),
        )
    except Refusal as refusal:
        full = _("We sent no link: there is no room for another address. Remove one under Account first.")
        later = _("We could not send a link to this address now. Try again later.")
        flash(full if refusal.code == "too_many" else later, "error")
        return
    if asked is account.Asked.SENT:
        flash(_("We sent a link to the address. Open it to confirm that the address is yours."))


def way_back(persona: Persona) -> str:
    """The page that sent the person here, else the overview."""
    asked = local_path(request.args.get("next"))
    return asked or url_for("facts.overview", persona=named(persona))


def in_a_login(persona: Persona) -> bool:
    """Whether a shop's login waits for what is filled in here."""
    return requesting_client(way_back(persona)) is not None


def form_page(
    form: FactsForm,
    persona: Persona,
    *,
    title: str = "",
    values: dict[str, Any] | None = None,
    status: int = 200,
    choice: Choice | None = None,
) -> Response:
    """The form; ``values`` are what is kept now, ``choice`` what a later persona does with it."""
    back_url = way_back(persona)
    page = render_template(
        "facts/edit.html",
        form=form.form,
        parts=form.parts,
        shown=form.shown,
        title=title or form.parts[0].label,
        persona=persona,
        persona_name=persona_name(persona),
        removable=[part.claim for part in form.parts if len(part.inputs) > 1 and part.claim in (values or {})],
        back_url=back_url,
        shop=requesting_shop(back_url),
        choice=choice,
        reached=_reached(persona, tuple(part.claim for part in form.parts)),
    )
    return make_response(page, status)


def _say_overtaken(session: Session, persona: Persona, form: FactsForm, claims: Iterable[str]) -> None:
    """Beside each claim what another window made of it; saved once more, what is typed here counts."""
    now = own_values(session, persona)
    for claim in claims:
        value = now.get(claim)
        form.shown[claim] = facts.fingerprint(value)
        if value is None or value is facts.HIDDEN:
            form.say(claim, _("This was changed in another window meanwhile. Save again to keep what you see here."))
            continue
        shown = display(claim, value, current.language())
        text = _("In another window this became: %(value)s. Save again to keep what you see here.", value=shown)
        form.say(claim, text)


def _reached(persona: Persona, claims: tuple[str, ...]) -> dict[str, list[str]]:
    """Who is told when this changes, and who had it before and is not."""
    services, session, now = current.services(), current.require_session(), current.now()
    users = facts.users(services, session.person_id, persona.id, claims)
    found = audience.of_claims(services, session.person_id, users, now)
    return {"told": audience.names(found.told), "not_told": audience.names(found.before, but=found.told)}


def _told(shops: int, *, gone: bool) -> str:
    if not shops:
        return str(_("Saved."))
    if gone:
        return str(
            ngettext("Saved. %(num)s business gets this no more.", "Saved. %(num)s businesses get this no more.", shops)
        )
    return str(
        ngettext(
            "Saved. %(num)s business gets this from now on.", "Saved. %(num)s businesses get this from now on.", shops
        )
    )
