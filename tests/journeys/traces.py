"""Searches what an installation leaves behind: the database with its journal, the log, the mail queue, its folder."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import psycopg
from psycopg.sql import SQL, Identifier

from app.crypto.encryption_keys import unwrap
from app.services.wiring import Services
from app.storage.tables import metadata
from app.storage.tables.upkeep import mail


def everything_stored(url: str) -> bytes:
    """The whole content of the database: its files with the journal, or every row of every table."""
    if url.startswith("sqlite"):
        return b"".join(part.read_bytes() for part in _files(url))
    with psycopg.connect(_libpq(url)) as db:
        rows = [
            str(row)
            for table in metadata.sorted_tables
            for row in db.execute(SQL("SELECT t::text FROM {} t").format(Identifier(table.name)))
        ]
    return "\n".join(rows).encode()


def everything_on_disk(url: str, since: str = "") -> bytes:
    """The same as it lies on the disk, with what was deleted and not yet overwritten.

    On PostgreSQL that is every file of the database, and its write-ahead log since the position ``since``.
    """
    if url.startswith("sqlite"):
        return b"".join(part.read_bytes() for part in _files(url))
    with psycopg.connect(_libpq(url), autocommit=True) as db:
        db.execute("CHECKPOINT")
        ((data, oid),) = db.execute(
            "SELECT current_setting('data_directory'), oid FROM pg_database WHERE datname = current_database()"
        )
        ((first, last),) = db.execute(
            "SELECT pg_walfile_name(%s::pg_lsn), pg_walfile_name(pg_current_wal_lsn())", [since]
        )
    segments = [part for part in Path(data, "pg_wal").glob("[0-9A-F]" * 24) if first <= part.name <= last]
    assert segments, "the journal is still there"
    return b"".join(part.read_bytes() for part in [*Path(data, "base", str(oid)).iterdir(), *segments])


def journal_position(url: str) -> str:
    """Where PostgreSQL writes its log now; nothing on SQLite, whose journal is a file of its own."""
    if url.startswith("sqlite"):
        return ""
    with psycopg.connect(_libpq(url)) as db:
        ((position,),) = db.execute("SELECT pg_current_wal_lsn()")
    return str(position)


def mail_queue(services: Services) -> bytes:
    """Every mail that waits, opened as a worker would: sealed is not gone."""
    with services.database.read() as db:
        rows = db.execute(mail.select()).all()
    opened: list[Any] = [json.loads(unwrap(services.secrets, row.content_sealed, "mail", row.id)) for row in rows]
    return json.dumps(opened, ensure_ascii=False).encode()


def folder(path: Path) -> bytes:
    """Every file below a folder: logs, ledgers, whatever was left there."""
    return b"".join(part.read_bytes() for part in sorted(path.rglob("*")) if part.is_file())


def found(values: Iterable[str], content: bytes) -> set[str]:
    """Those of the values that stand in it, however they are written."""
    return {value for value in values if any(form in content for form in forms_of(value))}


def forms_of(value: str) -> set[bytes]:
    """A value as it might be written down."""
    plain = {value.encode(), value.lower().encode(), value.upper().encode()}
    return plain | {each.hex().encode() for each in plain} | {json.dumps(value)[1:-1].encode()}


def _files(url: str) -> list[Path]:
    file = Path(url.removeprefix("sqlite:///"))
    found_files = sorted(file.parent.glob(file.name + "*"))
    assert file in found_files, "the search looks at the database"
    return found_files


def _libpq(url: str) -> str:
    return url.replace("+psycopg", "")
