"""Speaks the provider's endpoints for businesses: may this be kept, whose card is it, put it in their vault, answer
a request to erase.

Fails closed: a provider that is away, or says anything but yes, means no.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

import requests

from app.demo.problems import LoginProblem
from app.demo.visit import moment

_TIMEOUT_S = 5


@dataclass(frozen=True)
class Answer:
    """What the provider says of one card or purchase: ``yes``, ``no``, or ``unreachable``, which means no as well."""

    word: str
    until: datetime | None = None


class BackOffice:
    """The systems of one business. The endpoints lie where the provider's guide says: below the issuer."""

    def __init__(self, issuer: str, client_id: str, client_secret: str) -> None:
        self._below = issuer.rstrip("/")
        self._session = requests.Session()
        self._session.auth = (client_id, client_secret)

    def may_keep(self, card_number: str, *, channel: str, purpose: str, datatype: str, place: str) -> Answer:
        """Ask whether this may be kept of the holder of a card; ``place`` is what the holder reads of where it was."""
        asked = {"loyalty_number": card_number, "channel": channel, "purpose": purpose, "datatype": datatype}
        status, told = self._post("/v1/consent/check", {**asked, "place": place})
        if status == 200 and isinstance(told, dict):
            if told.get("allowed") is True:
                return Answer("yes", moment(told.get("until")))
            return Answer("no")
        return Answer("unreachable" if _away(status) else "no")

    def register_card(self, number: str, sub: str) -> bool:
        """Tell the provider whose card this is; False when it could not be told."""
        status, _ = self._post("/v1/loyalty-numbers", {"loyalty_number": number, "sub": sub})
        return status in (200, 201)

    def deposit(self, purchase: Mapping[str, Any]) -> Answer:
        """Put a purchase into the vault of the holder of the card it names; a yes says until when it stays there."""
        status, told = self._post("/v1/deposits", purchase)
        if status not in (200, 201) or not isinstance(told, dict):
            return Answer("unreachable" if _away(status) else "no")
        try:
            return Answer("yes", datetime.fromisoformat(str(told.get("delete_at"))))
        except ValueError:
            return Answer("no")

    def cases(self) -> list[Mapping[str, Any]] | None:
        """The latest requests to erase, or None when they cannot be had."""
        status, told = self._ask("GET", "/v1/cases")
        found = told.get("cases") if status == 200 and isinstance(told, dict) else None
        return [case for case in found if isinstance(case, dict)] if isinstance(found, list) else None

    def case(self, case_id: str) -> Mapping[str, Any] | None:
        """One request to erase with every answer we gave; None when it is not there.

        Raises LoginProblem when the provider cannot be reached.
        """
        status, told = self._ask("GET", f"/v1/cases/{quote(case_id, safe='')}")
        if _away(status):
            raise LoginProblem("unreachable", 503)
        return told if status == 200 and isinstance(told, dict) else None

    def answer_case(self, case_id: str, answer: Mapping[str, Any]) -> bool | None:
        """Answer a request to erase; whether the answer was taken, or None when the provider cannot be reached."""
        status, _ = self._post(f"/v1/cases/{quote(case_id, safe='')}/answers", answer)
        return None if _away(status) else status == 200

    def _post(self, path: str, document: Mapping[str, Any]) -> tuple[int | None, Any]:
        return self._ask("POST", path, dict(document))

    def _ask(self, method: str, path: str, document: Mapping[str, Any] | None = None) -> tuple[int | None, Any]:
        """Status and answer; no status when the provider cannot be reached or answers no JSON."""
        try:
            answer = self._session.request(
                method, self._below + path, json=document, timeout=_TIMEOUT_S, allow_redirects=False
            )
            return answer.status_code, answer.json()
        except (requests.RequestException, ValueError):
            return None, None


def _away(status: int | None) -> bool:
    return status is None or status >= 429
