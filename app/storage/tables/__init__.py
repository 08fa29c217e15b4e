"""All tables, by the room that owns their rows. Queries name their columns; nothing selects everything."""

from app.storage.tables import (  # noqa: F401 - registers the tables
    cases,
    events,
    grants,
    leaving,
    logins,
    parties,
    people,
    streams,
    time,
    upkeep,
    vault,
)
from app.storage.tables.metadata import metadata

__all__ = ["metadata"]
