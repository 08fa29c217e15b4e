"""The plain words for faults that rooms below raise when an installation is not well."""

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from app.crypto.encryption_keys import Undecryptable
from app.crypto.secrets import SecretsUnreadable
from app.domain.errors import Problems

_LONGEST = 200


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
        case _:
            return None


def said_of_database(fault: SQLAlchemyError) -> str:
    """One line on a database that does not work. Its own words only when it could not be reached: a statement's
    error quotes the values in it.
    """
    cause = type(fault).__name__
    if isinstance(fault, DBAPIError):
        reached = fault.statement is not None
        cause = type(fault.orig).__name__ if reached else " ".join(str(fault.orig).split())[:_LONGEST]
    return (
        f"The database cannot be used ({cause}): check database_url, that the database is there and runs,"
        " that Sluis may write in it, and that its disk is not full."
    )
