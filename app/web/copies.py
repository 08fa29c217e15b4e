"""Which copies of a person's data are with businesses, a kind at a time: what the picture of the overview draws.

Told from the grants and from what a business answered. The provider cannot look into a business: after an end, a copy
of which nobody said that it is erased may still be there, and no day is known on which it goes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from types import MappingProxyType

from app.domain.case_answers import RefusedItem
from app.domain.cases import ACCOUNT_RECORDS, collected_datatype
from app.domain.claims import in_catalogue_order
from app.services.cases import Followed
from app.services.local_time import LOCAL_TIME
from app.services.sharing import Shared
from app.web.shop import shop_of, told_apart
from app.web.wording import persona_name, side_by_side


class Kind(StrEnum):
    """A kind of data, in the order it is drawn."""

    NAME = "name"
    CONTACT = "contact"
    ADDRESS = "address"
    PAYMENT = "payment"
    ABOUT = "about"
    BEHAVIOUR = "behaviour"


_KINDS: Mapping[str, Kind] = MappingProxyType(
    dict.fromkeys(
        ("name", "given_name", "family_name", "middle_name", "nickname", "preferred_username"),
        Kind.NAME,
    )
    | dict.fromkeys(("email", "email_verified", "phone_number", "phone_number_verified"), Kind.CONTACT)
    | {"address": Kind.ADDRESS, "payment_account": Kind.PAYMENT}
)


@dataclass(frozen=True)
class Held:
    """One kind of data at one business. ``by_law``: the law makes the business keep it so long."""

    kind: Kind
    until: datetime | None
    """None after an end, while nothing says when it goes."""
    by_law: bool = False
    said: bool = False
    """Whether only the business says so, in its answer."""
    asked: bool = False
    """Whether the business is asked to erase it, and has not said that it did."""


@dataclass(frozen=True)
class Holder:
    """A business with a grant, and what it holds under it, or may have after its end."""

    name: str
    paused: bool
    held: Sequence[Held]
    ended: bool = False
    closed: bool = False
    """Whether it gets nothing now because its connection with us is closed."""
    persona: str = ""
    """Whose details under a running grant, in words; nothing while the person has one persona."""


def kind_of(item: str) -> Kind:
    """The kind of a claim or another item; what has no kind of its own says something about the person."""
    return Kind.BEHAVIOUR if collected_datatype(item) else _KINDS.get(item, Kind.ABOUT)


def held_under(shared: Shared, now: datetime) -> list[Held]:
    """What a business holds under a running grant, each kind until the last of its claims has to go.

    What the law makes it keep of what it is not given any more is among them.
    """
    grant, held = shared.grant, []
    for claim in in_catalogue_order(shared.given | shared.undeclared):
        item = shared.terms.get(claim)
        by_law = item is not None and item.outlasts_consent and item.until > grant.ends_at
        until = item.until if item is not None and (by_law or item.until < grant.ends_at) else grant.ends_at
        held.append(Held(kind_of(claim), until, by_law))
    if shared.collecting is not None:
        until = min(grant.ends_at, shared.collecting.retention.after(grant.given_at))
        held.append(Held(Kind.BEHAVIOUR, until))
    kept = {claim: item.until for claim, item in shared.kept_of_before(now).items()}
    return _longest([*held, *held_after(kept)])


def held_after(kept: Mapping[str, datetime], *, said: bool = False) -> list[Held]:
    """What a business keeps after the end because the law makes it, or so it says; ``kept`` is item to end."""
    return _longest(Held(kind_of(item), until, by_law=True, said=said) for item, until in kept.items())


def held_still(given: Iterable[str], kept: Mapping[str, datetime], *, asked: bool) -> list[Held]:
    """What a business may have of an ended grant as long as it has not said that it erased it; ``given`` is items."""
    had = [Held(kind_of(item), None, asked=asked) for item in given if item not in kept and item != ACCOUNT_RECORDS]
    return _longest([*held_after(kept), *had])


def held_before(given: Iterable[str], now_held: Sequence[Held]) -> list[Held]:
    """What a business may have of a running grant that it is not given any more: lowered, taken back or objected to."""
    drawn = {each.kind for each in now_held}
    return [each for each in held_still(given, {}, asked=False) if each.kind not in drawn]


def holders(
    shared: Sequence[Shared],
    given: Mapping[str, frozenset[str]],
    followed: Sequence[Followed],
    now: datetime,
) -> list[Holder]:
    """Everybody with a copy: by running grants first, then whoever keeps or may have something after an end.

    ``given`` is per grant every item of its versions; ``followed`` are the person's cases, latest first.
    """
    running = [each for each in shared if each.running]
    apart = told_apart(each.client for each in running)
    cases = {each.case.grant_id: each for each in reversed(followed)}
    now_held = {each.grant.id: _now(each, given.get(each.grant.id, frozenset()), now) for each in running}
    left: dict[str, list[Held]] = {}
    named: dict[str, str] = {}
    for each in shared:
        if each.running:
            continue
        held = _after(each, given.get(each.grant.id, frozenset()), cases.get(each.grant.id), now)
        business_id = each.grant.business_id
        drawn = {one.kind for it in running if it.grant.business_id == business_id for one in now_held[it.grant.id]}
        left.setdefault(business_id, []).extend(one for one in held if one.by_law or one.kind not in drawn)
        named.setdefault(business_id, shop_of(each.client).name)
    return [
        *(_running(each, now_held[each.grant.id], apart.get(each.client.id, "")) for each in running),
        *(Holder(named[key], paused=False, held=_longest(held), ended=True) for key, held in left.items() if held),
    ]


def _running(shared: Shared, held: Sequence[Held], apart: str) -> Holder:
    name = side_by_side(shop_of(shared.client).name, apart)
    persona = "" if shared.persona is None else persona_name(shared.persona)
    return Holder(name, shared.grant.paused_at is not None, held, closed=shared.closed, persona=persona)


def _now(shared: Shared, given: frozenset[str], now: datetime) -> list[Held]:
    held = held_under(shared, now)
    return held if shared.last_used_at is None else [*held, *held_before(given, held)]


def _after(shared: Shared, given: frozenset[str], followed: Followed | None, now: datetime) -> list[Held]:
    """By the business's closing answer when it gave one; until then by what the law named beforehand, else unknown."""
    if followed is not None and followed.case.closed_at is not None:
        refusals: Iterable[RefusedItem] = followed.answers[-1].content.refusals if followed.answers else ()
        kept = {each.item: _start_of(each.until) for each in refusals}
        return held_after({item: until for item, until in kept.items() if now < until}, said=True)
    kept = {claim: item.until for claim, item in shared.kept_by_law(max(now, shared.over_at)).items()}
    if shared.last_used_at is None:
        return held_after(kept)  # it never fetched anything
    # Asked again it is asked for less: the rest it said it erased.
    left = given if followed is None else followed.case.items
    return held_still(left, kept, asked=followed is not None)


def _start_of(day: date) -> datetime:
    """The moment from which a day that a business named is over for what it keeps until then."""
    return datetime.combine(day, time(), LOCAL_TIME)


def _longest(held: Iterable[Held]) -> list[Held]:
    """One of each kind: the one that goes last, and before all others one whose last day nobody knows."""
    latest: dict[Kind, Held] = {}
    for each in held:
        known = latest.get(each.kind)
        if known is None or (known.until is not None and (each.until is None or known.until < each.until)):
            latest[each.kind] = each
    return [latest[kind] for kind in Kind if kind in latest]
