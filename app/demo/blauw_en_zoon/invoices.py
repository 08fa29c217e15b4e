"""The invoices of the web shop: the name and address on them must be kept for seven years (article 52 AWR)."""

from __future__ import annotations

from app.demo.blauw_en_zoon.basket import Order
from app.demo.bookkeeping import Books
from app.demo.memory import Memory


def _orders_of(memory: Memory, sub: str) -> list[str]:
    orders = memory.matching("order:").items()
    return [key for key, order in orders if isinstance(order, Order) and order.sub == sub]


INVOICES = Books(_orders_of, ("name", "address"), "counter.law", 7)
