"""`sluis copy-from` takes an installation from a file to PostgreSQL, and leaves alone what it cannot take whole."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tests.cli.conftest import Installation, installation_at
from tests.factories import add_client, add_person
from tests.redeeming import LOW_OFFLINE, SECRET, BackOffice, log_in, tokens
from tests.servers.databases import Databases, damage
from tests.servers.house import Applications, House


@pytest.fixture
def file(databases: Databases, secrets_path: Path, tmp_path: Path, applications: Applications) -> Iterator[House]:
    """A house that began in a file."""
    with databases.fresh("sqlite") as url, applications.house(url, secrets_path, tmp_path) as house:
        yield house


@pytest.fixture
def server(databases: Databases, secrets_path: Path, tmp_path: Path) -> Iterator[Installation]:
    """The same installation with settings that name PostgreSQL now."""
    with databases.fresh("postgresql") as url:
        yield installation_at(tmp_path, url, secrets_path)


def _path(house: House) -> str:
    return str(make_url(house.services.settings.database_url).database)


def test_who_was_logged_in_at_a_shop_is_so_still_and_it_happens_once(
    file: House, server: Installation, applications: Applications
) -> None:
    client_id = add_client(file, secret=SECRET)
    login = log_in(file, add_person(file), client_id, scopes=LOW_OFFLINE)
    had = tokens(BackOffice(file, client_id).redeem(login.code()))
    (line,) = server.within("copy-from", _path(file)).err
    assert line.endswith("something works on it still: stop `sluis serve` and `sluis worker`.")
    file.services.database.dispose()
    assert server.within("copy-from", _path(file)).status == 0
    settings = file.services.settings
    secrets, folder = Path(settings.secrets_file), Path(settings.data_folder)
    with applications.house(server.environ["SLUIS_DATABASE_URL"], secrets, folder) as house:
        office = BackOffice(house, client_id)
        again = tokens(office.refresh(had["refresh_token"]))
        for token in (had["access_token"], again["access_token"]):
            assert office.userinfo(token).status_code == 200
    (line,) = server.within("copy-from", _path(file)).err
    assert line.endswith("the database of the settings has rows already: make another for this.")


def test_only_a_database_of_this_sluis_is_copied_and_only_into_postgresql(
    ready_on_file: Installation, server: Installation
) -> None:
    empty = ready_on_file.file("empty.db", "")
    assert ready_on_file.within("copy-from", empty).err == [
        "database_url names a file: set it to the PostgreSQL database to copy into."
    ]
    assert server.within("copy-from", empty).err == [
        f"From sqlite:///{empty}: The database is empty: run `sluis migrate` first."
    ]


def test_a_damaged_file_is_not_copied(ready_on_file: Installation, server: Installation) -> None:
    url = ready_on_file.environ["SLUIS_DATABASE_URL"]
    damage(url, "kept_receipts")
    (line,) = server.within("copy-from", url.removeprefix("sqlite:///")).err
    assert line.startswith(f"From {url}: The file of the database is damaged: ")
