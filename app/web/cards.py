"""Turns what a card proposes into what the picker shows: its items with their values, what is missing, what is new."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from flask import url_for
from flask_babel import gettext, ngettext

from app.domain.claims import in_catalogue_order
from app.domain.consent import Difference
from app.domain.derived import DERIVED
from app.domain.intended_use import Ground, Need
from app.domain.levels import Level
from app.domain.proposals import purposes_served
from app.domain.purposes import purpose_ids
from app.domain.release import Withheld
from app.services import fact_values
from app.services.proposals import Card
from app.web import current
from app.web.missing import Missing, Needed, left_out, missing_on, needed, to_mend
from app.web.notice import (
    Permission,
    benefit_of,
    ground_words,
    grounds_of,
    how_long,
    known_until,
    permission_of,
    purposes_of,
    until_apart,
)
from app.web.shop import Shop
from app.web.wording import (
    all_of,
    claim_label,
    claim_labels,
    ground_word,
    purpose_words,
    side_by_side,
    when_words,
)

_IN_ONE_BREATH = 4
_ORDERING = frozenset({"delivery", "payment", "invoicing"})


@dataclass(frozen=True)
class Item:
    """One claim on a card or among the extras, with its value as the person reads it."""

    claim: str
    label: str
    value: str | list[str] = field(repr=False)
    masked: str
    sensitive: bool
    whys: tuple[str, ...] = ()
    ground: str = ""
    until: str = ""
    """Of an extra that is not kept as long as what is on the cards: until when at the latest."""
    is_new: bool = False
    levels: tuple[str, ...] = ()
    ticked: bool = False
    before: bool = False
    """Shared with this business last time, and not ticked again by itself."""
    goes_on: bool = False
    """Shared with this business now, and stays so unticked; a tick adds what it is wanted for since then."""


@dataclass(frozen=True)
class Why:
    """One purpose on a card, and whether the business may use nothing for it yet."""

    words: str
    is_new: bool


@dataclass(frozen=True)
class PickerCard:
    """What the card macro shows; see ``templates/_macros/levels.html``."""

    level: str
    summary: str
    benefit: str
    items: list[Item]
    known: list[str]
    known_why: list[str]
    known_until: list[str]
    goes: list[str]
    """What the business gets now, and no longer with this card."""
    needed: list[Needed]
    fill_in_url: str
    """The page for all that is not filled in, when that is more than one item."""
    collection: Permission | None
    left_out: Missing | None
    """The permission the business asks at this level, when the person's own profile keeps all of it back."""
    why: list[Why]
    how_long: list[str]
    when: str
    """That it is also given while the person is not signed in; empty when it is not."""
    ground: list[str]
    for_order: bool
    """A step up at a checkout, which asks one level: what is new serves delivering, paying or invoicing."""
    new_terms: frozenset[str]
    """Of ``how_long``, ``when`` and ``collection``: what is wider than what the business has."""
    last_time: bool
    chosen: bool
    returning: bool
    """Whether the business gets something already."""

    @property
    def missing(self) -> list[Missing]:
        """Every item that is needed first."""
        return [item for need in self.needed for item in need.ways]


def only_new(cards: tuple[Card, ...]) -> bool:
    """Whether some card gives claims the business does not have, lacks one, or offers a new extra.

    Then only what is new stands open.
    """
    return any(
        card.difference is not None and (card.difference.on_card or card.difference.extras or _newly_missing(card))
        for card in cards
    )


def picker_cards(
    cards: tuple[Card, ...], shop: Shop, back: str, persona_id: str | None, chosen: Level | None
) -> list[PickerCard]:
    """The cards low to high. When there is something new, it alone stands open; the rest is folded away.

    ``back`` is the page to return to with what was missing.
    """
    shown, fold = [], only_new(cards)
    lower = cards[0].known if fold else frozenset[str]()
    for card in cards:
        shown.append(_card(card, shop, (back, persona_id), chosen, lower, fold=fold, alone=len(cards) == 1))
        lower = _asked(card)
    return shown


def picker_extras(cards: tuple[Card, ...], ticked: frozenset[str], *, adds: bool) -> list[Item]:
    """Every optional claim some card offers, once, with the levels at which it counts.

    Where the cards want it on different terms, it is shown with all of those. ``adds``: what is chosen is added to what
    the business has, so an extra it has already is shown with what is new about it.
    """
    offered: dict[str, list[Card]] = {}
    for card in cards:
        for claim in card.proposal.extras:
            offered.setdefault(claim, []).append(card)
    return [
        _item(
            claim,
            *offered[claim],
            new=False,
            levels=tuple(card.proposal.level.word for card in offered[claim])
            if len(offered[claim]) < len(cards)
            else (),
            ticked=claim in ticked,
            whys=tuple(_new_purposes(claim, *offered[claim]) if adds else _purposes(claim, *offered[claim])),
            until=until_apart(claim, *offered[claim]),
            before=any(claim in card.before for card in offered[claim]),
            goes_on=any(claim in card.known for card in offered[claim]),
        )
        for claim in in_catalogue_order(offered)
    ]


