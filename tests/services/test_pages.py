"""Whatever is read a page at a time is read once, whole, and in pages as long as they may be."""

from operator import itemgetter

import pytest

from app.services import decision_log, pages
from app.services.decision_log import FIRST
from app.services.pages import rows
from app.storage import grants, people
from tests.factories import add_client, add_person, share
from tests.servers.house import House


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_every_row_is_read_once(house: House, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "_PAGE", size)
    client_id, persons = add_client(house), [add_person(house) for _ in range(4)]
    given = [share(house, person, client_id).id for person in persons]
    assert list(rows(house.services, people.ids, "", str)) == sorted(person.id for person in persons)
    assert list(rows(house.services, grants.versions, "", itemgetter(0))) == [(each, 1) for each in sorted(given)]


def test_decisions_of_one_moment_fall_between_no_two_pages(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "_PAGE", 2)
    client_id = add_client(house)
    given = {decision_log.of_id(house.services, share(house, add_person(house), client_id).id) for _ in range(5)}
    found = [entry.of for page in decision_log.since(house.services, FIRST) for entry in page]
    assert len(found) == len(given)
    assert set(found) == given
