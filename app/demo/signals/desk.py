"""What a shop does about each message: read anew, drop what it may no longer have, end a visit, note a request."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from app.demo.back_office import BackOffice
from app.demo.customers import Customer, Customers
from app.demo.problems import LoginProblem, SharingStopped, VisitExpired
from app.demo.relying_party import RelyingParty
from app.demo.signals.messages import Message

_REASONS = {"withdrawn": "stopped", "expired": "expired"}


@dataclass(frozen=True)
class Desk:
    """Where messages are dealt with. ``must_keep`` names what the law makes this shop keep of a person."""

    party: RelyingParty
    customers: Customers
    office: BackOffice
    must_keep: Callable[[str], Collection[str]]

    def deal_with(self, message: Message) -> str:
        """Act; returns the word for what was done. Raises LoginProblem when the provider is away: come back later."""
        if message.kind == "erasure":
            return self._receive(message)
        if message.kind == "vault":
            return "not_ours"
        if message.kind in _REASONS:
            return self._end(message)
        if self.customers.find(message.sub) is None:
            return "unknown"
        return self._change(message)

    def _receive(self, message: Message) -> str:
        """Say that we have it; what we do about it is for somebody behind the counter to answer."""
        if (taken := self.office.answer_case(message.case_id, {"state": "received"})) is None:
            raise LoginProblem("unreachable", 503)
        return "received" if taken else "noted"

    def _change(self, message: Message) -> str:
        sub = message.sub
        if message.kind == "paused":
            self.customers.change(sub, lambda known: replace(known, standing="paused"))
            return "rests"
        if message.kind == "narrowed":
            self.customers.change(sub, lambda known: known.only(known.facts.keys() - set(message.claims)))
        if message.kind in ("given", "widened", "narrowed", "changed"):
            self.customers.change(sub, lambda known: replace(known, level=message.level or known.level))
            return "dropped" if message.kind == "narrowed" else "noted"
        self.customers.change(sub, lambda known: replace(known, standing="here"))
        return self._read_anew(message)

    def _end(self, message: Message) -> str:
        """They share no more: their visits end, and what no law makes us keep goes at once."""
        kept = self.must_keep(message.sub)
        self.customers.end_visits(_REASONS[message.kind], message.sub)

        def ended(known: Customer) -> Customer:
            return replace(known.only(kept), standing="ended", token=None, refresh_token=None, told={})

        self.customers.change(message.sub, ended)
        return "kept_by_law" if self.customers.find(message.sub) else "forgotten"

    def _read_anew(self, message: Message) -> str:
        """Fetch what the provider says now, with the customer there or without."""
        customer = self.customers.find(message.sub)
        if customer is None or not (customer.refresh_token or customer.token):
            return "unknown"
        try:
            renewed = self.party.renewed(customer.refresh_token) if customer.refresh_token else None
            told = self.party.userinfo(renewed or customer.token or {}, customer.sub)
        except (SharingStopped, VisitExpired):
            return "next_visit"
        except LoginProblem as problem:
            if problem.code == "unreachable":
                raise
            return "next_visit"

        def learned(known: Customer) -> Customer:
            now = known.learned(told)
            news = message.claims if message.kind == "corrected" else ()
            return replace(now, told={**now.told, **{name: message.at for name in news if name in now.facts}})

        self.customers.change(message.sub, learned)
        return "read"
