"""Links sent by mail: found by digest, used once."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from app.storage.columns import columns_of
from app.storage.tables.people import email_links as rows


@dataclass(frozen=True)
class Link:
    """One link: whose, to which address, what for, and the page to go on with."""

    secret_digest: bytes = field(repr=False)
    person_id: str
    email_id: str
    purpose: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    next_path: str | None = None

    def open(self, now: datetime) -> bool:
        """Neither used nor past its time."""
        return self.used_at is None and now < self.expires_at


_COLUMNS = columns_of(rows, Link)


def add(db: Connection, link: Link) -> None:
    """A new link."""
    db.execute(insert(rows).values(**vars(link)))


def find(db: Connection, secret_digest: bytes) -> Link | None:
    """A link, used or not."""
    row = db.execute(select(*_COLUMNS).where(rows.c.secret_digest == secret_digest)).one_or_none()
    return None if row is None else Link(*row)


def use(db: Connection, secret_digest: bytes, now: datetime) -> bool:
    """Spend a link; False for every caller but the first, and after its time."""
    open_ = (rows.c.secret_digest == secret_digest, rows.c.used_at.is_(None), rows.c.expires_at > now)
    return db.execute(update(rows).where(*open_).values(used_at=now)).rowcount == 1


def withdraw_everybodys(db: Connection) -> None:
    """Forget every unused link."""
    db.execute(delete(rows).where(rows.c.used_at.is_(None)))


def withdraw(db: Connection, person_id: str, purpose: str | None = None, email_id: str | None = None) -> None:
    """Forget the unused links of a person: all, or those of one kind, or of one kind to one address."""
    theirs = (rows.c.person_id == person_id, rows.c.used_at.is_(None))
    kind = () if purpose is None else (rows.c.purpose == purpose,)
    address = () if email_id is None else (rows.c.email_id == email_id,)
    db.execute(delete(rows).where(*theirs, *kind, *address))


def waits(db: Connection, email_id: str, purpose: str, now: datetime) -> bool:
    """Whether a link of this kind, sent to this address, still works."""
    open_ = (rows.c.used_at.is_(None), rows.c.expires_at > now)
    sent = (rows.c.email_id == email_id, rows.c.purpose == purpose)
    return db.execute(select(rows.c.email_id).where(*sent, *open_).limit(1)).first() is not None
