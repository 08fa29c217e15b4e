"""Rows of signing and sealing keys; private parts only ever sealed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from app.storage.columns import columns_of
from app.storage.tables.time import database_age
from app.storage.tables.upkeep import signing_keys as keys


@dataclass(frozen=True)
class SealedKey:
    """One key whose private part is still kept, sealed."""

    kid: str
    alg: str
    private_sealed: bytes = field(repr=False)
    published_at: datetime
    signs_from_at: datetime
    retired_at: datetime | None = None


def hold(db: Connection) -> None:
    """Let nobody else make keys until this transaction ends."""
    db.execute(select(database_age.c.id).with_for_update())  # a row there always is, also before the first key


def usable(db: Connection) -> Sequence[SealedKey]:
    """Every key whose private part is still kept."""
    rows = db.execute(select(*columns_of(keys, SealedKey)).where(keys.c.private_sealed.is_not(None)))
    return [SealedKey(*row) for row in rows]


def state(db: Connection) -> tuple[Any, ...]:
    """A value that differs when any key row does: cheap to read, so that nodes notice a rotation."""
    rows = db.execute(select(keys.c.kid, keys.c.retired_at, keys.c.removed_at).order_by(keys.c.kid))
    return tuple(tuple(row) for row in rows)


def add(db: Connection, key: SealedKey, public: Any) -> None:
    """Store a new key; ``public`` is its public JWK, None for a sealing key."""
    db.execute(insert(keys).values(**vars(key), public=public))


def retire(db: Connection, kid: str, at: datetime) -> None:
    """Let a key verify until ``at`` and no longer."""
    db.execute(update(keys).where(keys.c.kid == kid).values(retired_at=at))


def remove(db: Connection, kid: str, now: datetime) -> bool:
    """Forget the private part at once; the public part stays for receipts."""
    gone = {"private_sealed": None, "removed_at": now, "retired_at": now}
    return db.execute(update(keys).where(keys.c.kid == kid, keys.c.removed_at.is_(None)).values(**gone)).rowcount == 1


def archive(db: Connection) -> Sequence[dict[str, Any]]:
    """Every public key there ever was: receipts keep verifying after rotation."""
    return [row.public for row in db.execute(select(keys.c.public).where(keys.c.public.is_not(None)))]


def public_of(db: Connection, kid: str) -> dict[str, Any] | None:
    """The public part of one key, however long ago it signed; None when there never was such a key."""
    found: dict[str, Any] | None = db.execute(select(keys.c.public).where(keys.c.kid == kid)).scalar_one_or_none()
    return found
