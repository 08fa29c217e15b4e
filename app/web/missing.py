"""What a card asks that is not there to be shared: why, and where the person can mend that."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext

from app.domain.claims import in_catalogue_order
from app.domain.derived import FLAGS
from app.domain.purposes import purpose_ids
from app.domain.release import Withheld
from app.services.proposals import Card
from app.web.wording import all_of, claim_label, purpose_words


@dataclass(frozen=True)
class Missing:
    """A claim that is asked and not there to be shared, and where to mend that.

    Several required ones that are not filled in are mended on one page: then the card has the way there.
    """

    label: str
    whys: tuple[str, ...]
    way: str
    url: str


@dataclass(frozen=True)
class Needed:
    """What is missing for the same reason, in one breath, and each way to mend it."""

    names: str
    whys: tuple[str, ...]
    ways: list[Missing]


def to_mend(missing: Mapping[str, Withheld]) -> dict[str, Withheld]:
    """What the person can fill in or allow, with why it is missing: a flag comes with what it tells of."""
    told_of = {FLAGS[claim]: why for claim, why in missing.items() if claim in FLAGS}
    both = told_of | {claim: why for claim, why in missing.items() if claim not in FLAGS}
    return {claim: both[claim] for claim in in_catalogue_order(both)}


def missing_on(
    claim: str, reason: Withheld, card: Card, back: str, persona_id: str | None, *, together: bool
) -> Missing:
    """One claim of a card; ``together`` with others that are filled in on one page, ``back`` where to return to."""
    label = claim_label(claim)
    if reason is Withheld.NOT_HELD:
        if together:
            return Missing(label, tuple(_purposes_of_use(card, claim)), "", "")
        url = url_for("facts.edit_claim", claim=claim, persona=persona_id, next=back)
        fill_in = gettext("Fill in: %(item)s", item=label)
        return Missing(label, tuple(_purposes_of_use(card, claim)), fill_in, url)
    why, what = gettext("Your own profile leaves this out."), label
    if reason is Withheld.PURPOSE_NOT_ALLOWED:
        what = ", ".join(_purposes_of_use(card, claim))
        why = gettext("Your own profile does not allow what it is for: %(purposes)s", purposes=what)
    way = gettext("Allow it in your profile: %(item)s", item=what)
    return Missing(label, (why,), way, _own_profile(card, back, persona_id))


def needed(missing: list[Missing], said: frozenset[str]) -> list[Needed]:
    """Those that are missing for the same reason, together; ``said``: what the card says it is for anyway."""
    alike: dict[tuple[str, ...], list[Missing]] = {}
    for item in missing:
        alike.setdefault(item.whys, []).append(item)
    return [
        Needed(all_of([item.label.lower() for item in items]), () if said.issuperset(whys) else whys, items)
        for whys, items in alike.items()
    ]


def left_out(card: Card, back: str, persona_id: str | None) -> Missing | None:
    """The permission of level high, when the person's own profile keeps all of it back."""
    asked, proposal = card.proposal.use.collection, card.proposal
    if (
        asked is None
        or proposal.collection
        or asked.for_purposes(purpose_ids(proposal.offered_purposes) | card.objected)
    ):
        return None
    what = ", ".join(purpose_words(asked.purposes))
    why = gettext("Your own profile does not allow what it is for: %(purposes)s", purposes=what)
    return Missing("", (why,), gettext("Allow it in your profile"), _own_profile(card, back, persona_id))


def _own_profile(card: Card, back: str, persona_id: str | None) -> str:
    return url_for("profiles.edit", level=card.proposal.level.word, persona=persona_id, next=back)


def _purposes_of_use(card: Card, claim: str) -> list[str]:
    """Of a claim, and of the flag that tells of it: a business may ask either alone."""
    asked = [use for name, use in card.proposal.use.claims.items() if FLAGS.get(name, name) == claim]
    return purpose_words({purpose for use in asked for purpose in use.purposes})
