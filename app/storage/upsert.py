"""The one statement both databases spell differently: insert unless the key exists."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table, bindparam
from sqlalchemy.dialects import postgresql, sqlite

from app.storage.prepared import Prepared


def insert_if_absent(db: Connection, table: Table, row: Mapping[str, Any]) -> bool:
    """Insert the row; False when its key was there already. Of parallel callers exactly one gets True."""
    return _statement(db.dialect.name, table, tuple(row)).first(db, **row) is not None


@cache
def _statement(dialect: str, table: Table, names: tuple[str, ...]) -> Prepared:
    insert = (sqlite if dialect == "sqlite" else postgresql).insert(table)
    # RETURNING, because the row count of an INSERT is not something every driver tells.
    insert = insert.values({name: bindparam(name) for name in names})
    return Prepared(insert.on_conflict_do_nothing().returning(*table.primary_key))
