"""One word for what keeps a process from serving."""

import dataclasses
from pathlib import Path

from sqlalchemy import text

from app.crypto import secrets as secrets_file
from app.services import health, keys
from app.services.key_ring import Keys
from app.storage.database import Database
from tests.servers.house import House


def test_a_sound_process_has_no_trouble(house: House) -> None:
    assert health.trouble(house.services, house.clock.now) is None


def test_without_a_key_that_signs_it_is_the_keys(house: House) -> None:
    ring = house.services.keys.ring(house.clock.now)
    keys.remove(house.services, ring.signer("RS256", house.clock.now).kid, house.clock.now)
    house.clock.move(seconds=6)
    assert health.trouble(house.services, house.clock.now) == "keys"


def test_with_keys_of_other_secrets_it_is_the_keys(house: House, tmp_path: Path) -> None:
    other = secrets_file.create(tmp_path / "other.toml", development=True)
    services = dataclasses.replace(house.services, keys=Keys(house.services.database, other))
    assert health.trouble(services, house.clock.now) == "keys"


def test_without_its_tables_it_is_the_database(house: House) -> None:
    with house.services.database.write() as db:
        db.execute(text("ALTER TABLE signing_keys RENAME TO elsewhere"))
    house.clock.move(seconds=6)
    assert health.trouble(house.services, house.clock.now) == "database"


def test_without_a_database_it_is_the_database(house: House) -> None:
    nowhere = Database("postgresql+psycopg://sluis@127.0.0.1:1/sluis")
    services = dataclasses.replace(house.services, database=nowhere)
    assert health.trouble(services, house.clock.now) == "database"
