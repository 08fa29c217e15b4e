"""The one MetaData, with named constraints so that migrations can address them."""

from typing import Any

from sqlalchemy import Column, Index, MetaData

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def partial_index(name: str, *columns: Column[Any], where: Any, unique: bool = False) -> None:
    """An index of the rows that ``where`` is true of, told to each database under its own name for that."""
    Index(name, *columns, unique=unique, sqlite_where=where, postgresql_where=where)
