"""Migrations bring any database to what the tables say, and back."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from app.storage import migrations
from app.storage.database import Database
from app.storage.tables import metadata


@pytest.fixture
def database(empty_database_url: str) -> Iterator[Database]:
    database = Database(empty_database_url)
    yield database
    database.dispose()


def test_the_migrated_schema_is_the_one_the_tables_describe(database: Database) -> None:
    migrations.upgrade(database.engine)
    with database.engine.connect() as db:
        assert compare_metadata(MigrationContext.configure(db), metadata) == []
        assert migrations.current(db) == migrations.newest()


def test_migrations_run_up_and_down_and_up_again(database: Database) -> None:
    migrations.upgrade(database.engine)
    migrations.downgrade(database.engine, "base")
    assert set(inspect(database.engine).get_table_names()) <= {"alembic_version"}
    migrations.upgrade(database.engine)
    assert set(metadata.tables) <= set(inspect(database.engine).get_table_names())


def test_an_interrupted_migration_leaves_nothing_and_completes_when_run_again(database: Database) -> None:
    with database.engine.connect() as db, db.begin() as transaction:
        migrations.upgrade_within(db)
        transaction.rollback()
    assert "people" not in inspect(database.engine).get_table_names()
    migrations.upgrade(database.engine)
    with database.engine.connect() as db:
        assert migrations.current(db) == migrations.newest()


def test_the_list_of_revisions_is_that_of_the_files() -> None:
    scripts = ScriptDirectory(str(Path(migrations.__file__).parent))
    assert tuple(script.revision for script in scripts.walk_revisions())[::-1] == migrations.REVISIONS


def test_two_nodes_that_migrate_at_once_both_succeed(empty_database_url: str) -> None:
    databases = [Database(empty_database_url), Database(empty_database_url)]
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda database: migrations.upgrade(database.engine), databases))
    for database in databases:
        with database.read() as db:
            assert migrations.current(db) == migrations.newest()
        database.dispose()
