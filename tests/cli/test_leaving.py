"""Nobody who was erased is served again, whatever database the operator put back."""

import shutil
import socket
from pathlib import Path

import pytest

from app.domain.grants import EndReason
from app.jobs.backups import DecisionLog, look
from app.services import consents, erasure_ledger, leaving
from app.services.receipts import Notice
from app.storage import grants, people
from tests.cli.conftest import Installation
from tests.factories import Shopper, add_client, add_person, share
from tests.servers import backup
from tests.servers.house import House


def _is_there(house: House, person: Shopper) -> bool:
    with house.services.database.read() as db:
        return people.find(db, person.id) is not None


@pytest.fixture
def restored(house: House, ready: Installation) -> tuple[Shopper, Shopper]:
    """Somebody who was erased, and somebody who was not, in the database as it was before."""
    nora, other = add_person(house), add_person(house)
    database = house.services.database
    if not database.is_sqlite:  # a dump takes seconds to put back: as if it had been, only the file knows
        digest = erasure_ledger.person_digest(house.services, nora.id).hex()
        ready.file(erasure_ledger.FILE, f"{digest} {house.clock.now.isoformat()}\n")
        return nora, other
    database.forget_journal()
    file = Path(str(database.engine.url.database))
    backup = shutil.copyfile(file, ready.folder / "backup.db")
    leaving.erase_account(house.services, nora.id, house.clock.now)
    assert not _is_there(house, nora)
    database.dispose()
    for each in file.parent.glob(f"{file.name}-*"):
        each.unlink()
    shutil.copyfile(backup, file)
    return nora, other


def test_serve_erases_again_before_it_listens(
    house: House, ready: Installation, restored: tuple[Shopper, Shopper]
) -> None:
    nora, other = restored
    assert _is_there(house, nora)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        said = ready.within("serve", "--port", str(taken.getsockname()[1]))
    assert said.out == ["Erased 1 again who had asked for it before: this database was an older one."]
    assert not _is_there(house, nora)
    assert _is_there(house, other)


@pytest.mark.parametrize(
    ("command", "line"),
    [
        ("serve", "cannot be read and written (Is a directory): change its owner."),
        ("worker", "cannot be read and written (Is a directory): change its owner."),
        ("restored", "can be read and written, and look in the log."),
    ],
)
def test_a_ledger_that_cannot_be_read_stops_the_start(
    house: House, ready: Installation, command: str, line: str
) -> None:
    nora = add_person(house)
    ledger = ready.folder / erasure_ledger.FILE
    ledger.mkdir()
    said = ready.within(command)
    assert said.status == 1
    assert said.err[-1].endswith(f"{ledger} {line}")
    assert _is_there(house, nora)


def test_an_older_database_is_settled_before_it_listens_and_doctor_says_so(house: House, ready: Installation) -> None:
    nora = add_person(house)
    grant = share(house, nora, add_client(house))
    log = DecisionLog()
    look(house.services, house.clock.now)
    before = backup.taken(house)
    consents.stop(house.services, grant.id, nora.id, Notice("en", "Stop"), house.clock.now)
    look(house.services, house.clock.now)
    log.run(house.services, house.clock.now)
    backup.put_back(house, before)
    assert any(line.startswith("ILL  backup: this database is older") for line in ready.within("doctor").out)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        said = ready.within("serve", "--port", str(taken.getsockname()[1]))
    assert said.out == [_SETTLED.format(ended=1)]
    assert "OK   backup" in ready.within("doctor").out
    assert ready.within("restored").out == [_SETTLED.format(ended=0)], "said where no folder remembers"
    with house.services.database.read() as db:
        found = grants.find(db, grant.id)
    assert found is not None
    assert found.end_reason is EndReason.WITHDRAWN


_SETTLED = (
    "This database is an older one. Everybody is signed out and no code or token of before works."
    " Grants that ended because it does not know what was decided last: {ended}."
    " Passwords changed since, which must be set anew: 0."
)
