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
from app.storage import grants, refresh_tokens

NO_WORDS = Notice("en", "")
"""Of an end that follows from something else: nobody was shown anything."""


_TOLD = {
    EndReason.WITHDRAWN: (EventType.CONSENT_WITHDRAWN, "user"),
    EndReason.ACCOUNT_ERASED: (EventType.CONSENT_WITHDRAWN, "user"),
    EndReason.LOST: (EventType.CONSENT_WITHDRAWN, "policy"),
    EndReason.EXPIRED: (EventType.CONSENT_EXPIRED, "policy"),
}
"""As what its business is told of an end, and on whose word; of what it did itself, or what goes on, it is not told."""


def end(
    services: Services,
    db: Connection,
    grant: Grant,
    client: Client,
    reason: EndReason,
    notice: Notice,
    now: datetime,
    txn: str | None = None,
) -> Grant:
    """End a running grant in the transaction of the caller, who holds the person's lock: version, receipt, events.

    The receipt names what may still be kept: until now what was agreed, and after now what the law demands. Each event
    names the customer: the events of one act arrive in any order, tied together by ``txn``, one of their own unless the
    act goes on. Refusal ``no_grant`` if it ended.
    """
    ended_at = min(now, grant.ends_at)
    ended = replace(grant, version=grant.version + 1, ended_at=ended_at, end_reason=reason)
    if not grants.replace_version(db, ended):
        raise Refusal("no_grant", "The grant has ended already.")
    refresh_tokens.revoke_all_of_grant(db, ended.id, now)
    terms = {name: cut_off(item, ended_at) for name, item in agreed_terms.of(db, grant).items()}
    act = Act.EXPIRE if reason is EndReason.EXPIRED else Act.WITHDRAW
    receipts.write(services, db, ended, client, act, terms, notice, now)
    if reason is not EndReason.REPLACED:  # what takes its place keeps the sessions going
        logouts.grant_ended(services, db, ended.id, now)
    if reason in _TOLD:
        kind, entity = _TOLD[reason]
        txn = txn or events.new_txn()
        for each in (EventType.SESSION_REVOKED, kind):
            events.announce(db, each, ended, txn, now, {"initiating_entity": entity})
    return ended
