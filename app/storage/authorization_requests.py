"""Rows of authorization requests that wait for a person. Every step forward is one conditional UPDATE."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, delete, select, update

from app.domain.stored_request import StoredRequest, as_document, read_document
from app.storage.prepared import Prepared, insertion
from app.storage.tables.logins import authorization_requests as rows

_FIND = Prepared(
    select(
        rows.c.id,
        rows.c.content,
        rows.c.browser_digest,
        rows.c.created_at,
        rows.c.expires_at,
        rows.c.person_id,
        rows.c.grant_id,
        rows.c.completed_at,
    ).where(rows.c.handle_digest == bindparam("handle_digest"))
)
_ADD = insertion(
    (
        rows.c.id,
        rows.c.handle_digest,
        rows.c.client_id,
        rows.c.content,
        rows.c.hint_index,
        rows.c.browser_digest,
        rows.c.created_at,
        rows.c.expires_at,
    )
)


def add(db: Connection, handle_digest: bytes, stored: StoredRequest, hint_index: bytes | None) -> None:
    """Store a request under the digest of its handle; ``hint_index`` is the keyed hash of its hint, if it has one."""
    _ADD.run(
        db,
        id=stored.id,
        handle_digest=handle_digest,
        client_id=stored.request.client_id,
        content=as_document(stored.request),
        hint_index=hint_index,
        browser_digest=stored.browser_digest,
        created_at=stored.request.created_at,
        expires_at=stored.expires_at,
    )


def find(db: Connection, handle_digest: bytes) -> StoredRequest | None:
    """The request of a handle, whatever became of it."""
    row = _FIND.first(db, handle_digest=handle_digest)
    if row is None:
        return None
    return StoredRequest(
        id=row.id,
        request=read_document(row.content, row.created_at),
        browser_digest=row.browser_digest,
        expires_at=row.expires_at,
        person_id=row.person_id,
        grant_id=row.grant_id,
        completed_at=row.completed_at,
    )


def bind(db: Connection, request_id: str, browser_digest: bytes, expires_at: datetime, now: datetime) -> bool:
    """Give a pushed request to the first browser that opens it, from now on; False when another one has it."""
    unbound = (*_open(request_id, now), rows.c.browser_digest.is_(None))
    values = {"browser_digest": browser_digest, "created_at": now, "expires_at": expires_at}
    return _one(db, unbound, values)


def move(db: Connection, request_id: str, browser_digest: bytes, now: datetime) -> bool:
    """Give an undecided request to another browser; False when it was decided or answered."""
    undecided = (*_open(request_id, now), rows.c.person_id.is_(None))
    return _one(db, undecided, {"browser_digest": browser_digest})


def decide(db: Connection, request_id: str, person_id: str, grant_id: str | None, now: datetime) -> bool:
    """Record the one decision on a request: the grant given, or None for nothing. False when there was one."""
    undecided = (*_open(request_id, now), rows.c.person_id.is_(None))
    return _one(db, undecided, {"person_id": person_id, "grant_id": grant_id})


def complete(db: Connection, request_id: str, now: datetime) -> bool:
    """Answer a request for good; False for every caller but the first, and after its time."""
    return _one(db, _open(request_id, now), {"completed_at": now})


def forget_hints(db: Connection, hint_indexes: Collection[bytes]) -> None:
    """Remove the requests that expect one of these addresses."""
    if hint_indexes:
        db.execute(delete(rows).where(rows.c.hint_index.in_(hint_indexes)))


def forget_all(db: Connection) -> None:
    """Remove every request: none is gone on with."""
    db.execute(delete(rows))


def _open(request_id: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return rows.c.id == request_id, rows.c.completed_at.is_(None), rows.c.expires_at > now


def _one(db: Connection, where: tuple[ColumnElement[bool], ...], values: dict[str, Any]) -> bool:
    return db.execute(update(rows).where(*where).values(**values)).rowcount == 1
