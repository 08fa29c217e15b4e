"""The picker: one card per level, nothing chosen beforehand; the person shares one or shares nothing."""

from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.domain.authorization_request import asks_beyond
from app.domain.clients import Client
from app.domain.errors import Refusal
from app.domain.levels import Level
from app.domain.stored_request import StoredRequest
from app.services import consents, pausing, personas, proposals
from app.services.consents import Choice
from app.services.personas import Persona
from app.services.proposals import Card
from app.services.receipts import Notice
from app.web import current
from app.web.cards import extras_to_fill_in, only_new, picker_cards, picker_extras
from app.web.deciding import Waiting, go_on, refuse, waiting
from app.web.headers import allow_form_to
from app.web.language import as_read, ask_for, looks_again
from app.web.notice import notice_text, title_words
from app.web.persona_links import switch
from app.web.shop import shop_of
from app.web.wording import as_persona, clock_words, purpose_words

blueprint = Blueprint("consent", __name__, url_prefix="/consent")

_SAY_AGAIN = {
    "card_changed": HTTPStatus.CONFLICT,
    "incomplete": HTTPStatus.UNPROCESSABLE_ENTITY,
    "not_accepted": HTTPStatus.BAD_REQUEST,
}
"""Refusals after which the person looks at the cards once more; nothing was shared."""


@dataclass(frozen=True)
class Asking:
    """A request that waits for this person's choice, and the personas that may make it."""

    handle: str
    stored: StoredRequest
    client: Client
    person_id: str
    personas: tuple[Persona, ...]
    """Those that this request can be answered as."""
    persona: Persona
    one_of_several: bool

    @property
    def named(self) -> str | None:
        """The persona as pages, forms and links name it: not at all while the person has no other."""
        return self.persona.id if self.one_of_several else None


@blueprint.get("/<handle>")
def choose(handle: str) -> Response | str:
    """Show what each level would release now."""
    asking = _open(handle, waiting(handle), request.args.getlist("persona"))
    return asking if isinstance(asking, Response) else _page(asking)


@blueprint.post("/<handle>")
@as_read
def decide(handle: str) -> Response | tuple[str, int]:
    """Take the decision; scope, claims and client come from the stored request only, never from the form."""
    back = redirect(url_for("authorize.resume", handle=handle), 303)
    found, decision = waiting(handle), request.form.getlist("decision")
    if decision == ["refuse"]:
        return refuse(handle, found)
    asking = _open(handle, found, request.form.getlist("persona"))
    if isinstance(asking, Response):
        return asking
    if decision != ["share"] and not looks_again():
        abort(HTTPStatus.BAD_REQUEST)
    ticked = frozenset(request.form.getlist("extra"))
    level = _level(request.form.getlist("profile"))
    if looks_again():
        if level is None and not ticked:  # by its address, for a browser asks before it goes back to a form's answer
            return redirect(url_for("consent.choose", handle=handle, persona=asking.named), 303)
        return _page(asking, ticked, level), HTTPStatus.OK
    if level is None:
        return _page(asking, ticked=ticked, error="nothing_chosen"), HTTPStatus.UNPROCESSABLE_ENTITY
    choice = Choice(asking.persona.id, level, ticked, request.form.get(f"shown-{level.word}", ""))
    try:
        consents.give(
            current.services(),
            asking.stored.id,
            asking.stored.request,
            asking.client,
            asking.person_id,
            choice,
            _notice(asking, choice),
            current.now(),
        )
    except Refusal as refusal:
        if refusal.code in _SAY_AGAIN:
            return _page(asking, ticked, level, refusal.code), _SAY_AGAIN[refusal.code]
    return back


