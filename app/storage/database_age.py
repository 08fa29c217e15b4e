"""The name of this database, which its backups share, and its age: a number that only grows. A migration gave both.

Beside them the issuer it is served under.
"""

from sqlalchemy import Connection, select, update

from app.storage.tables.time import database_age as rows


def name(db: Connection) -> str:
    """What tells this database from every other but its own backups."""
    name: str = db.execute(select(rows.c.name)).scalar_one()
    return name


def read(db: Connection) -> int:
    """The age; 0 before the first worker ran."""
    age: int = db.execute(select(rows.c.age)).scalar_one()
    return age


def grow(db: Connection, beyond: int = 0) -> int:
    """Grow by one, beyond a number that was seen elsewhere; returns the age from now on."""
    db.execute(update(rows).where(rows.c.age < beyond).values(age=beyond))
    db.execute(update(rows).values(age=rows.c.age + 1))
    return read(db)


def issuer(db: Connection) -> str | None:
    """The issuer it is served under; None before it was."""
    issuer: str | None = db.execute(select(rows.c.issuer)).scalar_one()
    return issuer


def serve_as(db: Connection, issuer: str) -> None:
    """Note under which issuer it is served from now on."""
    db.execute(update(rows).values(issuer=issuer))
