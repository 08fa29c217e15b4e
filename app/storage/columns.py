"""Column types: times as UTC microseconds, names and documents as canonical JSON text; and which columns a value has.

What comes out goes through a bare function: a grant's row has forty columns, and every request of a client reads one.
"""

import json
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, Column, Dialect, Table, Text
from sqlalchemy.types import TypeDecorator

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def columns_of(table: Table, kind: Any) -> tuple[Column[Any], ...]:
    """The columns of a value that is kept in this table as it is, in the order of its fields."""
    return tuple(table.c[each.name] for each in fields(kind))


def microseconds(moment: datetime) -> int:
    """A moment as ``Utc`` stores it, for arithmetic in a statement."""
    return (moment - _EPOCH) // _MICROSECOND


def _moment(value: int | None) -> datetime | None:
    return None if value is None else _EPOCH + timedelta(microseconds=value)


@lru_cache(maxsize=1024)  # the same few sets of claims and purposes in most rows
def _names(value: str | None) -> frozenset[str] | None:
    return None if value is None else frozenset(value.split())


def _document(value: str | None) -> Any:
    return None if value is None else json.loads(value)


class Utc(TypeDecorator[datetime]):
    """An aware datetime, stored as microseconds since 1970 so that both databases order and compare it alike."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        return None if value is None else microseconds(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:  # noqa: ARG002
        return _moment


class Names(TypeDecorator[frozenset[str]]):
    """A set of names, stored sorted."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: frozenset[str] | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else " ".join(sorted(value))

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:  # noqa: ARG002
        return _names


class Document(TypeDecorator[Any]):
    """A JSON document with sorted keys."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else json.dumps(value, sort_keys=True, separators=(",", ":"))

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:  # noqa: ARG002
        return _document
