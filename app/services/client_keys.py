"""The public keys of clients: registered with them, or fetched from their jwks_uri and kept for a while.

A signature that the kept keys do not verify is reason to fetch them again, but not more often than every few seconds.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from threading import Lock
from typing import Any

from app.crypto.public_keys import PublicKeys, public_keys
from app.domain.clients import Client
from app.services.outbound import FetchingBusy, Outbound, Unfetchable

_KEPT = timedelta(minutes=10)
_LOOK_AGAIN = timedelta(seconds=10)
_MOST_COPIES = 1000


class ClientKeys:
    """Keeps fetched sets in memory: a copy, never the truth."""

    def __init__(self, outbound: Outbound) -> None:
        self._outbound = outbound
        self._lock = Lock()
        self._copies: dict[str, _Copy] = {}

    def of(self, client: Client, now: datetime) -> PublicKeys:
        """The keys that may verify for a client; empty when there are none, or they cannot be fetched.

        FetchingBusy when too much is being fetched to look at all, and nothing was kept.
        """
        jwks, uri = client.metadata.get("jwks"), client.metadata.get("jwks_uri")
        if jwks is not None:
            return _registered(json.dumps(jwks))
        if uri is None:
            return PublicKeys()
        copy = self._copies.get(uri)
        if copy is not None and (abs(now - copy.fetched_at) < _KEPT or copy.was_tried(now)):
            return copy.keys
        try:
            return self._look(uri, now)
        except FetchingBusy:
            if copy is None:
                raise
            return copy.keys

    def again(self, client: Client, now: datetime) -> PublicKeys | None:
        """The keys anew, when what was kept does not verify and may be old; None when there is nothing newer.

        FetchingBusy when that cannot be told now.
        """
        uri = client.metadata.get("jwks_uri")
        copy = None if uri is None else self._copies.get(uri)
        if uri is None or (copy is not None and copy.was_tried(now)):
            return None
        return self._look(uri, now)

    def _look(self, uri: str, now: datetime) -> PublicKeys:
        copy = self._copies.get(uri)
        try:
            copy = _Copy(_read(self._outbound.fetch_json(uri)), now, now)
        except Unfetchable:
            # What was fetched before is better than nothing while the other side is down.
            copy = _Copy(PublicKeys(), now, now) if copy is None else replace(copy, tried_at=now)
        with self._lock:
            if uri not in self._copies and len(self._copies) >= _MOST_COPIES:
                self._copies.pop(next(iter(self._copies)))
            self._copies[uri] = copy
        return copy.keys


@dataclass(frozen=True)
class _Copy:
    keys: PublicKeys
    fetched_at: datetime
    tried_at: datetime

    def was_tried(self, now: datetime) -> bool:
        return abs(now - self.tried_at) < _LOOK_AGAIN


def _read(document: Any) -> PublicKeys:
    return public_keys(document) if isinstance(document, Mapping) else PublicKeys()


@lru_cache(maxsize=256)
def _registered(jwks: str) -> PublicKeys:
    return public_keys(json.loads(jwks))
