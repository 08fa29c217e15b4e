"""Mail waiting to be sent: leased for an attempt, gone once delivered."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from app.storage.columns import columns_of
from app.storage.tables.upkeep import mail as rows


@dataclass(frozen=True)
class SealedMail:
    """One mail; recipient and words are sealed."""

    id: str
    person_id: str | None
    kind: str
    content_sealed: bytes = field(repr=False)
    created_at: datetime
    next_attempt_at: datetime
    attempts: int = 0


_COLUMNS = columns_of(rows, SealedMail)


def add(db: Connection, mail: SealedMail) -> None:
    """Queue one mail."""
    db.execute(insert(rows).values(**vars(mail)))


def due(db: Connection, now: datetime, limit: int) -> Sequence[SealedMail]:
    """Mail whose next attempt is now, the longest waiting first."""
    waiting = select(*_COLUMNS).where(rows.c.next_attempt_at <= now)
    return [SealedMail(*row) for row in db.execute(waiting.order_by(rows.c.next_attempt_at).limit(limit))]


def lease(db: Connection, mail: SealedMail, until: datetime) -> bool:
    """Take one mail for an attempt; until then nobody else does. False when another worker was first."""
    untouched = (rows.c.id == mail.id, rows.c.attempts == mail.attempts)
    taken = {"attempts": mail.attempts + 1, "next_attempt_at": until}
    return db.execute(update(rows).where(*untouched).values(**taken)).rowcount == 1


def postpone(db: Connection, mail_id: str, until: datetime, *, address_refused: bool) -> None:
    """Set when the next attempt is, and whether the address of its recipient is why."""
    waiting = {"next_attempt_at": until, "address_refused": address_refused}
    db.execute(update(rows).where(rows.c.id == mail_id).values(**waiting))


def remove(db: Connection, mail_id: str) -> None:
    """Forget a mail, delivered or given up."""
    db.execute(delete(rows).where(rows.c.id == mail_id))


def latest(db: Connection, limit: int) -> Sequence[SealedMail]:
    """The newest mail first: what the development mailbox shows."""
    return [SealedMail(*row) for row in db.execute(select(*_COLUMNS).order_by(rows.c.created_at.desc()).limit(limit))]


def find(db: Connection, mail_id: str) -> SealedMail | None:
    """One mail of the development mailbox."""
    row = db.execute(select(*_COLUMNS).where(rows.c.id == mail_id)).one_or_none()
    return None if row is None else SealedMail(*row)


def late(db: Connection, created_before: datetime) -> int:
    """How many mails older than this still wait, for anything but their recipient's address."""
    waiting = select(func.count()).select_from(rows).where(rows.c.address_refused.is_(False))
    return int(db.execute(waiting.where(rows.c.created_at < created_before)).scalar_one())
