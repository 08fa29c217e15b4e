"""A backup of a database, row by row, and how it is put back."""

from typing import Any

from sqlalchemy import select

from app.storage.tables import metadata
from tests.servers.house import House

Backup = dict[str, list[dict[str, Any]]]


def taken(house: House) -> Backup:
    """Every row there is."""
    with house.services.database.read() as db:
        return {
            table.name: [dict(row) for row in db.execute(select(table)).mappings()] for table in metadata.sorted_tables
        }


def put_back(house: House, backup: Backup) -> None:
    """The database as it was then; what lies beside it stays as it is."""
    with house.services.database.write() as db:
        for table in reversed(metadata.sorted_tables):
            db.execute(table.delete())
        for table in metadata.sorted_tables:
            if backup[table.name]:
                db.execute(table.insert(), backup[table.name])
