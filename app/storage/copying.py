"""Copies all that one database holds into another that holds nothing, in transactions of the caller's.

Nothing is numbered by a database itself, so no sequence has to follow.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Table, func, select
from sqlalchemy.exc import OperationalError

from app.storage.database import Database
from app.storage.tables import metadata
from app.storage.tables.time import database_age

_AT_ONCE = 1000


class InUse(Exception):
    """Another process has the file open."""


class Miscounted(Exception):
    """A table holds another number of rows than were written: somebody else writes there."""


@contextmanager
def alone_with(database: Database) -> Iterator[Connection]:
    """A transaction on SQLite that nobody else has open meanwhile; raises InUse when somebody has."""
    with database.read() as db:
        db.detach()  # closed afterwards, since what is said here stays with a connection
        # In WAL every open connection holds a lock, though it does nothing: a server between two requests is noticed.
        db.exec_driver_sql("PRAGMA locking_mode=EXCLUSIVE")
        db.exec_driver_sql("PRAGMA busy_timeout=0")
        try:
            db.exec_driver_sql("BEGIN IMMEDIATE")
        except OperationalError as fault:
            if getattr(fault.orig, "sqlite_errorname", "") != "SQLITE_BUSY":
                raise
            raise InUse from None
        yield db


def is_empty(db: Connection) -> bool:
    """Whether the tables hold no more than a migration put there."""
    return not any(_count(db, table) for table in metadata.sorted_tables if table is not database_age)


def copy(source: Connection, target: Connection) -> int:
    """Copy every row, its name and age among them, and return how many there are; raises Miscounted."""
    target.execute(database_age.delete())
    return sum(_copy_table(source, target, table) for table in metadata.sorted_tables)


def _copy_table(source: Connection, target: Connection, table: Table) -> int:
    copied = 0
    for part in source.execute(select(table)).mappings().partitions(_AT_ONCE):
        target.execute(table.insert(), [dict(row) for row in part])
        copied += len(part)
    if not copied == _count(source, table) == _count(target, table):
        raise Miscounted(table.name)
    return copied


def _count(db: Connection, table: Table) -> int:
    return db.execute(select(func.count()).select_from(table)).scalar_one()
