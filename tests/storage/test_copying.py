"""Everything one database holds is in another afterwards, whatever tables there are."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import BigInteger, Boolean, Column, Integer, LargeBinary, select, text
from sqlalchemy.types import TypeEngine

from app.storage import copying
from app.storage.columns import Document, Names, Utc
from app.storage.copying import InUse, Miscounted
from app.storage.database import Database
from app.storage.tables import metadata
from app.storage.tables.time import database_age, time_marks
from tests.servers.databases import Databases
from tests.servers.house import START

Rows = dict[str, list[dict[str, Any]]]


@pytest.fixture
def file(databases: Databases) -> Iterator[Database]:
    """A database of SQLite in which no table is empty."""
    with ExitStack() as lent:
        database = Database(lent.enter_context(databases.fresh("sqlite")))
        with database.write() as db:
            for name, rows in _two_of_each().items():
                db.execute(metadata.tables[name].insert(), rows)
        database.dispose()  # nobody has it open
        yield database
        database.dispose()


@pytest.fixture
def server(databases: Databases) -> Iterator[Database]:
    """A database of PostgreSQL with nothing in it."""
    with databases.fresh("postgresql") as url:
        database = Database(url)
        yield database
        database.dispose()


def _two_of_each() -> Rows:
    """A row with everything in it for each table, and one with as little as may be."""
    made: Rows = {}
    for table in metadata.sorted_tables:
        if table is not database_age:  # a migration gave it its row
            made[table.name] = [{column.name: _value(made, column, which) for column in table.c} for which in (0, 1)]
    return made


def _value(made: Rows, column: Column[Any], which: int) -> Any:
    for key in column.foreign_keys:
        return made[key.column.table.name][which][key.column.name]
    return None if which and column.nullable else _some(column.type, column.name, which)


def _some(kind: TypeEngine[Any], name: str, which: int) -> Any:
    match kind:
        case Utc():
            return START + timedelta(microseconds=which)
        case Names():
            return frozenset({"email", name})
        case Document():
            return {"é": [None, which, "\0"]}
        case LargeBinary():
            return bytes((0, 255, which)) + name.encode()
        case Boolean():
            return not which
        case BigInteger():
            return 2**62 + which
        case Integer():
            return 2**31 - 1 - which
    return f"{which}é{name}"[: getattr(kind, "length", None)]


def _all(database: Database) -> dict[str, set[str]]:
    with database.read() as db:
        return {table.name: {repr(row) for row in db.execute(select(table))} for table in metadata.sorted_tables}


def test_every_row_of_every_table_is_there_afterwards_as_it_was(file: Database, server: Database) -> None:
    with copying.alone_with(file) as source, server.write() as target:
        assert copying.is_empty(target)
        copied = copying.copy(source, target)
    there = _all(server)
    assert there == _all(file)
    assert all(there.values())
    with server.read() as db:
        assert copied == sum(map(len, there.values()))
        assert not copying.is_empty(db)
        assert db.execute(text("SELECT count(*) FROM pg_sequences")).scalar_one() == 0


def test_a_file_that_somebody_has_open_is_not_copied_from(file: Database) -> None:
    other = Database(str(file.engine.url))
    with other.read() as db:
        db.execute(select(time_marks))
    # It is between two requests now.
    with pytest.raises(InUse), copying.alone_with(file):
        pass
    other.dispose()


def test_what_another_writes_there_meanwhile_is_noticed_before_anything_is_kept(
    file: Database, server: Database
) -> None:
    row = {"id": 7, "highest_at": START}
    with copying.alone_with(file) as source, server.engine.connect() as target, target.begin() as begun:
        with server.write() as db:
            db.execute(time_marks.insert(), row)
        with pytest.raises(Miscounted, match="time_marks"):
            copying.copy(source, target)
        begun.rollback()
    assert {name for name, rows in _all(server).items() if rows} == {"database_age", "time_marks"}
