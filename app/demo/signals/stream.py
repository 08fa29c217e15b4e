"""A shop's own event stream at the provider (Shared Signals Framework 1.0), which it fetches from (RFC 8936)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import urlsplit

import requests

from app.demo.problems import LoginProblem
from app.demo.relying_party import RelyingParty

POLL = "urn:ietf:rfc:8936"
WANTED = tuple(
    f"urn:sluis:event:{name}"
    for name in ("consent-changed", "consent-withdrawn", "consent-expired", "data-changed", "erasure-requested")
)
_SCOPE = "ssf.read ssf.manage"
_TIMEOUT_S = 5
_MOST = 20


class EventStream:
    """One client's stream: found again if it is there from an earlier time, made if not."""

    def __init__(self, party: RelyingParty) -> None:
        self._party = party
        self._token = ""
        self._address = ""

    def fetch(self, had: Collection[str], refused: Mapping[str, str]) -> dict[str, str]:
        """Say what we have, and fetch what waits: tokens by ``jti``, none when there is none.

        Raises LoginProblem when the provider cannot be reached or will not; the next call begins anew.
        """
        asked = {
            "maxEvents": _MOST,
            "returnImmediately": True,
            "ack": list(had),
            "setErrs": {jti: {"err": err, "description": "not taken"} for jti, err in refused.items()},
        }
        try:
            self._address = self._address or self._open()
            told = self._call("POST", self._address, asked)
            return {str(jti): str(token) for jti, token in told["sets"].items()}
        except (requests.RequestException, KeyError, TypeError, ValueError, AttributeError) as exc:
            self._token = self._address = ""
            raise LoginProblem("unreachable", 503) from exc

    def _open(self) -> str:
        """The address to fetch from."""
        streams = self._described()["configuration_endpoint"]
        self._token = self._party.own_token(_SCOPE)
        for stream in self._call("GET", streams):
            if stream["delivery"]["method"] == POLL and set(stream["events_requested"]) == set(WANTED):
                return str(stream["delivery"]["endpoint_url"])
        wish = {"delivery": {"method": POLL}, "events_requested": list(WANTED)}
        return str(self._call("POST", streams, wish)["delivery"]["endpoint_url"])

    def _described(self) -> Mapping[str, Any]:
        """The transmitter's own description (§7.2), at the issuer's host before the issuer's path."""
        at = urlsplit(self._party.issuer)
        url = f"{at.scheme}://{at.netloc}/.well-known/ssf-configuration{at.path.rstrip('/')}"
        answer = requests.get(url, timeout=_TIMEOUT_S, allow_redirects=False)
        answer.raise_for_status()
        found: Mapping[str, Any] = answer.json()
        if found["issuer"] != self._party.issuer:
            raise ValueError("the transmitter is another's")
        return found

    def _call(self, method: str, url: str, document: Mapping[str, Any] | None = None) -> Any:
        answer = requests.request(
            method,
            url,
            json=document,
            headers={"Authorization": f"Bearer {self._token}"},
            timeout=_TIMEOUT_S,
            allow_redirects=False,
        )
        answer.raise_for_status()
        return answer.json()
