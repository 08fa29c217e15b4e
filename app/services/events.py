"""Announces to a business what happened to one of its grants, in the transaction in which it happens."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection

from app.domain.events import Event, EventType
from app.domain.grant_changes import changed
from app.domain.grants import Grant
from app.domain.holding import Holding
from app.storage import outbox


def new_txn() -> str:
    """The identifier that ties together what is told of one act about one grant (RFC 8417 §2.2, txn).

    Never of two grants: whoever compares notes would know that two customers are one person.
    """
    return uuid4().hex


def announce(
    db: Connection, kind: EventType, grant: Grant, txn: str, now: datetime, content: Mapping[str, Any]
) -> None:
    """Write one event about ``grant`` for its client; ``content`` holds names, levels, ids and times only."""
    outbox.add(
        db,
        Event(
            id=uuid4().hex,
            type=kind,
            txn=txn,
            business_id=grant.business_id,
            client_id=grant.client_id,
            sub=grant.sub,
            grant_id=grant.id,
            occurred_at=now,
            content=content,
        ),
    )


def announce_change(
    db: Connection,
    before: Grant | None,
    after: Grant,
    now: datetime,
    had: Holding,
    has: Holding,
) -> None:
    """Tell of a grant's next version, or of its first; see ``changed``."""
    told, txn = changed(before, after, had, has), new_txn()
    announce(db, EventType.CONSENT_CHANGED, after, txn, now, told)
    if removed := told.get("claims_removed"):
        announce(db, EventType.TOKEN_CLAIMS_CHANGE, after, txn, now, {"removed": removed})
