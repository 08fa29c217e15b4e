"""Extend or end: the terms of one business once more, before they are over."""

from dataclasses import replace
from http import HTTPStatus

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.domain.errors import Refusal
from app.services import extension, personas
from app.services.extension import Offer
from app.services.receipts import Notice
from app.services.sharing import Shared
from app.web import current
from app.web.cards import picker_cards
from app.web.grant_cards import about_words, grant_card, more_goes_on_words, no_longer_words
from app.web.language import as_read
from app.web.notice import notice_text
from app.web.own_grant import as_it_stands, done, own
from app.web.shop import shop_of
from app.web.wording import claim_labels, date_words, purpose_words

blueprint = Blueprint("extension", __name__, url_prefix="/sharing/<grant_id>/extend")


@blueprint.get("")
def ask(grant_id: str) -> Response | str:
    """Show exactly what extending would agree to. Looking at this page extends nothing."""
    shared = own(grant_id)
    try:
        offer = extension.offer(current.services(), grant_id, shared.grant.person_id, current.now())
    except Refusal:
        return as_it_stands(grant_id)
    return _page(shared, offer)


@blueprint.post("")
@as_read
def extend(grant_id: str) -> Response | tuple[str, int]:
    """Take the decision that is on screen; on any other terms than those, show them first."""
    shared, services, now = own(grant_id), current.services(), current.now()
    person_id, shop = shared.grant.person_id, shop_of(shared.client)
    try:
        offer = extension.offer(services, grant_id, person_id, now)
        notice = Notice(current.language(), _notice_text(shared, offer))
        grant = extension.extend(services, grant_id, person_id, request.form.get("shown", ""), notice, now)
    except Refusal as refusal:
        if refusal.code in {"no_grant", "decided_since"}:
            return as_it_stands(grant_id)
        return _page(shared, offer, refusal.code), HTTPStatus.CONFLICT
    until = date_words(grant.ends_at)
    return done(grant, _("Extended. %(shop)s goes on until %(date)s at the latest.", shop=shop.name, date=until))


def _notice_text(shared: Shared, offer: Offer) -> str:
    """The words extending was decided on, names only; empty where nothing can be."""
    if offer.card is None:
        return ""
    shop = shop_of(shared.client)
    title = _("Extend or end sharing with %(shop)s?", shop=shop.name)
    stays = notice_text(replace(offer.card, goes=frozenset()), title, shop, frozenset())
    return "\n".join(line for line in (stays, about_words(shared), *_goes(shared, offer)) if line)


def _goes(shared: Shared, offer: Offer) -> list[str]:
    """What would end with the decision, and that the rest goes on."""
    if offer.card is None:
        return []
    shop, why = shop_of(shared.client).name, ", ".join(purpose_words(offer.purposes_gone))
    ends = [
        no_longer_words(shared, shop, ", ".join(claim_labels(offer.card.goes))),
        _("The permission to keep track of what you do ends.") if offer.permission_goes else "",
        _("No longer for: %(purposes)s", purposes=why) if why else "",
    ]
    said = [sentence for sentence in ends if sentence]
    return [*said, more_goes_on_words(shared, shop)] if said and shared.more_goes_on else said


def _page(shared: Shared, offer: Offer, error: str = "") -> str:
    shop, card = shop_of(shared.client), offer.card
    several = len(personas.of_person(current.services(), offer.grant.person_id)) > 1
    persona = offer.grant.persona_id if several else None
    back = url_for("extension.ask", grant_id=offer.grant.id)
    return render_template(
        "extension/ask.html",
        grant=grant_card(shared),
        card=None if card is None else picker_cards((card,), shop, back, persona, None)[0],
        shown="" if card is None else card.shown,
        gains=offer.gains,
        level_gone=offer.level_gone,
        goes=_goes(shared, offer),
        objected=purpose_words(offer.grant.objected, offer.grant.purposes),
        renamed=card is not None and card.renamed,
        error=error,
    )
