"""What the pottery sells; names and stories are texts, drawings are the template ``art.html``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Product:
    """One piece. Its words are the texts ``product.<id>.*``."""

    id: str
    cents: int


CATALOGUE: dict[str, Product] = {
    product.id: product
    for product in (
        Product("tulip-vase", 18900),
        Product("windmill-tile", 2450),
        Product("ship-plate", 6800),
        Product("heron-jar", 14500),
        Product("canal-house", 3950),
        Product("morning-cup", 3200),
    )
}