def _open(handle: str, found: Waiting | None, named: list[str]) -> Response | Asking:
    """The request this browser is going on with, or the way to the screen that comes first."""
    if found is None:
        return go_on(handle)
    asking = _asking(handle, found, named)
    if asking is None:
        flash(_("Something changed since you opened this page, so look at it once more. Nothing has been shared yet."))
        return redirect(url_for("consent.choose", handle=handle), 303)
    if pausing.is_paused(current.services(), asking.persona.id, asking.client.id, current.now()):
        return redirect(url_for("pause.ask", handle=handle, persona=asking.named), 303)
    return asking


def _asking(handle: str, found: Waiting, named: list[str]) -> Asking | None:
    """With the persona the page names, else the one this business knows, else the first; None when the one named was
    removed meanwhile, or is not theirs.
    """
    services, now = current.services(), current.now()
    stored, client, person_id = found.stored, found.client, found.person_id
    own = personas.of_person(services, person_id)
    with services.database.read() as db:
        meant = proposals.persona_meant(db, stored.request, client, person_id)
        usual = proposals.persona_of_last_visit(db, person_id, client.id, now)
    able = tuple(persona for persona in own if meant in (None, persona.id)) or own
    if request.method == "POST":
        usual = None  # a page that names nobody was of the first: there was no other yet
    wanted = named[0] if named else usual
    persona = next((persona for persona in able if persona.id == wanted), None)
    if persona is None and named:
        return None
    return Asking(handle, stored, client, person_id, able, persona or able[0], one_of_several=len(own) > 1)


def _level(posted: list[str]) -> Level | None:
    """The level chosen, None for none; what no page of ours posts is refused."""
    if not posted:
        return None
    try:
        (word,) = posted
        return Level.from_word(word)
    except ValueError:
        abort(HTTPStatus.BAD_REQUEST)


def _page(asking: Asking, ticked: frozenset[str] = frozenset(), chosen: Level | None = None, error: str = "") -> str:
    ask_for(asking.stored.request.ui_locales)
    allow_form_to(asking.stored.request.redirect_uri)
    # What is ticked stands among the extras, where it can be unticked: no card says it too.
    cards, shop = _cards(asking), shop_of(asking.client)
    here = url_for("consent.choose", handle=asking.handle, persona=asking.named)
    adds = asking.stored.request.grant_action == "merge"
    return render_template(
        "consent/choose.html",
        shop=shop,
        cards=picker_cards(cards, shop, here, asking.named, chosen),
        objected=purpose_words(cards[0].objected) if cards else [],
        extras=picker_extras(cards, ticked, adds=adds),
        to_fill_in=extras_to_fill_in(cards, here, asking.named),
        shown={card.proposal.level.word: card.shown for card in cards},
        title=title_words(cards, shop),
        renamed=any(card.renamed for card in cards),
        returning=any(card.difference is not None or card.ends for card in cards),
        step_up=only_new(cards),
        adds=adds,
        asks_too_much=bool(cards) and asks_beyond(asking.stored.request, asking.client.business.intended_use),
        persona=asking.named,
        as_whom=as_persona(asking.persona) if asking.named else "",
        waits_until=clock_words(asking.stored.expires_at),
        personas=switch(
            asking.personas,
            asking.persona.id,
            lambda each: url_for("consent.choose", handle=asking.handle, persona=each.id),
        ),
        error=error,
    )


def _cards(asking: Asking, ticked: frozenset[str] = frozenset()) -> tuple[Card, ...]:
    services = current.services()
    with services.database.read() as db:
        return proposals.cards(
            services,
            db,
            asking.stored.request,
            asking.client,
            asking.person_id,
            asking.persona.id,
            current.now(),
            ticked=ticked,
        )


def _notice(asking: Asking, choice: Choice) -> Notice:
    """The words of the chosen card, as the person read them: what the receipt keeps."""
    cards = _cards(asking, choice.ticked)
    card = next((card for card in cards if card.proposal.level is choice.level), None)
    shop = shop_of(asking.client)
    text = "" if card is None else notice_text(card, title_words(cards, shop), shop, choice.ticked)
    return Notice(current.language(), text)
