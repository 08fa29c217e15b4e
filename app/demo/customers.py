"""Whom a demo shop knows: its own copy of what each customer shares, kept up to date and dropped when it must be."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Lock
from typing import Any

from app.demo.memory import Memory
from app.demo.visit import Visit, personal

_KEPT_S = 30 * 24 * 3600
# Where a customer's visit was, for a browser that comes back after it ended without them.
_NOTICE_S = 3600


@dataclass(frozen=True)
class Customer:
    """What the shop holds of one person; ``standing`` is here, paused or ended."""

    sub: str
    facts: Mapping[str, Any] = field(repr=False)
    level: str | None
    token: Mapping[str, Any] | None = field(repr=False)
    refresh_token: str | None = field(repr=False)
    standing: str = "here"
    told: Mapping[str, datetime] = field(default_factory=dict)
    """When the provider told that a detail was corrected, by claim."""

    @property
    def name(self) -> str:
        return str(self.facts.get("name") or self.facts.get("given_name") or "")

    def learned(self, userinfo: Mapping[str, Any]) -> Customer:
        """The same customer as the provider describes them now."""
        facts = personal(userinfo)
        told = {claim: at for claim, at in self.told.items() if claim in facts}
        return replace(self, facts=facts, level=userinfo.get("data_level", self.level), standing="here", told=told)

    def only(self, claims: Collection[str]) -> Customer:
        """The same customer with these details alone."""
        return replace(self, facts={claim: value for claim, value in self.facts.items() if claim in claims})


@dataclass(frozen=True)
class VisitOver:
    """Left in the place of a visit that ended without its visitor: why."""

    reason: str


class Customers:
    """Everybody the shop knows. Pages and the reading of messages change it side by side."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._lock = Lock()

    def find(self, sub: str) -> Customer | None:
        found = self._memory.get(f"customer:{sub}")
        return found if isinstance(found, Customer) else None

    def all(self) -> list[Customer]:
        """Everybody, whoever was heard of last first."""
        return [*reversed(self._memory.matching("customer:").values())]

    def met(self, visit: Visit, refresh_token: str | None = None) -> None:
        """Remember what a visit tells of its visitor."""
        with self._lock:
            known = self.find(visit.sub) or Customer(visit.sub, {}, None, None, None)
            refresh_token = refresh_token or known.refresh_token
            self._keep(replace(known.learned(visit.userinfo), token=visit.token, refresh_token=refresh_token))

    def change(self, sub: str, change: Callable[[Customer], Customer]) -> None:
        """Change what is known of a customer; one of whom nothing is left is forgotten."""
        with self._lock:
            if (known := self.find(sub)) is not None:
                self._keep(change(known))

    def forget(self, sub: str) -> None:
        with self._lock:
            self._memory.delete(f"customer:{sub}")

    def end_visits(self, reason: str, sub: str | None, sid: str | None = None) -> None:
        """End visits on every browser: those of a person, or of one session of theirs."""
        for key, visit in self._memory.matching("visit:").items():
            if not isinstance(visit, Visit) or sub not in (None, visit.sub):
                continue
            if sid is None or visit.id_token_claims.get("sid") == sid:
                self._memory.set(key, VisitOver(reason), _NOTICE_S)

    def _keep(self, customer: Customer) -> None:
        if customer.facts or customer.standing != "ended":
            self._memory.set(f"customer:{customer.sub}", customer, _KEPT_S)
        else:
            self._memory.delete(f"customer:{customer.sub}")
