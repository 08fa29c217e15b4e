"""An event stream of one client: what it asks to be told and how (Shared Signals Framework 1.0 §8.1.1).

Reads what a receiver may say of its stream. What the transmitter says of it is compared, never taken.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from app.domain.client_addresses import delivery_address_problem
from app.domain.errors import Fault, Problems
from app.domain.events import OWN_TYPES, STANDARD_TYPES

PUSH = "urn:ietf:rfc:8935"
POLL = "urn:ietf:rfc:8936"
METHODS = (PUSH, POLL)
MOST_STREAMS = 5
"""Of one client; a receiver that needs more than one asks different things of each."""
SHORTEST_VERIFICATION_S = 10
LONGEST_DESCRIPTION = 500
_MOST_EVENTS = 50
_LONGEST_EVENT = 256
_HEADER = re.compile(r"[!-~](?:[ -~]{0,4094}[!-~])?")
"""A field value of RFC 9110 §5.5, in ASCII: what cannot end the header or begin another."""


class Status(StrEnum):
    """Whether events are sent: now, later, or not at all (§8.1.2)."""

    ENABLED = "enabled"
    PAUSED = "paused"
    DISABLED = "disabled"


@dataclass(frozen=True)
class Delivery:
    """How events reach the receiver. Without an address of its own it fetches them."""

    method: str = POLL
    endpoint_url: str | None = None
    authorization_header: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Wishes:
    """What the receiver supplies, and may change at any time."""

    delivery: Delivery = Delivery()
    events_requested: tuple[str, ...] = ()
    description: str | None = None


@dataclass(frozen=True)
class Rules:
    """Where events may be pushed in this installation."""

    exempt_hosts: Collection[str] = ()
    own_host: str | None = None


def supported(requested: Collection[str]) -> tuple[str, ...]:
    """The events this receiver can have: the standard ones, and those of ours that it asks for by name."""
    return (*STANDARD_TYPES, *(kind for kind in OWN_TYPES if kind in requested))


def delivered(requested: Collection[str]) -> tuple[str, ...]:
    """The events that are sent: what is asked and supported. Nothing asked is nothing sent."""
    return tuple(kind for kind in (*STANDARD_TYPES, *OWN_TYPES) if kind in requested)


def read_wishes(document: Mapping[str, Any], rules: Rules, before: Wishes | None = None) -> Wishes:
    """The wishes in a document; what it leaves out is as ``before`` (PATCH) or not wished (POST, PUT).

    Raises Problems with every fault. Events we do not know are kept and never sent (§8.1.1). A delivery is one
    wish: written without an authorization_header it has none, so that no secret reaches an address it was not for.
    """
    found: list[Fault] = []
    wishes = before or Wishes()
    # null and absent mean the same, as everywhere in a client's documents.
    said = {name: value for name, value in document.items() if value is not None}
    if "delivery" in said:
        wishes = replace(wishes, delivery=_delivery(said["delivery"], rules, found))
    if "events_requested" in said:
        wishes = replace(wishes, events_requested=_events(said["events_requested"], found))
    if "description" in said:
        wishes = replace(wishes, description=_description(said["description"], found))
    if found:
        raise Problems(tuple(found))
    return wishes


def _delivery(raw: Any, rules: Rules, found: list[Fault]) -> Delivery:
    if not isinstance(raw, Mapping) or raw.get("method") not in METHODS:
        found.append(("delivery/method", f"must be {PUSH} (push) or {POLL} (poll)"))
        return Delivery()
    if raw["method"] == POLL:
        return Delivery()
    url, header = raw.get("endpoint_url"), raw.get("authorization_header")
    problem = _endpoint_problem(url, rules)
    if problem:
        found.append(("delivery/endpoint_url", problem))
    if header is not None and (not isinstance(header, str) or _HEADER.fullmatch(header) is None):
        found.append(("delivery/authorization_header", "must be the value of one header, in ASCII"))
    return Delivery(PUSH, url, header)


def _endpoint_problem(url: Any, rules: Rules) -> str | None:
    problem = delivery_address_problem(url, exempt_hosts=rules.exempt_hosts)
    if problem is not None:
        return problem
    host = urlsplit(url).hostname
    return "must be an address of your own" if host == rules.own_host and host not in rules.exempt_hosts else None


def _events(raw: Any, found: list[Fault]) -> tuple[str, ...]:
    if (
        not isinstance(raw, list)
        or len(raw) > _MOST_EVENTS
        or not all(isinstance(each, str) and 0 < len(each) <= _LONGEST_EVENT and each.isprintable() for each in raw)
    ):
        found.append(("events_requested", f"must be a list of at most {_MOST_EVENTS} event types"))
        return ()
    return tuple(dict.fromkeys(raw))


def _description(raw: Any, found: list[Fault]) -> str:
    if not isinstance(raw, str) or not raw.isprintable():
        found.append(("description", "must be a text in one line"))
        return ""
    return raw[:LONGEST_DESCRIPTION]
