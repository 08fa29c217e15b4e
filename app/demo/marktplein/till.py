"""The till on the shop floor: products on the receipt, the loyalty card scanned, and after paying the vault."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace

from flask import Blueprint, abort, current_app, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from app.demo.back_office import Answer
from app.demo.front_door import reception, visitor
from app.demo.marktplein.loyalty_card import card_for, check_digit
from app.demo.marktplein.offers import OFFERS, Offer
from app.demo.texts import Texts, language

till = Blueprint("till", __name__)

_ON_SALE = {offer.id: offer for offer in OFFERS if offer.cents}
_RECEIPT_S = 8 * 3600
_MOST_LINES = 50
_STORE = "Marktplein Utrecht"
_PURPOSE = "loyalty"


@dataclass(frozen=True)
class Receipt:
    """What is on the till now: products with how many, the card that was scanned, and what became of it."""

    number: str
    counts: dict[str, int] = field(default_factory=dict)
    card: str = field(default="", repr=False)
    answer: Answer | None = None
    paid: bool = False
    kept: str = ""
    """``kept``, ``refused``, ``unreachable`` or ``no_card``, once it is paid."""

    @property
    def lines(self) -> list[tuple[Offer, int]]:
        return [(_ON_SALE[name], count) for name, count in self.counts.items()]

    @property
    def cents(self) -> int:
        return sum(offer.cents * count for offer, count in self.lines)


@till.get("/kassa")
def show() -> str:
    """The till as it stands."""
    holder = visitor()
    return render_template(
        "till.html",
        receipt=_receipt(),
        on_sale=list(_ON_SALE.values()),
        own_card=card_for(holder.sub).number if holder else "",
        misread=request.args.get("misread") == "1",
        store=_STORE,
    )


@till.get("/till")
def in_english() -> Response:
    """The same place by its English name."""
    return redirect(url_for("till.show"), 303)


@till.post("/kassa/product/<name>")
def scan_product(name: str) -> Response:
    """One more of a product on the receipt."""
    if name not in _ON_SALE:
        abort(404)
    receipt = _open()
    if sum(receipt.counts.values()) < _MOST_LINES:
        _keep(replace(receipt, counts={**receipt.counts, name: receipt.counts.get(name, 0) + 1}))
    return redirect(url_for("till.show"), 303)


@till.post("/kassa/card")
def scan_card() -> Response:
    """Ask the provider whether this purchase may be kept of whoever holds this card."""
    number = "".join(character for character in request.form.get("number", "") if character.isdecimal())
    if len(number) != 13 or not number.isascii() or check_digit(number[:12]) != number[12]:
        return redirect(url_for("till.show", misread=1), 303)
    answer = reception().office.may_keep(number, channel="store", purpose=_PURPOSE, datatype="purchase", place=_STORE)
    _keep(replace(_open(), card=number, answer=answer))
    return redirect(url_for("till.show"), 303)


@till.post("/kassa/pay")
def pay() -> Response:
    """Pay; and only if the card's holder allows it, the purchase goes into their vault. The shop keeps nothing."""
    receipt = _open()
    if not receipt.counts:
        return redirect(url_for("till.show"), 303)
    answer, kept = receipt.answer, "no_card"
    if answer is not None:
        if answer.word == "yes":
            answer = reception().office.deposit(_purchase(receipt))
        kept = {"yes": "kept", "no": "refused"}.get(answer.word, answer.word)
    _keep(replace(receipt, paid=True, kept=kept, answer=answer))
    return redirect(url_for("till.show"), 303)


@till.post("/kassa/next")
def next_customer() -> Response:
    """A clean till."""
    reception().memory.delete(_key())
    session.pop("till", None)
    return redirect(url_for("till.show"), 303)


def _purchase(receipt: Receipt) -> dict[str, object]:
    """The receipt as a deposit. The moment is left to the provider: the two clocks need not agree."""
    words: Texts = current_app.extensions["demo_texts"]
    items = [
        {
            "name": words.say(f"offer.{offer.id}.name", language()),
            "quantity": count,
            "price": _amount(offer.cents * count),
        }
        for offer, count in receipt.lines
    ]
    content = {"store": _STORE, "items": items, "total": _amount(receipt.cents), "currency": "EUR"}
    return {
        "loyalty_number": receipt.card,
        "type": "purchase",
        "channel": "store",
        "purpose": _PURPOSE,
        "external_id": receipt.number,
        "content": content,
    }


def _amount(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


def _receipt() -> Receipt:
    kept = reception().memory.get(_key())
    return kept if isinstance(kept, Receipt) else Receipt(f"MP-{secrets.token_hex(6)}")


def _open() -> Receipt:
    """The receipt being made; after paying, a new one."""
    receipt = _receipt()
    return Receipt(f"MP-{secrets.token_hex(6)}") if receipt.paid else receipt


def _keep(receipt: Receipt) -> None:
    session.setdefault("till", secrets.token_urlsafe(16))
    reception().memory.set(_key(), receipt, _RECEIPT_S)


def _key() -> str:
    return f"till:{session.get('till', '')}"
