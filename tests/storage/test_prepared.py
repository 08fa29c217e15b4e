"""A prepared statement gives the rows and the errors that SQLAlchemy would, only sooner."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    bindparam,
    event,
    insert,
    literal,
    select,
    text,
)
from sqlalchemy.exc import IntegrityError, OperationalError

from app.storage.columns import Document, Names, Utc
from app.storage.database import Database
from app.storage.prepared import Prepared
from tests.servers.databases import Databases

CANARY = "kanarie-8231"
ROW: dict[str, Any] = {
    "id": 1,
    "at": datetime(2026, 11, 23, 12, 0, 0, 123456, tzinfo=UTC),
    "names": frozenset({"email", "name"}),
    "kept": {"b": [1], "a": None},
    "sealed": b"\x00\xff",
    "yes": True,
    "never": None,
}
_COLUMNS = (
    Column("id", Integer, primary_key=True),
    Column("at", Utc),
    Column("names", Names),
    Column("kept", Document),
    Column("sealed", LargeBinary),
    Column("yes", Boolean),
    Column("never", Utc),
)
rows = Table("prepared_rows", MetaData(), *_COLUMNS)
ADD = Prepared(insert(rows))
ONE = Prepared(select(literal(1).label("one")))
FIND = Prepared(select(rows).where(rows.c.at <= bindparam("now"), rows.c.yes == bindparam("yes"), rows.c.id != 7))


@pytest.fixture
def database(empty_database_url: str) -> Iterator[Database]:
    database = Database(empty_database_url)
    rows.metadata.create_all(database.engine)
    with database.write() as db:
        ADD.run(db, **ROW)
    yield database
    database.dispose()


def test_values_go_in_and_come_out_as_their_columns_say(database: Database) -> None:
    with database.read() as db:
        found = FIND.first(db, now=ROW["at"], yes=True)
        assert found._asdict() == ROW
        assert tuple(db.execute(select(rows)).one()) == tuple(found)
        assert FIND.all(db, now=ROW["at"], yes=False) == []


def test_what_the_database_refuses_is_refused_as_ever_and_names_no_value(database: Database) -> None:
    def twice() -> None:
        with database.write() as db:
            ADD.run(db, **ROW | {"kept": CANARY})

    with pytest.raises(IntegrityError) as failed:
        twice()
    assert CANARY not in str(failed.value).split("DETAIL")[0]
    with database.read() as db:
        assert FIND.first(db, now=ROW["at"], yes=True).kept == ROW["kept"]


def test_a_statement_without_one_of_its_values_is_a_fault_of_ours(database: Database) -> None:
    with database.read() as db, pytest.raises(Exception, match=r"now|bind"):
        FIND.first(db, yes=True)


def test_a_connection_that_breaks_meanwhile_is_not_used_again(databases: Databases) -> None:
    def ask(database: Database) -> None:
        with database.read() as db:
            _break(db)
            ONE.all(db)

    with databases.fresh("postgresql") as url:
        database = Database(url)
        with pytest.raises(OperationalError) as failed:
            ask(database)
        with database.read() as db:
            assert ONE.first(db).one == 1
        database.dispose()
    assert failed.value.connection_invalidated


def _break(db: Connection) -> None:
    (pid,) = db.execute(text("SELECT pg_backend_pid()")).one()
    with db.engine.connect() as other:
        other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        while other.execute(text("SELECT 1 FROM pg_stat_activity WHERE pid = :pid"), {"pid": pid}).first():
            other.rollback()


def test_who_listens_to_statements_hears_of_it(database: Database) -> None:
    heard: list[str] = []

    def hear(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        heard.append(statement.split(maxsplit=1)[0])

    with database.read() as db:
        event.listen(db, "before_cursor_execute", hear)
        FIND.first(db, now=ROW["at"], yes=True)
    assert heard == ["SELECT"]
