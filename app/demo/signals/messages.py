"""One event as the people of a shop read it: what kind of news it is, about whom, and which details it names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from app.demo.visit import moment

_OURS = "urn:sluis:event:"


@dataclass(frozen=True)
class Message:
    """A piece of news. ``kind`` and ``outcome`` pick the words."""

    jti: str
    kind: str
    sub: str
    at: datetime
    claims: tuple[str, ...] = ()
    level: str = ""
    case_id: str = ""
    until: datetime | None = None
    event: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """The claims of the token as they came: names of details, never values."""
    outcome: str = ""
    """What the shop did about it."""


def read(claims: Mapping[str, Any]) -> Message | None:
    """The news in a verified event token; None for an event that this shop has no use for."""
    about = claims.get("sub_id")
    sub = about.get("sub") if isinstance(about, Mapping) else None
    for kind, told in claims["events"].items():
        if sub and isinstance(told, Mapping) and str(kind).startswith(_OURS):
            return _read(str(kind).removeprefix(_OURS), told, str(sub), claims)
    return None


def _read(word: str, told: Mapping[str, Any], sub: str, claims: Mapping[str, Any]) -> Message | None:
    kind, names = _kind(word, told)
    if kind is None:
        return None
    return Message(
        str(claims["jti"]),
        kind,
        sub,
        moment(told.get("event_timestamp")) or moment(claims.get("iat")) or datetime.fromtimestamp(0, UTC),
        names,
        str(told.get("level") or ""),
        str(told.get("case_id") or ""),
        moment(told.get("answer_before", told.get("until"))),
        claims,
    )


def _kind(word: str, told: Mapping[str, Any]) -> tuple[str | None, tuple[str, ...]]:
    """The kind of news, and the details it names."""
    match word:
        case "consent-withdrawn":
            return "withdrawn", ()
        case "consent-expired":
            return "expired", ()
        case "erasure-requested":
            return "erasure", _names(told, "items")
        case "data-changed" if "deposit" in told:
            return "vault", ()
        case "data-changed":
            return "corrected", _names(told, "claims") + _names(told, "removed")
        case "consent-changed":
            return _kind_of_change(told)
    return None, ()


def _kind_of_change(told: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    if "paused" in told:
        return ("paused" if told["paused"] else "resumed"), ()
    if "level_before" in told and told["level_before"] is None:
        return "given", _names(told, "claims_added")
    if gone := _names(told, "claims_removed"):
        return "narrowed", gone
    if more := _names(told, "claims_added"):
        return "widened", more
    return "changed", ()


def _names(told: Mapping[str, Any], member: str) -> tuple[str, ...]:
    found = told.get(member)
    return tuple(str(name) for name in found) if isinstance(found, list) else ()
