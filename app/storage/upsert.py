"""The one statement both databases spell differently: insert unless the key exists."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_if_absent(db: Connection, table: Table, row: Mapping[str, Any]) -> bool:
    """Insert the row; False when its key was there already. Of parallel callers exactly one gets True."""
    return db.execute(_statement(db.dialect.name, table), row).first() is not None


@cache
def _statement(dialect: str, table: Table) -> Any:
    insert = (sqlite if dialect == "sqlite" else postgresql).insert(table)
    # RETURNING, because the row count of an INSERT is not something every driver tells.
    return insert.on_conflict_do_nothing().returning(*table.primary_key)
