"""Which offers a card holder sees; each is for everyone or from a level up, and one needs a detail of them."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

_HEIGHT = {None: 0, "low": 1, "medium": 2, "high": 3}


@dataclass(frozen=True)
class Offer:
    """One offer; its words are the texts ``offer.<id>.*``, its drawing the template ``art.html``."""

    id: str
    cents: int
    was_cents: int
    level: str | None = None
    needs: str | None = None
    """The claim without which it means nothing."""


OFFERS = (
    Offer("tomatoes", 179, 249),
    Offer("cheese", 699, 949),
    Offer("bread", 225, 299),
    Offer("tulips", 500, 750),
    Offer("coffee", 449, 629, "low"),
    Offer("apples", 199, 289, "low"),
    Offer("delivery", 0, 595, "medium"),
    Offer("crate", 1495, 1995, "medium"),
    Offer("favourites", 399, 549, "high"),
    Offer("cake", 0, 695, "high", "birthdate"),
)


def offers_for(level: str | None, facts: Container[str] = ()) -> list[Offer]:
    """What this level and these claims may have, the most particular first. None is a passer-by."""
    open_to = [
        offer
        for offer in OFFERS
        if _HEIGHT[offer.level] <= _HEIGHT[level] and (offer.needs is None or offer.needs in facts)
    ]
    return sorted(open_to, key=lambda offer: -_HEIGHT[offer.level])
