"""The picture of the overview as numbers for a drawing: which business has which kinds of data until when.

Widths are percentages of the drawing, heights are pixels: it fits every screen without scaling its words.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.services.local_time import LOCAL_TIME
from app.web.copies import Held, Holder, Kind

_STEPS = (1, 2, 3, 6, 12, 24, 60, 120)  # months between two marks on the axis
_MOST_MARKS = 3
_FIRST_MARK, _LAST_MARK = 22.0, 88.0  # nearer to an end it would stand on "today", or stick out
_FIRST_ON_PHONE, _APART_ON_PHONE = 38.0, 27.0  # the same where the drawing is 250 pixels wide
_AXIS_HEIGHT, _NAME_HEIGHT, _LANE_HEIGHT, _BAND_GAP = 34, 34, 42, 14
_LONGEST_NAME, _LONGEST_PERSONA = 26, 12  # characters; the table has all of it
_BESIDE_A_DAY, _BESIDE_NO_END, _BESIDE_A_REASON = 3, 2, 1  # kinds that fit before what ends a lane, on a phone


@dataclass(frozen=True)
class Mark:
    """A first day of a month on the axis; ``x`` in percent."""

    x: float
    at: datetime
    tight: bool = False
    """Whether there is no room for it on a phone."""


@dataclass(frozen=True)
class Lane:
    """One bar, of kinds with the same end; ``beyond`` when it goes on after the end of the drawing."""

    kinds: Sequence[Kind]
    until: datetime | None
    by_law: bool
    said: bool
    asked: bool
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


def draw(holders: Sequence[Holder], now: datetime) -> Picture:
    """The drawing from ``now`` to the last end that was agreed; what the law keeps for years goes on beyond it."""
    known = [(held.until, held.by_law) for holder in holders for held in holder.held if held.until is not None]
    ends = [until for until, by_law in known if not by_law] or [until for until, _ in known]
    last = max(*ends, now) if ends else now
    span_s = max((last - now).total_seconds(), 1.0)
    bands, y = [], _AXIS_HEIGHT
    for holder in holders:
        lanes = []
        for at, together in enumerate(_together(holder.held)):
            until = together[0].until
            lanes.append(
                Lane(
                    kinds=[held.kind for held in together],
                    until=until,
                    by_law=together[0].by_law,
                    said=together[0].said,
                    asked=together[0].asked,
                    y=y + _NAME_HEIGHT + at * _LANE_HEIGHT,
                    width=100.0 if until is None else _percent(until, now, span_s),
                    beyond=until is not None and until > last,
                )
            )
        bands.append(Band(holder, _name(holder), y, lanes))
        y += _NAME_HEIGHT + len(lanes) * _LANE_HEIGHT + _BAND_GAP
    return Picture(y, _for_phones(_marks(now, span_s, last)), bands)


def _together(held: Sequence[Held]) -> Iterable[Sequence[Held]]:
    """Kinds of which the same is to be said share a bar; what a person does has one of its own."""
    alike: dict[tuple[object, ...], list[Held]] = {}
    for one in held:
        day = one.until and one.until.astimezone(LOCAL_TIME).date()
        alike.setdefault((one.kind is Kind.BEHAVIOUR, day, one.by_law, one.said, one.asked), []).append(one)
    for group in alike.values():
        most = _BESIDE_A_REASON if group[0].by_law else _BESIDE_NO_END if group[0].until is None else _BESIDE_A_DAY
        yield from (group[at : at + most] for at in range(0, len(group), most))


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


def _for_phones(marks: Sequence[Mark]) -> list[Mark]:
    """The same, told which of them would stand on another word on a phone."""
    found, room_from = [], _FIRST_ON_PHONE
    for mark in marks:
        tight = mark.x < room_from
        found.append(Mark(mark.x, mark.at, tight))
        room_from = room_from if tight else mark.x + _APART_ON_PHONE
    return found


def _months(now: datetime, last: datetime, step: int) -> list[datetime]:
    begin = now.astimezone(LOCAL_TIME)
    month = begin.year * 12 + begin.month  # the next one, counted from zero
    found = []
    while (at := datetime(month // 12, month % 12 + 1, 1, tzinfo=LOCAL_TIME)) <= last:
        if month % step == 0:
            found.append(at)
        month += 1
    return found


def _name(holder: Holder) -> str:
    """The business, and beside it whose details it has when there is more than one persona."""
    persona = f" · {_short(holder.persona, _LONGEST_PERSONA)}" if holder.persona else ""
    return _short(holder.name, _LONGEST_NAME - len(persona)) + persona


def _short(name: str, longest: int) -> str:
    return name if len(name) <= longest else name[: longest - 1].rstrip() + "…"
