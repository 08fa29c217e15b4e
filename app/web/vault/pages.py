"""What is in the vault, business by business and kind by kind, and what was asked at the till."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import abort, jsonify, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from app.domain.collection import DATATYPES
from app.services.local_time import rfc3339
from app.services.vault import reading
from app.services.vault.documents import Deposit
from app.web import current
from app.web.deposit_words import TYPE_WORDS, deposit_words
from app.web.look_ups import LookUpWords, look_up_words
from app.web.shop import Shop, shop_of
from app.web.vault.blueprint import blueprint, own_business, own_deposit
from app.web.wording import date_words

_ON_A_PAGE = 50


@dataclass(frozen=True)
class ShelfCard:
    """One business on the overview."""

    shop: Shop
    url: str
    kinds: list[str]
    card_since: str


@blueprint.get("")
def overview() -> str:
    """Every business that keeps something here, or asked."""
    person_id = current.require_session().person_id
    services = current.services()
    shelves = reading.shelves(services, person_id, current.now())
    businesses = reading.businesses(services, person_id)  # after them: each has its business by then
    return render_template(
        "vault/overview.html",
        shelves=[_card(each, shop_of(businesses[each.business_id])) for each in shelves],
        empty=not any(each.counts for each in shelves),
        looked_up=_looked_up(person_id, None, 5),
    )


@blueprint.get("/looked-up")
def looked_up() -> str:
    """The latest questions businesses asked, latest first."""
    person_id = current.require_session().person_id
    found = _looked_up(person_id, None, reading.LATEST)
    return render_template("vault/looked_up.html", looked_up=found, full=len(found) == reading.LATEST)


@blueprint.get("/export")
def export() -> Response:
    """Everything in the vault as one JSON file."""
    person_id = current.require_session().person_id
    services, now = current.services(), current.now()
    kept = reading.of_person(services, person_id, now)
    businesses = reading.businesses(services, person_id)
    response = jsonify(
        vault=[{"business": shop_of(businesses[each.business_id]).name, **reading.as_document(each)} for each in kept],
        exported_at=rfc3339(now),
    )
    response.headers["Content-Disposition"] = 'attachment; filename="vault.json"'
    return response


@blueprint.get("/business/<business_id>")
def shelf(business_id: str) -> str:
    """What one business keeps here, of one kind or all."""
    person_id = current.require_session().person_id
    shop, services = own_business(business_id), current.services()
    everything = reading.of_person(services, person_id, current.now(), business_id)
    only = request.args.get("type", "")
    if only and only not in DATATYPES:
        abort(404)
    page = request.args.get("page", 1, type=int)
    shown = [each for each in everything if each.type == only] or everything  # of a kind may be nothing any more
    first = (max(page, 1) - 1) * _ON_A_PAGE
    if page < 1 or (first and first >= len(shown)):
        abort(404)
    card_since = reading.card_since(services, person_id, business_id)
    return render_template(
        "vault/shelf.html",
        shop=shop,
        business_id=business_id,
        kinds=_kinds(business_id, everything, only),
        deposits=[deposit_words(each) for each in shown[first : first + _ON_A_PAGE]],
        older_url=_url(business_id, only, page + 1) if first + _ON_A_PAGE < len(shown) else "",
        newer_url=_url(business_id, only, page - 1) if first else "",
        any=bool(everything),
        card_since="" if card_since is None else date_words(card_since),
        looked_up=_looked_up(person_id, business_id, 20),
    )


@blueprint.get("/deposit/<deposit_id>")
def show(deposit_id: str) -> str:
    """One deposit, all of it."""
    deposit = own_deposit(deposit_id)
    return render_template(
        "vault/show.html",
        shop=own_business(deposit.business_id),
        deposit=deposit_words(deposit),
        shelf_url=_url(deposit.business_id, "", 1),
    )


def _card(each: reading.Shelf, shop: Shop) -> ShelfCard:
    words = [f"{TYPE_WORDS[name]}: {each.counts[name]}" for name in DATATYPES if name in each.counts]
    if each.asked:
        words.append(str(ngettext("Asked %(num)s time", "Asked %(num)s times", each.asked)))
    since = "" if each.card_since is None else date_words(each.card_since)
    return ShelfCard(shop, _url(each.business_id, "", 1), words, since)


def _kinds(business_id: str, everything: Sequence[Deposit], only: str) -> list[dict[str, object]]:
    """The choice between kinds; none while there is only one kind."""
    counts = {name: sum(each.type == name for each in everything) for name in DATATYPES}
    found = [name for name in DATATYPES if counts[name]]
    if len(found) < 2:
        return []
    choices = [("", str(gettext("Everything")), len(everything))]
    choices += [(name, str(TYPE_WORDS[name]), counts[name]) for name in found]
    return [
        {"url": _url(business_id, name, 1), "label": label, "count": count, "is_current": name == only}
        for name, label, count in choices
    ]


def _looked_up(person_id: str, business_id: str | None, limit: int) -> list[LookUpWords]:
    services = current.services()
    found = reading.looked_up(services, person_id, business_id, limit)
    businesses = reading.businesses(services, person_id, business_id)
    return [look_up_words(each, shop_of(businesses[each.record.business_id]).name) for each in found]


def _url(business_id: str, only: str, page: int) -> str:
    return url_for("vault.shelf", business_id=business_id, type=only or None, page=page if page > 1 else None)
