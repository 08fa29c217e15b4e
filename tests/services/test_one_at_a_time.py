"""Whatever changes something of a person waits for the change under way: on SQLite by itself, on PostgreSQL by a lock.

The row is held in a way that lets others add rows that name it: an act that forgot its lock does not wait by chance.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy import Column, select

from app.domain.grants import Grant, Standing
from app.domain.levels import Level
from app.domain.profiles import default_profile
from app.domain.streams import POLL, Status
from app.services import (
    account,
    address_removal,
    case_reminders,
    cases,
    correction,
    erasure,
    expiry,
    exports,
    grant_management,
    loyalty_numbers,
    mail_links,
    pausing,
    personas,
    profiles,
    recovery,
    registration,
    streams,
)
from app.services.businesses import rotate_secret, set_client_standing
from app.services.collection_checks import Customer
from app.services.mail_links import Purpose
from app.services.vault import corrections, depositing
from app.services.vault.depositing import Offered
from app.services.vault.documents import Document
from app.storage import cases as case_rows
from app.storage import deliveries, emails
from app.storage import people as person_rows
from app.storage import streams as stream_rows
from app.storage.exports import Export
from app.storage.streams import Stream
from app.storage.tables.parties import businesses
from app.storage.tables.people import people
from tests.factories import Shopper, add_client, add_person, client_of, open_session, share
from tests.servers.databases import Databases, somebody_waits
from tests.servers.house import Applications, House
from tests.services.deciding import NOTICE, picker
from tests.streams import EVERYTHING
from tests.vault import PURCHASE


@pytest.fixture(scope="module")
def house(
    databases: Databases, secrets_path: Any, tmp_path_factory: pytest.TempPathFactory, applications: Applications
) -> Iterator[House]:
    """A house on PostgreSQL."""
    with (
        databases.fresh("postgresql") as url,
        applications.house(url, secrets_path, tmp_path_factory.mktemp("data")) as house,
    ):
        yield house


@dataclass(frozen=True)
class Scene:
    """Somebody who shares at one shop, and has asked another one to erase."""

    house: House
    person: Shopper
    grant: Grant
    case_id: str

    @property
    def own(self) -> tuple[Any, str]:
        """What most acts begin with."""
        return self.house.services, self.person.id

    @property
    def now(self) -> Any:
        """The time."""
        return self.house.clock.now


@pytest.fixture(scope="module")
def scene(house: House) -> Scene:
    person = add_person(house)
    given, other = (share(house, person, add_client(house)) for _ in range(2))
    case = erasure.stop_and_erase(house.services, other.id, person.id, NOTICE, house.clock.now)
    return Scene(house, person, given, case.id)


def _case(scene: Scene) -> Any:
    with scene.house.services.database.read() as db:
        return case_rows.find(db, scene.case_id)


def _export(scene: Scene) -> Export:
    session, _ = open_session(scene.house.services, scene.person.id, acr="a", amr=frozenset(), now=scene.now)
    return Export("e" * 32, scene.person.id, session.id, "nl", scene.now, scene.now)


def _prove(scene: Scene) -> bool:
    with scene.house.services.database.write() as db:
        return person_rows.has_password(db, scene.person.id, None)


def _link(scene: Scene, purpose: Purpose) -> str:
    services = scene.house.services
    with services.database.write() as db:
        email, *_ = emails.of_person(db, scene.person.id)
        return mail_links.send(services, db, purpose, scene.person.id, email.id, scene.now, None)


NONE = "0" * 32
STREAM = {"delivery": {"method": POLL}, "events_requested": EVERYTHING}
ACTS: dict[str, Callable[[Scene], object]] = {
    "shares": lambda it: picker(it.house, it.person, it.grant.client_id).share(Level.LOW),
    "pauses": lambda it: pausing.pause(it.own[0], it.grant.id, it.person.id, NOTICE, it.now),
    "stops and asks to erase": lambda it: erasure.stop_and_erase(it.own[0], NONE, it.person.id, NOTICE, it.now),
    "asks again": lambda it: erasure.ask_again(it.own[0], NONE, it.person.id, NOTICE, it.now),
    "is ended by the business": lambda it: grant_management.revoke(
        it.own[0], client_of(it.house, it.grant.client_id), it.grant.id, it.now
    ),
    "is ended by its term": lambda it: expiry.expire_one(it.own[0], it.grant.id, it.now),
    "is answered": lambda it: cases.answer(it.own[0], _case(it).business_id, it.case_id, {}, it.now),
    "is told that time passed": lambda it: case_reminders.tell_overdue(it.own[0], _case(it), it.now),
    "changes a profile": lambda it: profiles.change(
        *it.own, NONE, default_profile(it.own[0].policy, Level.LOW), NOTICE, it.now
    ),
    "corrects a detail": lambda it: correction.correct(*it.own, NONE, {}, it.now),
    "adds a persona": lambda it: personas.add(*it.own, "me", "water", it.now),
    "renames a persona": lambda it: personas.rename(*it.own, NONE, "me", "water"),
    "removes a persona": lambda it: personas.remove(*it.own, NONE, it.now),
    "proved a password": _prove,
    "confirms an address": lambda it: registration.confirm(it.own[0], _link(it, Purpose.CONFIRM), it.now),
    "takes away an address": lambda it: address_removal.remove_by_link(it.own[0], _link(it, Purpose.REMOVE), it.now),
    "adds an address": lambda it: account.request_link(
        *it.own, "new@example.org", language="nl", signs_in=True, now=it.now
    ),
    "corrects the vault": lambda it: corrections.correct(*it.own, NONE, 1, {}, "", it.now),
    "empties the vault": lambda it: corrections.remove_all(*it.own, NONE, it.now),
    "removes from the vault": lambda it: corrections.remove(*it.own, NONE, it.now),
    "gets a copy": lambda it: exports.prepare(it.own[0], _export(it), it.now),
    "gets something in the vault": lambda it: depositing.deposit(
        it.own[0],
        client_of(it.house, it.grant.client_id),
        Offered(Customer(it.grant.sub), "purchase", None, Document("1", it.now, "store", "loyalty", PURCHASE)),
        it.now,
    ),
    "gets a card": lambda it: loyalty_numbers.register(
        it.own[0], client_of(it.house, it.grant.client_id), "2900000000018", it.grant.sub, it.now
    ),
    "asks for more links than one an hour needs": lambda it: [
        recovery.ask(it.own[0], it.person.email, language="nl", next_path=None, source="", now=it.now) for _ in range(7)
    ],
}


def waits(scene: Scene, act: Callable[[Scene], object], row: Column[Any], row_id: str) -> bool:
    """Whether the act waits while another transaction holds this row."""
    database = scene.house.services.database
    with ThreadPoolExecutor(1) as threads, database.write() as db:
        db.execute(select(row).where(row == row_id).with_for_update(key_share=True))
        done = threads.submit(act, scene)
        while not (done.done() or somebody_waits(database)):
            pass
        return not done.done()


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS.keys())
def test_what_changes_something_of_a_person_waits(scene: Scene, act: Callable[[Scene], object]) -> None:
    assert waits(scene, act, people.c.id, scene.person.id)


ACTS_OF_A_CLIENT: dict[str, Callable[[Scene], object]] = {
    "is suspended": lambda it: set_client_standing(it.own[0], it.grant.client_id, Standing.DISABLED, it.now),
    "gets another secret": lambda it: rotate_secret(it.own[0], it.grant.client_id, 0, it.now),
    "makes a stream": lambda it: streams.create(it.own[0], it.grant.client_id, STREAM, it.now),
}


@pytest.mark.parametrize("act", ACTS_OF_A_CLIENT.values(), ids=ACTS_OF_A_CLIENT.keys())
def test_what_changes_something_of_a_client_waits(scene: Scene, act: Callable[[Scene], object]) -> None:
    assert waits(scene, act, businesses.c.id, scene.grant.business_id)


def after(scene: Scene, status: Status, stream: Stream, act: Callable[[], object]) -> Any:
    """What came of an act that had to wait until the stream got this status."""
    database = scene.house.services.database
    with ThreadPoolExecutor(1) as threads:
        with database.write() as db:
            stream_rows.write(db, replace(stream, status=status))
            acted = threads.submit(act)
            while not somebody_waits(database):
                pass
        return acted.result()


def test_what_changes_a_stream_keeps_the_change_it_waited_for(scene: Scene) -> None:
    services, client_id = scene.house.services, scene.grant.client_id
    stream = streams.create(services, client_id, STREAM, scene.now)
    changed = after(
        scene,
        Status.PAUSED,
        stream,
        lambda: streams.change(services, client_id, stream.id, STREAM, whole=True, now=scene.now),
    )
    assert changed.status is Status.PAUSED


def test_nothing_is_queued_on_a_stream_that_was_disabled_meanwhile(scene: Scene) -> None:
    services, client_id = scene.house.services, scene.grant.client_id
    stream = streams.create(services, client_id, STREAM, scene.now)
    after(scene, Status.DISABLED, stream, lambda: streams.verify(services, client_id, stream.id, None, scene.now))
    with services.database.read() as db:
        assert deliveries.waiting(db, stream.id, scene.now, 1) == []
