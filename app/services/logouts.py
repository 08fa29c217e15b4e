"""Tells clients that a session ended (OpenID Connect Back-Channel Logout 1.0): who is told, and what waits.

Queued in the transaction that ends the session, while what it visited is still known. Sends nothing itself.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import Connection

from app.domain.clients import Client
from app.domain.grants import Grant, Standing
from app.domain.redelivery import wait
from app.services.event_tokens import logout_token
from app.services.tokens.session_ids import sid
from app.services.wiring import Services
from app.storage import clients, logouts
from app.storage.logouts import Due, Logout, Visit

__all__ = ["Due"]

_LEASE = timedelta(seconds=20)
_MOST_ATTEMPTS = 8
"""An hour and a half with the usual waits: after that a session of the shop's own has likely ended by itself."""


@dataclass(frozen=True)
class Message:
    """One logout to be told now."""

    logout: Logout
    url: str
    token: str = field(repr=False)


def visit(db: Connection, client: Client, session_id: str, grant: Grant) -> bool:
    """Note that a client gets tokens in a session, when it wants to hear of its end; False when that was just now."""
    return not wants(client) or logouts.visit(db, session_id, grant.id)


def wants(client: Client) -> bool:
    """Whether a client registered where it is told."""
    return client.metadata.get("backchannel_logout_uri") is not None


def session_ended(services: Services, db: Connection, session_ids: Collection[str], now: datetime) -> None:
    """Queue a logout for everyone these sessions gave tokens to, once per client and sub."""
    if session_ids:
        _queue(services, db, logouts.take_visits(db, session_ids), now)


def grant_ended(services: Services, db: Connection, grant_id: str, now: datetime) -> None:
    """Queue a logout at the client of a grant, for every session that gave it tokens under it and goes on for it."""
    _queue(services, db, logouts.take_visits_of_grant(db, grant_id), now)


def due(services: Services, now: datetime, limit: int) -> Sequence[Due]:
    """Clients that have something to be told."""
    with services.database.read() as db:
        return logouts.due(db, now, limit)


def next_message(services: Services, client_id: str, now: datetime) -> Message | None:
    """Lease a client's next logout; None when there is none. One for a client that is out, or no longer wants to be
    told, is forgotten.
    """
    with services.database.write() as db:
        while (logout := logouts.lease_next(db, client_id, now, now + _LEASE)) is not None:
            client = clients.find(db, services.policy, client_id)
            if client is not None and client.standing is Standing.ACTIVE and wants(client):
                break
            logouts.forget(db, logout.id)
    if logout is None or client is None:
        return None
    token = logout_token(services, client_id, logout.sub, logout.sid, logout.id, client.id_token_alg, now)
    return Message(logout, str(client.metadata["backchannel_logout_uri"]), token)


def told(services: Services, message: Message) -> None:
    """The client knows."""
    with services.database.write() as db:
        logouts.forget(db, message.logout.id)


def failed(services: Services, message: Message, now: datetime, *, reached: bool) -> bool:
    """The client did not take it: later again. True when this was the last attempt, and it is given up.

    A client that was not ``reached`` is left alone with everything else it is to be told.
    """
    settings, logout = services.settings.events, message.logout
    until = now + wait(logout.attempts, settings.first_wait_s, settings.longest_wait_s)
    with services.database.write() as db:
        if not reached:
            logouts.postpone_others(db, logout.client_id, now, until)
        if logout.attempts >= _MOST_ATTEMPTS:
            logouts.forget(db, logout.id)
            return True
        logouts.postpone(db, logout.id, until)
    return False


def _queue(services: Services, db: Connection, visits: Sequence[Visit], now: datetime) -> None:
    for session_id, client_id, sub in sorted({(each.session_id, each.client_id, each.sub) for each in visits}):
        logouts.add(db, Logout(uuid4().hex, client_id, sub, sid(services, session_id, client_id, sub), now, now))