def extras_to_fill_in(cards: tuple[Card, ...], back: str, persona_id: str | None) -> list[Missing]:
    """Every optional claim some card would offer if the person had filled it in."""
    needed = {claim for card in cards for claim in to_mend(card.proposal.missing)}
    empty: dict[str, Card] = {}
    for card in cards:
        for claim in to_mend(_optional_not_held(card)):
            empty.setdefault(claim, card)
    return [
        missing_on(claim, Withheld.NOT_HELD, empty[claim], back, persona_id, together=False)
        for claim in in_catalogue_order(set(empty) - needed - DERIVED)
    ]


def _optional_not_held(card: Card) -> Mapping[str, Withheld]:
    uses, withheld = card.proposal.use.claims, card.proposal.withheld
    return {
        claim: why
        for claim, why in withheld.items()
        if why is Withheld.NOT_HELD and claim in uses and uses[claim].need is Need.OPTIONAL
    }


def _card(
    card: Card,
    shop: Shop,
    asking: tuple[str, str | None],
    chosen: Level | None,
    lower: frozenset[str],
    *,
    fold: bool,
    alone: bool,
) -> PickerCard:
    proposal, new = card.proposal, card.difference
    missing = to_mend(proposal.missing)
    empty = [claim for claim, why in missing.items() if why is Withheld.NOT_HELD]
    together = len(empty) > 1
    shown = new.on_card if fold and new is not None else proposal.claims
    whys = purpose_words(_whys(card, shown))
    lacking = [missing_on(claim, why, card, *asking, together=together) for claim, why in missing.items()]
    fresh = [] if new is None else purpose_words(new.purposes | (_purposes_missing(card) - _served_already(card)))
    return PickerCard(
        level=proposal.level.word,
        summary=_summary(card, lower, shop),
        benefit=benefit_of(card),
        items=[_shared(claim, card) for claim in in_catalogue_order(shown)],
        known=claim_labels(card.known - shown),
        known_why=[words for words in purpose_words(purposes_of(card, proposal.claims)) if words not in whys],
        known_until=known_until(card, shown),
        goes=claim_labels(card.goes),
        needed=needed(lacking, frozenset(whys)),
        fill_in_url=url_for("facts.edit_missing", claim=empty, persona=asking[1], next=asking[0]) if together else "",
        collection=permission_of(card, shop),
        left_out=left_out(card, *asking),
        why=[Why(words, is_new=words in fresh) for words in whys],
        how_long=how_long(proposal, proposal.claims if new is not None and new.longer else shown),
        when=when_words(offline=proposal.offline),
        ground=ground_words(card),
        for_order=alone and fold and new is not None and _is_for_order(card, new),
        new_terms=_new_terms(new),
        last_time=card.last_time,
        chosen=proposal.level is chosen,
        returning=new is not None or card.ends,
    )


def _whys(card: Card, shown: frozenset[str]) -> frozenset[str]:
    """The purposes that stand open: those of the claims that do, and what is new for the others.

    Where no claim does yet, those of what is missing.
    """
    if not shown and (asked := _purposes_missing(card)):
        return asked
    new = frozenset() if card.difference is None else card.difference.purposes
    return purposes_of(card, shown) | (new & purposes_of(card, card.proposal.claims))


def _asked(card: Card) -> frozenset[str]:
    """What is on the card, and what would be if it were not missing."""
    return card.proposal.claims | to_mend(card.proposal.missing).keys()


def _summary(card: Card, lower: frozenset[str], shop: Shop) -> str:
    proposal = card.proposal
    new = _asked(card) - lower
    names = claim_labels(new - DERIVED)
    tracks = gettext("%(shop)s may also keep track of what you do.", shop=shop.name) if proposal.collection else ""
    if new:
        listed = _listed(names or claim_labels(new))
        if names:
            first = gettext("Also your %(names)s.", names=listed) if lower else gettext("Your %(names)s.", names=listed)
        else:  # what follows from other details has a name that no "your" goes before
            first = gettext("Also: %(names)s.", names=listed) if lower else gettext("Only: %(names)s.", names=listed)
        return " ".join(str(sentence) for sentence in (first, _enough_for(card, lower), tracks) if sentence)
    if tracks:
        return str(tracks)
    if not _asked(card):
        return str(gettext("Only a number by which this business recognises you."))
    if card.difference is not None and card.difference.on_card and card.difference.on_card <= card.known:
        return str(gettext("No new details."))
    if card.difference is None or card.difference.on_card:
        return str(gettext("Nothing more than the level before it."))
    if _new_terms(card.difference):
        return str(gettext("No new details."))
    asks_extras = not card.difference.extras.isdisjoint(proposal.extras)
    return str(gettext("Nothing new, unless you tick an extra below.") if asks_extras else gettext("Nothing new."))


