"""Ends grants: the version that ends one, its receipt, what the business is told. Who may is decided elsewhere."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from app.domain.claim_terms import cut_off
from app.domain.clients import Client
from app.domain.errors import Refusal
from app.domain.events import EventType
from app.domain.grants import Act, EndReason, Grant
from app.services import agreed_terms, events, logouts, receipts
from app.services.receipts import Notice
from app.services.wiring import Services
from app.storage import grants, people, refresh_tokens

NO_WORDS = Notice("en", "")
"""Of an end that follows from something else: nobody was shown anything."""


def withdraw(
    services: Services, db: Connection, client: Client, grant: Grant, notice: Notice, txn: str, now: datetime
) -> Grant:
    """End a live grant in the caller's transaction because its giver says so, and tell the business.

    Each event names the customer: the events of one act arrive in any order, tied together by ``txn``.
    Refusal ``no_grant`` if it ended.
    """
    ended = end(services, db, client, grant, EndReason.WITHDRAWN, notice, now)
    for kind in (EventType.SESSION_REVOKED, EventType.CONSENT_WITHDRAWN):
        events.announce(db, kind, ended, txn, now, {"initiating_entity": "user"})
    return ended


def expire(services: Services, db: Connection, client: Client, grant: Grant, txn: str, now: datetime) -> Grant:
    """End a grant whose term is over in the caller's transaction, and tell the business, as ``withdraw`` does.

    Refusal ``no_grant`` if it ended.
    """
    ended = end(services, db, client, grant, EndReason.EXPIRED, NO_WORDS, now)
    for kind in (EventType.SESSION_REVOKED, EventType.CONSENT_EXPIRED):
        events.announce(db, kind, ended, txn, now, {"initiating_entity": "policy"})
    return ended


def lose(
    services: Services, db: Connection, client: Client, grant: Grant, notice: Notice, txn: str, now: datetime
) -> Grant:
    """End a live grant in the caller's transaction because the last decision about it is lost, and tell the business.

    Refusal ``no_grant`` if it ended.
    """
    ended = end(services, db, client, grant, EndReason.LOST, notice, now)
    for kind in (EventType.SESSION_REVOKED, EventType.CONSENT_WITHDRAWN):
        events.announce(db, kind, ended, txn, now, {"initiating_entity": "policy"})
    return ended


def end(
    services: Services,
    db: Connection,
    client: Client,
    grant: Grant,
    reason: EndReason,
    notice: Notice,
    now: datetime,
) -> Grant:
    """End a running grant in the caller's transaction, with version and receipt; Refusal ``no_grant`` if it ended.

    The receipt names what may still be kept: until now what was agreed, and after now what the law demands.
    """
    people.lock(db, grant.person_id)
    running = grants.find(db, grant.id)
    if running is None or running.ended_at is not None:
        raise Refusal("no_grant", "The grant has ended already.")
    ended_at = min(now, running.ends_at)
    ended = replace(running, version=running.version + 1, ended_at=ended_at, end_reason=reason)
    if not grants.replace_version(db, ended):
        raise Refusal("no_grant", "The grant has ended already.")
    refresh_tokens.revoke_all_of_grant(db, ended.id, now)
    terms = {name: cut_off(item, ended_at) for name, item in agreed_terms.of(db, running).items()}
    act = Act.EXPIRE if reason is EndReason.EXPIRED else Act.WITHDRAW
    receipts.write(services, db, client, ended, act, terms, notice, now)
    if reason is not EndReason.REPLACED:  # what takes its place keeps the sessions going
        logouts.grant_ended(services, db, ended.id, now)
    return ended
