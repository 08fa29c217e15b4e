"""The shop's pages: shelves, a product, the basket, the step up at checkout, and the order with what arrived for it."""

from __future__ import annotations

import secrets

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from app.demo.blauw_en_zoon.basket import Basket, Order, changed, read_basket
from app.demo.blauw_en_zoon.catalogue import CATALOGUE, Product
from app.demo.front_door import look_again, reception, send_to_provider, visitor
from app.demo.relying_party import Errand
from app.demo.visit import Visit

pages = Blueprint("pages", __name__)
_ORDER_S = 12 * 3600
# An order is under way for days: the shop may look up a corrected address while the customer is not there.
_CHECKOUT_SCOPE = "openid offline_access identity:medium"


@pages.app_context_processor
def basket_on_every_page() -> dict[str, object]:
    return {"basket": _basket(), "can_order": _can_order(visitor())}


@pages.get("/")
def home() -> str:
    return render_template("home.html", products=CATALOGUE.values())


@pages.get("/product/<name>")
def product(name: str) -> str:
    return render_template("product.html", product=_product(name))


@pages.get("/basket")
def basket() -> str:
    return render_template("basket.html")


@pages.post("/basket/<name>")
def change_basket(name: str) -> Response:
    """Set how many of a product there are; without a count, add one."""
    chosen, now = _product(name), _basket()
    had = sum(line.count for line in now.lines if line.product == chosen)
    count = request.form.get("count", type=int)
    session["basket"] = changed(now, chosen, had + 1 if count is None else count)
    # Drawn beforehand: a second click on the order is the same order, in the same place.
    session.setdefault("order", _order_number())
    return redirect(url_for("pages.basket"), 303)


@pages.get("/checkout")
def checkout() -> str | Response:
    """Between basket and order: say what is still needed before the visitor is sent to the provider for it."""
    if visitor() is None or _can_order(visitor()) or not _basket().lines:
        return redirect(url_for("pages.basket"), 303)
    return render_template("checkout.html")


@pages.post("/checkout")
def step_up() -> Response:
    """Ask for level medium on top of the grant that the login made (Grant Management: merge)."""
    elsewhere = look_again(url_for("pages.basket"))
    visit = visitor()
    if elsewhere or visit is None:
        return elsewhere or redirect(url_for("pages.basket"), 303)
    merge = {"grant_management_action": "merge", "grant_id": visit.grant_id} if visit.grant_id else {}
    errand = Errand(url_for("pages.basket"), _CHECKOUT_SCOPE, expected_sub=visit.sub)
    return send_to_provider(errand, **merge)


@pages.post("/order")
def place_order() -> Response:
    """Confirm the order, if the visitor still shares what it takes to deliver it."""
    elsewhere = look_again(url_for("pages.basket"))
    visit, now = visitor(), _basket()
    if elsewhere or visit is None or not visit.fresh or not now.lines:
        return elsewhere or redirect(url_for("pages.basket"), 303)
    if not _can_order(visit):
        flash("too_little")
        return redirect(url_for("pages.basket"), 303)
    order = Order(session.pop("order", None) or _order_number(), now, visit.sub)
    reception().memory.set(_order_key(order.number), order, _ORDER_S)
    session.pop("basket")
    return redirect(url_for("pages.order", number=order.number), 303)


@pages.get("/order/<number>")
def order(number: str) -> str | Response:
    """Show the order to whoever placed it, with what the shop holds of them at this moment."""
    found, visit = reception().memory.get(_order_key(number)), visitor()
    if visit is None:
        return redirect(url_for("pages.home"), 303)
    if not isinstance(found, Order) or found.sub != visit.sub:
        abort(404)
    return render_template("order.html", order=found)


def _order_number() -> str:
    return f"BZ-{secrets.randbelow(900_000) + 100_000}"


def _basket() -> Basket:
    return read_basket(session.get("basket"))


def _product(name: str) -> Product:
    return CATALOGUE.get(name) or abort(404)


def _can_order(visit: Visit | None) -> bool:
    """Delivery takes an address and payment an account; the level's name alone delivers nothing."""
    return visit is not None and bool(visit.facts.get("address")) and bool(visit.facts.get("payment_account"))


def _order_key(number: str) -> str:
    return f"order:{number}"
