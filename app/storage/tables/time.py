"""The latest moment this installation has seen, and how far the clock of a demonstration has been moved on."""

from sqlalchemy import BigInteger, Column, Integer, Table

from app.storage.columns import Utc
from app.storage.tables.metadata import metadata

time_marks = Table(
    "time_marks",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # one row
    Column("highest_at", Utc, nullable=False),
)

sandbox_clock = Table(
    "sandbox_clock",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # one row
    Column("offset_s", BigInteger, nullable=False),
)
