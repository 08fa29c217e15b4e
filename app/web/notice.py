"""The terms of a picker card in words: the person reads them on the card, and a receipt keeps them as its notice."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import gettext

from app.domain.claim_terms import ClaimTerms
from app.domain.claims import in_catalogue_order
from app.domain.intended_use import COLLECTION_GROUND, Ground
from app.domain.proposals import Proposal, purposes_served
from app.domain.purposes import purpose_id
from app.services.proposals import Card
from app.web import current
from app.web.shop import Shop
from app.web.wording import (
    channel_words,
    claim_labels,
    datatype_words,
    date_words,
    ground_word,
    level_word,
    period_words,
    purpose_words,
    side_by_side,
    when_words,
)


@dataclass(frozen=True)
class Permission:
    """The permission of level high in words."""

    text: str
    channels: list[str]
    datatypes: list[str]
    purposes: list[str]
    ground: str


def title_words(cards: tuple[Card, ...], shop: Shop) -> str:
    """The question of the picker: the first one, or what becomes of a running grant."""
    if any(card.difference is not None or card.ends for card in cards):
        return str(gettext("What does %(shop)s get now?", shop=shop.name))
    return str(gettext("What do you want to share with %(shop)s?", shop=shop.name))


def notice_text(card: Card, title: str, shop: Shop, ticked: frozenset[str]) -> str:
    """The chosen card as plain lines, names and terms but no value: the words the decision was taken on."""
    proposal, permission = card.proposal, permission_of(card, shop)
    chosen = proposal.extras & ticked
    lines = [
        (gettext("Level"), level_word(proposal.level)),
        (gettext("What %(shop)s gets", shop=shop.name), side_by_side(*claim_labels(proposal.claims - chosen))),
        (gettext("Extra, only if you want to"), side_by_side(*claim_labels(chosen))),
        (gettext("%(shop)s no longer gets", shop=shop.name), side_by_side(*claim_labels(card.goes))),
        (gettext("Why"), side_by_side(*purpose_words(purposes_of(card, proposal.claims)))),
        (gettext("How long"), side_by_side(*how_long(proposal, proposal.claims))),
        (gettext("When"), when_words(offline=proposal.offline)),
        (gettext("Who else"), gettext("Nobody else")),
        (gettext("Legal ground"), side_by_side(*ground_words(card))),
        (gettext("What you get"), benefit_of(card)),
    ]
    if permission is not None:
        lines += [
            (gettext("And this permission"), permission.text),
            (gettext("Where"), side_by_side(*permission.channels)),
            (gettext("What"), side_by_side(*permission.datatypes)),
            (gettext("Why"), side_by_side(*permission.purposes)),
            (gettext("Legal ground"), permission.ground),
        ]
    return "\n".join([title, *(f"{label}: {words}" for label, words in lines if words)])


def how_long(proposal: Proposal, claims: frozenset[str]) -> list[str]:
    """The term of a card: a length and the day it ends, and which of these claims are kept shorter or longer."""
    term = gettext(
        "%(period)s at most, until %(date)s",
        period=period_words(proposal.retention),
        date=date_words(proposal.ends_at),
    )
    return [str(term), *apart(proposal, claims)]


def apart(proposal: Proposal, claims: frozenset[str]) -> list[str]:
    """Those of these claims that are not kept as long as the proposal says, by the day they are kept until."""
    days = by_day({claim: proposal.terms[claim] for claim in claims})
    days.pop(date_words(proposal.ends_at), None)
    return [until_words(day, alike) for day, alike in days.items()]


def by_day(terms: Mapping[str, ClaimTerms]) -> dict[str, list[str]]:
    """The claims of these terms by the day, in words, until which they are kept."""
    together: dict[str, list[str]] = {}
    for claim in in_catalogue_order(terms):
        together.setdefault(date_words(terms[claim].until), []).append(claim)
    return together


def until_words(day: str, claims: list[str]) -> str:
    """Which details are kept until this day."""
    return str(gettext("%(detail)s until %(date)s", detail=", ".join(claim_labels(claims)), date=day))


def known_until(card: Card, shown: frozenset[str]) -> list[str]:
    """Until when the business goes on getting what it has: each claim keeps its own terms, which may end before the
    grant.
    """
    on_card = {claim: card.proposal.terms[claim] for claim in card.proposal.claims}
    days = by_day({claim: {**card.agreed, **on_card}[claim] for claim in card.known - shown})
    if len(days) == 1:
        return [str(gettext("From now on until %(date)s.", date=day)) for day in days]
    return [until_words(day, alike) for day, alike in days.items()]


def until_apart(claim: str, *cards: Card) -> str:
    """Until when an extra is kept at the latest; nothing when that is as long as the rest of each card."""
    days = [(date_words(each.terms[claim].until), date_words(each.ends_at)) for each in (c.proposal for c in cards)]
    if all(own == rest for own, rest in days):
        return ""
    return str(gettext("until %(date)s", date=date_words(max(card.proposal.terms[claim].until for card in cards))))


def permission_of(card: Card, shop: Shop) -> Permission | None:
    """The permission of a card, kept until its own term or the grant is over; None on a card without one."""
    collection = card.proposal.collection
    if collection is None:
        return None
    text = gettext(
        "%(shop)s may keep track of what you do. Kept until %(date)s.",
        shop=shop.name,
        date=date_words(min(card.proposal.ends_at, collection.retention.after(current.now()))),
    )
    return Permission(
        text,
        channel_words(collection),
        datatype_words(collection),
        purpose_words(collection.purposes),
        ground_word(COLLECTION_GROUND),
    )


def purposes_of(card: Card, claims: frozenset[str]) -> frozenset[str]:
    """What these claims are for, as references. What the permission alone is for stands with the permission."""
    served = purposes_served(card.proposal.terms, claims, None)
    own = frozenset(each for each in card.proposal.purposes if purpose_id(each) in served)
    return own or card.proposal.purposes


def ground_words(card: Card) -> list[str]:
    return [ground_word(ground) for ground in sorted(grounds_of(card))]


def grounds_of(card: Card) -> set[Ground]:
    """The grounds of what the card gives; of a card that gives no claim, that of its level."""
    terms = card.proposal.terms
    return {terms[claim].ground for claim in card.proposal.claims} or {card.proposal.use.ground}


def benefit_of(card: Card) -> str:
    return str(card.proposal.use.benefit.get(current.language(), ""))
