"""Brings a database to the newest schema, and tells when one is not there.

Alembic is imported when a migration runs, not before: it takes longer to load than a server takes to answer.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text

if TYPE_CHECKING:
    from alembic.config import Config

REVISIONS = tuple(f"{number:04}" for number in range(1, 15))
"""Every revision there is, oldest first; a test holds it to the files in versions/."""

_FOLDER = Path(__file__).parent
_LOCK = 0x51_07_15
"""One migration at a time, whichever node began it."""


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Run every migration not run yet; interrupted and run again it completes."""
    with engine.begin() as db:
        upgrade_within(db, revision)


def upgrade_within(db: Connection, revision: str = "head") -> None:
    """The same in the caller's transaction: all of it happens, or none."""
    from alembic import command  # noqa: PLC0415

    _one_at_a_time(db)
    command.upgrade(_config(db), revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Undo migrations down to ``revision`` (``base`` undoes all)."""
    from alembic import command  # noqa: PLC0415

    with engine.begin() as db:
        _one_at_a_time(db)
        command.downgrade(_config(db), revision)


def newest() -> str:
    """The revision this code was written for."""
    return REVISIONS[-1]


def current(db: Connection) -> str | None:
    """The revision the database is at; None for one without our tables."""
    if not inspect(db).has_table("alembic_version"):
        return None
    revision = db.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    return None if revision is None else str(revision)


def _one_at_a_time(db: Connection) -> None:
    if db.dialect.name == "postgresql":  # SQLite's BEGIN IMMEDIATE is the lock
        db.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


def _config(db: Connection) -> "Config":
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = db
    return config