def _enough_for(card: Card, lower: frozenset[str]) -> str:
    """What this level is enough for: low to log in, one that adds what an order needs to order."""
    if card.proposal.level is Level.LOW:
        return str(gettext("Enough to log in."))
    terms, uses = card.proposal.terms, card.proposal.use.claims
    new = [terms.get(claim) or uses[claim] for claim in _asked(card) - lower if claim in terms or claim in uses]
    added = {reference for use in new for reference in use.purposes}
    return str(gettext("Needed to order.")) if _serves_ordering(added) else ""


def _listed(names: list[str]) -> str:
    """The first few names in one breath, and how many more there are."""
    words = [name.lower() for name in names]
    more = len(words) - _IN_ONE_BREATH
    if more > 0:
        few = ", ".join(words[:_IN_ONE_BREATH])
        return str(ngettext("%(names)s and %(num)s more", "%(names)s and %(num)s more", more, names=few))
    return all_of(words)


def _shared(claim: str, card: Card) -> Item:
    """An item of the card. One the business has already, and would use for more, says for what."""
    new = card.difference is not None and claim in card.difference.on_card
    whys = tuple(_new_purposes(claim, card)) if new and claim in card.known else ()
    return _item(claim, card, new=new, whys=whys)


def _item(
    claim: str,
    *cards: Card,
    new: bool,
    levels: tuple[str, ...] = (),
    ticked: bool = False,
    whys: tuple[str, ...] = (),
    until: str = "",
    before: bool = False,
    goes_on: bool = False,
) -> Item:
    value, language = cards[0].values[claim], current.language()
    grounds = {card.proposal.terms[claim].ground for card in cards}
    if len(grounds) == 1 and not any(_says_ground(claim, card) for card in cards):
        grounds.clear()
    return Item(
        claim=claim,
        label=claim_label(claim),
        value=fact_values.display(claim, value, language),
        masked=fact_values.mask(claim, value, language) if claim in fact_values.SENSITIVE else "",
        sensitive=claim in fact_values.SENSITIVE,
        whys=whys,
        ground=side_by_side(*map(ground_word, sorted(grounds))),
        until=until,
        is_new=new,
        levels=levels,
        ticked=ticked,
        before=before,
        goes_on=goes_on,
    )


def _says_ground(claim: str, card: Card) -> bool:
    """Whether the ground of a claim is not that of its whole card, leaves the person less to say than the one the
    business has it on, or obliges the business to keep it.
    """
    ground, agreed = card.proposal.terms[claim].ground, card.agreed.get(claim)
    stronger = agreed is not None and ground.outweighs(agreed.ground)
    return stronger or ground is Ground.LEGAL_DUTY or grounds_of(card) != {ground}


def _newly_missing(card: Card) -> frozenset[str]:
    """What the business never got and the person cannot give yet."""
    return frozenset(card.proposal.missing) - card.before


def _purposes_missing(card: Card) -> frozenset[str]:
    return frozenset(
        reference for claim in _newly_missing(card) for reference in card.proposal.use.claims[claim].purposes
    )


def _served_already(card: Card) -> frozenset[str]:
    """What the business uses something for that it has."""
    return purposes_served(card.agreed, card.known, None)


def _is_for_order(card: Card, new: Difference) -> bool:
    return _serves_ordering(_purposes_missing(card) | (new.purposes if new.claims else frozenset()))


def _serves_ordering(purposes: Iterable[str]) -> bool:
    return not purpose_ids(purposes).isdisjoint(_ORDERING)


def _new_terms(new: Difference | None) -> frozenset[str]:
    if new is None:
        return frozenset()
    wider = {"how_long": new.longer, "when": new.offline, "collection": new.collection}
    return frozenset(name for name, is_wider in wider.items() if is_wider)


def _purposes(claim: str, *cards: Card) -> list[str]:
    return purpose_words({purpose for card in cards for purpose in card.proposal.terms[claim].purposes})


def _new_purposes(claim: str, *cards: Card) -> list[str]:
    """What a claim would serve that the business may not use it for yet."""
    had = {purpose for card in cards if claim in card.agreed for purpose in card.agreed[claim].purposes}
    return purpose_words({purpose for card in cards for purpose in card.proposal.terms[claim].purposes} - had)
