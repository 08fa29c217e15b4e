"""What may be wrong with an installation is one line that says what to mend; anything else is a defect of ours."""

import errno
import sqlite3

import psycopg
import pytest
from psycopg.errors import DiskFull, InsufficientPrivilege, UndefinedTable
from sqlalchemy.exc import DBAPIError, OperationalError

from app.cli.faults import said
from app.cli.trouble import told

CANARY = "zilverreiger-canary"


def test_a_full_disk_where_a_command_writes_is_told_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit), told():
        raise OSError(errno.ENOSPC, "No space left on device", CANARY)
    assert capsys.readouterr().err == (
        "There is no room left where this command writes: make room, and type it again.\n"
    )


@pytest.mark.parametrize(
    ("cause", "mend"),
    [
        (UndefinedTable(CANARY), "a table or column that belongs there is missing: put a backup back."),
        (InsufficientPrivilege(CANARY), "make that user the owner of the database and of every table."),
        (DiskFull(CANARY), "its disk is full: make room."),
        (ValueError(CANARY), "and that its disk is not full."),
    ],
)
def test_what_the_database_refuses_is_told_with_what_to_mend_and_without_a_value(cause: Exception, mend: str) -> None:
    (line,) = said(DBAPIError(f"INSERT {CANARY}", {"x": CANARY}, cause)) or ()
    assert line.startswith(f"The database cannot be used ({type(cause).__name__}): ")
    assert line.endswith(mend)
    assert CANARY not in line


def test_why_a_database_could_not_be_reached_is_told_in_its_own_words_on_one_line() -> None:
    cause = psycopg.OperationalError(f"connection refused\n\tIs the server running? {'x' * 300}")
    (line,) = said(OperationalError(None, None, cause)) or ()
    assert line.startswith("The database cannot be used (connection refused Is the server running? xxx")
    assert line.count("x") == 200 - len("connection refused Is the server running? ")


def test_every_sort_of_a_fault_of_a_file_is_told_alike() -> None:
    cause = sqlite3.OperationalError(CANARY)
    cause.sqlite_errorname = "SQLITE_READONLY_DBMOVED"
    (line,) = said(OperationalError("INSERT", {}, cause)) or ()
    assert line == "The database cannot be used (OperationalError): the file cannot be written: change its owner."


def test_a_damaged_file_is_told() -> None:
    memory = sqlite3.connect(":memory:")
    memory.deserialize(b"no database" * 100)
    with pytest.raises(sqlite3.DatabaseError) as failed:
        memory.execute("SELECT * FROM sqlite_master")
    memory.close()
    (line,) = said(OperationalError("SELECT", {}, failed.value)) or ()
    assert line == (
        "The database cannot be used (DatabaseError): the file is no database, or is damaged: put a backup back as"
        " docs/backups.md says."
    )


def test_a_defect_is_not_told_as_trouble() -> None:
    assert said(KeyError(CANARY)) is None
    assert said(OSError(errno.EIO, CANARY)) is None
