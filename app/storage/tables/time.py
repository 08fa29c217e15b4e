"""The latest moment this installation has seen, how often a worker looked around, and a demonstration's clock."""

from sqlalchemy import BigInteger, Column, Integer, String, Table, Text

from app.storage.columns import Utc
from app.storage.tables.metadata import metadata

time_marks = Table(
    "time_marks",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # one row
    Column("highest_at", Utc, nullable=False),
)

database_age = Table(
    "database_age",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # one row
    Column("name", String(32), nullable=False),
    Column("age", BigInteger, nullable=False),
    Column("issuer", Text, nullable=True),  # NULL until it is served
)

sandbox_clock = Table(
    "sandbox_clock",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # one row
    Column("offset_s", BigInteger, nullable=False),
)
