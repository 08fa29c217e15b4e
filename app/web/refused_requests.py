"""What businesses asked for and did not get: their part of a timeline, and those that never got anything."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext

from app.domain.clients import Client
from app.services import sharing
from app.storage.refused_requests import RefusedRequest
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


def refused_by(person_id: str, business_id: str) -> Sequence[tuple[RefusedRequest, Client]]:
    """What a person refused one business, and which of its clients asked."""
    everything = sharing.refused(current.services(), person_id)
    return [(refused, client) for refused, client in everything if refused.business_id == business_id]


def refused_entries(
    refusals: Iterable[tuple[RefusedRequest, Client]], shop: str, named: Mapping[str, str]
) -> Iterable[Entry]:
    """Every refusal of one business: what it asked for, and that it got nothing."""
    for refused, client in refusals:
        title, through = gettext("%(shop)s asked for:", shop=shop), named[client.id]
        yield entry(refused.at, "asked", title, claims=claim_labels(refused.asked), client=through)
        yield entry(refused.at, "refused", gettext("You shared nothing"), client=through)


def never_given(person_id: str, known: Collection[str]) -> list[RefusedShop]:
    """Businesses that asked and are not among the ``known`` ones, the last that asked first."""
    found: dict[str, RefusedShop] = {}
    for refused, client in sharing.refused(current.services(), person_id):
        if refused.business_id not in known and refused.business_id not in found:
            found[refused.business_id] = RefusedShop(
                shop_of(client), date_words(refused.at), claim_labels(refused.asked)
            )
    return [*found.values()]
