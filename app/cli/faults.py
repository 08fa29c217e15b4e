"""The plain words for faults that rooms below raise when an installation is not well."""

import errno

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from app.crypto.encryption_keys import Undecryptable
from app.crypto.secrets import SecretsUnreadable
from app.domain.errors import Problems

_LONGEST = 200
_LACKING = "a table or column that belongs there is missing: put a backup back"
_DAMAGED = "is damaged: put a backup back as docs/backups.md says"
_MENDS = {
    "25006": "it is read-only here: name the server that is written to, as target_session_attrs=read-write does",
    "42501": "its user may not: make that user the owner of the database and of every table",
    "42P01": _LACKING,
    "42703": _LACKING,
    "53100": "its disk is full: make room",
    "57014": "it took too long, or was stopped there: see what holds it up in pg_stat_activity",
    "SQLITE_BUSY": "another command or a copy holds it: type it again",
    "SQLITE_CORRUPT": f"the file {_DAMAGED}",
    "SQLITE_FULL": "its disk is full: make room",
    "SQLITE_NOTADB": f"the file is no database, or {_DAMAGED}",
    "SQLITE_READONLY": "the file cannot be written: change its owner",
}
"""What to do, by PostgreSQL's code for what went wrong, or SQLite's name for it."""
_LOOK = (
    "check database_url, that the database is there and runs, that Sluis may write in it, and that its disk is not full"
)


def said(fault: Exception) -> list[str] | None:
    """A line for each thing to mend; None for what is no fault of the installation."""
    match fault:
        case Problems():
            return fault.lines()
        case SecretsUnreadable():
            return [str(fault)]
        case Undecryptable():
            return ["The secrets file is not the one this database was made with: restore it, or take a new database."]
        case SQLAlchemyError():
            return [said_of_database(fault)]
        case OSError(errno=errno.ENOSPC):
            return ["There is no room left where this command writes: make room, and type it again."]
        case _:
            return None


def said_of_database(fault: SQLAlchemyError, what: str = "The database") -> str:
    """One line on a database, or what of it, that does not work. Its own words only when it could not be reached: a
    statement's error quotes the values in it.
    """
    cause, code = type(fault).__name__, None
    if isinstance(fault, DBAPIError):
        reached = fault.statement is not None
        cause = type(fault.orig).__name__ if reached else " ".join(str(fault.orig).split())[:_LONGEST]
        code = getattr(fault.orig, "sqlstate", None) or _sort(getattr(fault.orig, "sqlite_errorname", ""))
    return f"{what} cannot be used ({cause}): {_MENDS.get(code or '', _LOOK)}."


def _sort(name: str) -> str:
    """SQLite's name without its details: SQLITE_READONLY_DBMOVED is SQLITE_READONLY."""
    return "_".join(name.split("_")[:2])
