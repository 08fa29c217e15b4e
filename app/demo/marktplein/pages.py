"""The supermarket's pages: offers for everyone, and for a card holder the card, its offers and its permission."""

from __future__ import annotations

from flask import Blueprint, render_template
from werkzeug.wrappers import Response

from app.demo.front_door import reception, send_to_provider, visitor
from app.demo.marktplein.loyalty_card import card_for
from app.demo.marktplein.offers import offers_for
from app.demo.relying_party import Errand

pages = Blueprint("pages", __name__)
_KNOWN_S = 12 * 3600

# RFC 9396: asked at every login, of use only when the person picks level high.
COLLECTION_ASKED = {
    "type": "omnichannel_collection",
    "channels": ["web", "app", "store"],
    "datatypes": ["visit", "purchase"],
    "purposes": ["personalisation", "loyalty"],
    "retention": "P6M",
}


@pages.get("/")
def home() -> str:
    holder = visitor()
    if holder is None:
        return render_template("home.html", offers=offers_for(None))
    card = card_for(holder.sub)
    _make_known(card.number, holder.sub)
    offers = offers_for(holder.level, holder.facts)
    return render_template("card.html", card=card, offers=offers, collection=holder.collection)


def _make_known(number: str, sub: str) -> None:
    """Register the card at the provider once, so that the till, which sees no more than a number, can ask by it."""
    at, key = reception(), f"card:{number}"
    if not at.memory.get(key) and at.office.register_card(number, sub):
        at.memory.set(key, value=True, expires_in=_KNOWN_S)


@pages.post("/level")
def choose_level() -> Response:
    """Bring the provider's picker back, so that the card holder can choose another level."""
    at, holder = reception(), visitor()
    errand = Errand("/", at.login_scope, expected_sub=holder.sub if holder else None)
    return send_to_provider(errand, **at.login_params, prompt="consent")
