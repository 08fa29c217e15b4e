"""How often something may be tried: by account, by address, by network source. Counted before the attempt, atomically.

Keys are keyed hashes: the table tells nobody whose account is being guessed.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

from app.crypto.digests import keyed
from app.domain.errors import TooMany
from app.services.wiring import Services
from app.storage import throttles as rows

_IPV6_NETWORK = 64


@dataclass(frozen=True)
class Limit:
    """At most so many of one kind within a window that starts at the first."""

    kind: str
    most: int
    window_s: int


@dataclass(frozen=True)
class Attempt:
    """One thing counted against one limit; ``key`` is an account, an address, a source."""

    limit: Limit
    key: str | bytes


def count(services: Services, attempts: tuple[Attempt, ...], now: datetime) -> int:
    """Count an attempt against every limit; returns the seconds to wait, 0 when it may go on.

    However many attempts run in parallel, on however many nodes, no more than the limit go on.
    """
    wait = timedelta(0)
    with services.database.note() as db:
        # In one order for everybody: two attempts that count under the same two keys must not wait for each other.
        for key, limit in sorted((_key(services, each), each.limit) for each in attempts):
            counted = rows.count(db, key, now, now + timedelta(seconds=limit.window_s))
            if counted.number > limit.most:
                wait = max(wait, counted.window_ends_at - now)
    return int(wait.total_seconds()) + 1 if wait else 0


def admit(services: Services, limit: Limit, key: str | bytes, now: datetime, told: str, *, logged: str = "") -> None:
    """Count an attempt; TooMany, which tells this, when it may not go on."""
    if wait_s := count(services, (Attempt(limit, key),), now):
        raise TooMany(told, wait_s=wait_s, logged=logged)


def give_back(services: Services, attempts: tuple[Attempt, ...]) -> None:
    """The attempt was rightful: it does not count."""
    with services.database.note() as db:
        for key in sorted(_key(services, each) for each in attempts):
            rows.give_back(db, key)


def forget(services: Services, attempts: tuple[Attempt, ...]) -> None:
    """Start counting afresh."""
    with services.database.note() as db:
        for key in sorted(_key(services, each) for each in attempts):
            rows.forget(db, key)


def network(address: str) -> str:
    """What a network source counts as: an IPv4 address, an IPv6 /64 (one subscriber has as many as they like).

    Some proxies write the port behind it, which changes with every connection.
    """
    bare = address.removeprefix("[").partition("]")[0]
    if bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        parsed = ip_address(bare)
    except ValueError:
        return "unknown"
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return f"{IPv6Address(int(parsed) >> _IPV6_NETWORK << _IPV6_NETWORK)}/{_IPV6_NETWORK}"
    return str(parsed)


def _key(services: Services, attempt: Attempt) -> bytes:
    key = attempt.key if isinstance(attempt.key, bytes) else attempt.key.encode("utf-8", "surrogatepass")
    return keyed(services.secrets.email_index, f"throttle\x00{attempt.limit.kind}\x00".encode() + key)
