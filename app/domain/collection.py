"""The permission of level high: collecting data across channels (RFC 9396 type ``omnichannel_collection``)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from app.domain.errors import Fault
from app.domain.retention import Period

TYPE = "omnichannel_collection"
CHANNELS = frozenset({"web", "app", "store", "call_centre"})
DATATYPES = ("visit", "purchase", "warranty", "preference")
"""In the order lists show them."""
_KEYS = frozenset({"type", "channels", "datatypes", "purposes", "retention"})


@dataclass(frozen=True)
class Collection:
    """Where may be collected, which kinds of data, for which purposes, and for how long it may be kept."""

    channels: frozenset[str]
    datatypes: frozenset[str]
    purposes: frozenset[str]
    retention: Period

    def within(self, other: "Collection") -> "Collection | None":
        """What both allow, or None when that leaves no channel, no kind of data or no purpose."""
        both = Collection(
            self.channels & other.channels,
            self.datatypes & other.datatypes,
            self.purposes & other.purposes,
            min(self.retention, other.retention),
        )
        return both if both.channels and both.datatypes and both.purposes else None

    def for_purposes(self, allowed: frozenset[str]) -> "Collection | None":
        """The same permission for the allowed purposes only; None when none is left."""
        kept = self.purposes & allowed
        return Collection(self.channels, self.datatypes, kept, self.retention) if kept else None

    def rest(self, given_at: datetime, now: datetime) -> "Collection | None":
        """The same permission as if it was given now, not a day longer than it was; None when its term is over."""
        days = (self.retention.after(given_at) - now).days
        return replace(self, retention=Period(0, days)) if days > 0 else None

    def covers(self, other: "Collection") -> bool:
        """Whether ``other`` asks nothing beyond this permission."""
        return (
            other.channels <= self.channels
            and other.datatypes <= self.datatypes
            and other.purposes <= self.purposes
            and other.retention <= self.retention
        )

    def as_detail(self) -> dict[str, Any]:
        """The authorization_details object, lists sorted (RFC 9396 §2)."""
        return {
            "type": TYPE,
            "channels": sorted(self.channels),
            "datatypes": sorted(self.datatypes),
            "purposes": sorted(self.purposes),
            "retention": str(self.retention),
        }


def kept_collection(detail: Mapping[str, Any] | None) -> Collection | None:
    """The permission that ``as_detail`` told of, if any."""
    if detail is None:
        return None
    channels, datatypes, purposes = (frozenset(detail[key]) for key in ("channels", "datatypes", "purposes"))
    return Collection(channels, datatypes, purposes, Period.parse(detail["retention"]))


def read_collection(raw: Mapping[str, Any], purposes: frozenset[str], longest: Period) -> Collection | list[Fault]:
    """The permission in a table or authorization_details object, or every fault: the member, and a sentence."""
    faults = [(key, "is not a known member") for key in sorted(raw.keys() - _KEYS)]
    sets = {
        "channels": _names(raw, "channels", CHANNELS, faults),
        "datatypes": _names(raw, "datatypes", DATATYPES, faults),
        "purposes": _names(raw, "purposes", purposes, faults),
    }
    retention = raw.get("retention")
    try:
        period = Period.parse(retention if isinstance(retention, str) else "")
    except ValueError as fault:
        return [*faults, ("retention", str(fault))]
    if period > longest:
        faults.append(("retention", f"{period} is longer than the {longest} this level allows"))
    return faults or Collection(**sets, retention=period)


def _names(raw: Mapping[str, Any], key: str, known: Iterable[str], faults: list[Fault]) -> frozenset[str]:
    names = raw.get(key)
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        faults.append((key, "must be a list with at least one name"))
        return frozenset()
    faults += [(key, f"{name!r} is none of {', '.join(sorted(known))}") for name in names if name not in known]
    return frozenset(names)
