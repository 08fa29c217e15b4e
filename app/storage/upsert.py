"""The one statement both databases spell differently: insert, and what to do when the key exists."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table, bindparam
from sqlalchemy.dialects import postgresql, sqlite

from app.storage.prepared import Prepared


def insert_if_absent(db: Connection, table: Table, row: Mapping[str, Any]) -> bool:
    """Insert the row; False when its key was there already. Of parallel callers exactly one gets True."""
    return _statement(db.dialect.name, table, tuple(row)).first(db, **row) is not None


def insert_into(dialect: str, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT in the words of this database, to go on with ``on_conflict_do_update`` and the like."""
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


@cache
def _statement(dialect: str, table: Table, names: tuple[str, ...]) -> Prepared:
    insert = insert_into(dialect, table).values({name: bindparam(name) for name in names})
    # RETURNING, because the row count of an INSERT is not something every driver tells.
    return Prepared(insert.on_conflict_do_nothing().returning(*table.primary_key))
