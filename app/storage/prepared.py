"""Statements asked at every request: worked out once for each database, then run on the driver's own cursor.

SQLAlchemy writes the words and owns the connection and its transaction. What it would find out anew at each execution
(cache key, types, the shape of the answer) is kept here, which is most of what a short statement costs.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Connection, Dialect, bindparam, insert
from sqlalchemy.exc import DBAPIError

_Convert = Callable[[Any], Any]


class Prepared:
    """One statement. Whoever runs it gives a value for every ``bindparam`` in it, by name."""

    def __init__(self, statement: Any) -> None:
        self._statement = statement
        self._known: dict[str, _Compiled] = {}

    def all(self, db: Connection, **values: Any) -> list[Any]:
        """Every row, its columns by name."""
        known = self._known.get(db.dialect.name) or self._compile(db.dialect)
        return known.rows(execute(db, known.sql, known.bound(values), fetch=known.fetches))

    def first(self, db: Connection, **values: Any) -> Any:
        """The row of a statement that has one at most, or None."""
        rows = self.all(db, **values)
        return rows[0] if rows else None

    def run(self, db: Connection, **values: Any) -> None:
        """A statement that gives no row."""
        self.all(db, **values)

    def _compile(self, dialect: Dialect) -> "_Compiled":
        self._known[dialect.name] = known = _Compiled(self._statement, dialect)
        return known


def insertion(columns: Sequence[Column[Any]]) -> Prepared:
    """The insertion of one row with a value for each of these columns, where a table has more."""
    return Prepared(insert(columns[0].table).values({column.name: bindparam(column.name) for column in columns}))


class _Compiled:
    """A statement in the words of one database, with how values go in and come out."""

    def __init__(self, statement: Any, dialect: Dialect) -> None:
        # SQLite takes values by name as well, and then their order is nobody's business.
        kind: Any = type(dialect)
        compiled = statement.compile(dialect=kind(paramstyle="named") if dialect.positional else dialect)
        columns = tuple(statement.exported_columns)
        self.sql, self.fetches = str(compiled), bool(columns)
        self._into = {name: _into(bind.type, dialect) for name, bind in compiled.binds.items()}
        self._said = {name: self._into[name](bind.value) for name, bind in compiled.binds.items() if not bind.required}
        self._read_as = _row([column.name for column in columns])
        self._out_of = [(at, out) for at, column in enumerate(columns) if (out := _out_of(column.type, dialect))]

    def bound(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The values as the driver takes them, with those that the statement says itself."""
        return {**self._said, **{name: self._into[name](value) for name, value in values.items()}}

    def rows(self, fetched: list[tuple[Any, ...]]) -> list[Any]:
        """The rows as the columns' types say."""
        return [self._read(row) for row in fetched]

    def _read(self, fetched: tuple[Any, ...]) -> Any:
        values = list(fetched)
        for at, convert in self._out_of:
            values[at] = convert(values[at])
        return self._read_as(values)


def execute(db: Connection, sql: str, values: Mapping[str, Any], *, fetch: bool = False) -> list[tuple[Any, ...]]:
    """Run one statement on the driver's cursor, within the transaction of ``db``.

    Who listens to SQLAlchemy's statements hears of it, and what the driver refuses is raised as SQLAlchemy raises it,
    without the values.
    """
    cursor, errors = db.connection.cursor(), db.dialect.loaded_dbapi.Error
    for listener in db.dispatch.before_cursor_execute:
        listener(db, cursor, sql, values, None, False)
    try:
        cursor.execute(sql, values)
        return list(cursor.fetchall()) if fetch else []
    except errors as error:
        broken = db.dialect.is_disconnect(error, db.connection.dbapi_connection, cursor)
        if broken:
            db.invalidate(error)
        raise DBAPIError.instance(
            sql, None, error, errors, hide_parameters=True, connection_invalidated=broken, dialect=db.dialect
        ) from error
    finally:
        cursor.close()


def _row(names: list[str]) -> Callable[[Iterable[Any]], Any]:
    row: Any = namedtuple("Row", names)  # type: ignore[misc]  # noqa: PYI024 - the names are known only now
    return row._make


def _into(kind: Any, dialect: Dialect) -> _Convert:
    return kind.dialect_impl(dialect).bind_processor(dialect) or _as_it_is


def _out_of(kind: Any, dialect: Dialect) -> _Convert | None:
    convert: _Convert | None = kind.dialect_impl(dialect).result_processor(dialect, None)
    return convert


def _as_it_is(value: Any) -> Any:
    return value
