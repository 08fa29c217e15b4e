"""Nobody who was erased is served again, whatever database the operator put back."""

import socket

from app.services import erasure_ledger
from app.storage import people
from tests.cli.conftest import Installation
from tests.factories import Shopper, add_person
from tests.servers.house import House


def _was_erased(house: House, ready: Installation, person: Shopper) -> None:
    """As if the database were of the day before: only the file knows."""
    digest = erasure_ledger.person_digest(house.services, person.id).hex()
    ready.file(erasure_ledger.FILE, f"{digest} {house.clock.now.isoformat()}\n")


def _is_there(house: House, person: Shopper) -> bool:
    with house.services.database.read() as db:
        return people.find(db, person.id) is not None


def test_serve_erases_again_before_it_listens(house: House, ready: Installation) -> None:
    nora, other = add_person(house), add_person(house)
    _was_erased(house, ready, nora)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        said = ready.run("serve", "--port", str(taken.getsockname()[1]))
    assert said.out == ["Erased 1 again who had asked for it before: this database was an older one."]
    assert not _is_there(house, nora)
    assert _is_there(house, other)


def test_a_ledger_that_cannot_be_read_stops_the_start(house: House, ready: Installation) -> None:
    nora = add_person(house)
    (ready.folder / erasure_ledger.FILE).mkdir()
    said = ready.run("serve")
    assert said.status == 1
    assert said.err[-1].startswith("People who were erased could not be erased again: ")
    assert _is_there(house, nora)
