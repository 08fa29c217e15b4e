"""What businesses asked for and did not get: their part of a timeline, and those that never got anything."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from flask_babel import gettext

from app.services import sharing
from app.web import current
from app.web.shop import Shop, shop_of
from app.web.timeline import Entry, entry
from app.web.wording import claim_labels, date_words


@dataclass(frozen=True)
class RefusedShop:
    """A business that asked, and never got anything."""

    shop: Shop
    asked_on: str
    """The last time."""
    claims: Sequence[str]


def refused_entries(person_id: str, business_id: str, shop: str) -> Iterable[Entry]:
    """Every refusal of one business: what it asked for, and that it got nothing."""
    for refused, _client in sharing.refused(current.services(), person_id):
        if refused.business_id == business_id:
            title = gettext("%(shop)s asked for:", shop=shop)
            yield entry(refused.at, "asked", title, claims=claim_labels(refused.asked))
            yield entry(refused.at, "refused", gettext("You shared nothing"))


def never_given(person_id: str, known: Collection[str]) -> list[RefusedShop]:
    """Businesses that asked and are not among the ``known`` ones, the last that asked first."""
    found: dict[str, RefusedShop] = {}
    for refused, client in sharing.refused(current.services(), person_id):
        if refused.business_id not in known and refused.business_id not in found:
            found[refused.business_id] = RefusedShop(
                shop_of(client), date_words(refused.at), claim_labels(refused.asked)
            )
    return [*found.values()]
