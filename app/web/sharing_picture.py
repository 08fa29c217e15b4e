"""Which business holds which kind of data until when, as numbers for a drawing: the picture of the overview.

Widths are percentages of the drawing, heights are pixels: it fits every screen without scaling its words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from types import MappingProxyType
from zoneinfo import ZoneInfo

from app.domain.cases import collected_datatype
from app.domain.claim_terms import ClaimTerms
from app.domain.claims import CATALOGUE
from app.domain.grants import Grant

_TIMEZONE = ZoneInfo("Europe/Amsterdam")
_STEPS = (1, 2, 3, 6, 12, 24, 60, 120)  # months between two marks on the axis
_MOST_MARKS = 3  # as many words fit beside each other on a phone
_FIRST_MARK, _LAST_MARK = 22.0, 88.0  # nearer to an end it would stand on "today", or stick out
_AXIS_HEIGHT, _NAME_HEIGHT, _LANE_HEIGHT, _BAND_GAP = 34, 34, 42, 14
_LONGEST_NAME = 26  # characters; the table has all of it


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
    until: datetime
    by_law: bool = False


@dataclass(frozen=True)
class Holder:
    """A business with a grant, and what it holds under it, or keeps after its end."""

    name: str
    paused: bool
    held: Sequence[Held]
    ended: bool = False


@dataclass(frozen=True)
class Mark:
    """A first day of a month on the axis; ``x`` in percent."""

    x: float
    at: datetime


@dataclass(frozen=True)
class Lane:
    """One bar: from today to its end; ``beyond`` when it goes on after the end of the drawing."""

    held: Held
    y: int
    width: float
    beyond: bool


@dataclass(frozen=True)
class Band:
    """One business with its bars."""

    holder: Holder
    name: str
    """Short enough for a phone."""
    y: int
    lanes: Sequence[Lane]


@dataclass(frozen=True)
class Picture:
    """The whole drawing."""

    height: int
    marks: Sequence[Mark]
    bands: Sequence[Band]


def kind_of(claim: str) -> Kind:
    """The kind of a claim of the catalogue; what has no kind of its own says something about the person."""
    return _KINDS.get(claim, Kind.ABOUT)


def held_under(grant: Grant, terms: Mapping[str, ClaimTerms], withheld: frozenset[str] = frozenset()) -> list[Held]:
    """What a business holds under a grant, a kind at a time, each until the last of its claims has to go."""
    latest: dict[Kind, Held] = {}
    for claim in CATALOGUE:
        if claim not in grant.claims or claim in withheld:
            continue
        item = terms.get(claim)
        by_law = item is not None and item.outlasts_consent and item.until > grant.ends_at
        until = item.until if item is not None and (by_law or item.until < grant.ends_at) else grant.ends_at
        kind = kind_of(claim)
        if kind not in latest or latest[kind].until < until:
            latest[kind] = Held(kind, until, by_law)
    if grant.collection is not None and grant.collection.without(grant.objected) is not None:
        until = min(grant.ends_at, grant.collection.retention.after(grant.given_at))
        latest[Kind.BEHAVIOUR] = Held(Kind.BEHAVIOUR, until)
    return [latest[kind] for kind in Kind if kind in latest]


def start_of(day: date) -> datetime:
    """The moment from which a day that a business named is over for what it keeps until then."""
    return datetime.combine(day, time(), _TIMEZONE)


def held_after(kept: Mapping[str, datetime]) -> list[Held]:
    """What a business keeps after the end because the law makes it, a kind at a time; ``kept`` is item to end."""
    latest: dict[Kind, Held] = {}
    for item, until in kept.items():
        kind = Kind.BEHAVIOUR if collected_datatype(item) else kind_of(item)
        if kind not in latest or latest[kind].until < until:
            latest[kind] = Held(kind, until, by_law=True)
    return [latest[kind] for kind in Kind if kind in latest]


def draw(holders: Sequence[Holder], now: datetime) -> Picture:
    """The drawing from ``now`` to the last end that was agreed; what the law keeps for years goes on beyond it."""
    all_held = [held for holder in holders for held in holder.held]
    ends = [held.until for held in all_held if not held.by_law] or [held.until for held in all_held] or [now]
    last = max(*ends, now)
    span_s = max((last - now).total_seconds(), 1.0)
    bands, y = [], _AXIS_HEIGHT
    for holder in holders:
        lanes = [
            Lane(held, y + _NAME_HEIGHT + at * _LANE_HEIGHT, _percent(held.until, now, span_s), held.until > last)
            for at, held in enumerate(holder.held)
        ]
        bands.append(Band(holder, _short(holder.name), y, lanes))
        y += _NAME_HEIGHT + len(lanes) * _LANE_HEIGHT + _BAND_GAP
    return Picture(y, _marks(now, span_s, last), bands)


def _percent(at: datetime, now: datetime, span_s: float) -> float:
    return round(min(max((at - now).total_seconds() / span_s, 0.0), 1.0) * 100, 2)


def _marks(now: datetime, span_s: float, last: datetime) -> list[Mark]:
    """First days of months, evenly apart, as many as there is room for."""
    for step in _STEPS:
        every = [Mark(_percent(at, now, span_s), at) for at in _months(now, last, step)]
        marks = [mark for mark in every if _FIRST_MARK <= mark.x <= _LAST_MARK]
        if len(marks) <= _MOST_MARKS:
            return marks
    return []


def _months(now: datetime, last: datetime, step: int) -> list[datetime]:
    begin = now.astimezone(_TIMEZONE)
    month = begin.year * 12 + begin.month  # the next one, counted from zero
    found = []
    while (at := datetime(month // 12, month % 12 + 1, 1, tzinfo=_TIMEZONE)) <= last:
        if month % step == 0:
            found.append(at)
        month += 1
    return found


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1].rstrip() + "…"
