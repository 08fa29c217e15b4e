"""The basket and the orders of one visitor. The basket is in their cookie; an order is kept only while they share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.demo.blauw_en_zoon.catalogue import CATALOGUE, Product

MOST_OF_ONE = 9
FREE_DELIVERY_FROM_CENTS = 5000
DELIVERY_CENTS = 495


@dataclass(frozen=True)
class Line:
    """So many of one product."""

    product: Product
    count: int

    @property
    def cents(self) -> int:
        return self.product.cents * self.count


@dataclass(frozen=True)
class Basket:
    """Lines in the order of the catalogue, and what they come to in cents."""

    lines: tuple[Line, ...]

    @property
    def count(self) -> int:
        return sum(line.count for line in self.lines)

    @property
    def goods_cents(self) -> int:
        return sum(line.cents for line in self.lines)

    @property
    def delivery_cents(self) -> int:
        return 0 if self.goods_cents >= FREE_DELIVERY_FROM_CENTS else DELIVERY_CENTS

    @property
    def total_cents(self) -> int:
        return self.goods_cents + self.delivery_cents


@dataclass(frozen=True)
class Order:
    """A confirmed order. Who it is for is read from what the shop knows of its customer, never copied here."""

    number: str
    basket: Basket
    sub: str


def read_basket(counts: object) -> Basket:
    """Read what the cookie says; a product that is no longer sold, or an odd count, is left out."""
    known = counts if isinstance(counts, Mapping) else {}
    lines = []
    for product in CATALOGUE.values():
        count = known.get(product.id, 0)
        if isinstance(count, int) and 0 < count <= MOST_OF_ONE:
            lines.append(Line(product, count))
    return Basket(tuple(lines))


def changed(basket: Basket, product: Product, count: int) -> dict[str, int]:
    """The basket's counts with this product at ``count``, kept between none and the most of one."""
    counts = {line.product.id: line.count for line in basket.lines}
    counts[product.id] = max(0, min(count, MOST_OF_ONE))
    return {name: number for name, number in counts.items() if number}
