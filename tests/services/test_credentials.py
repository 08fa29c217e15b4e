"""Looking at a password takes time: what it proved counts for nothing once another password took its place."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest

from app.crypto.passwords import PasswordHasher
from app.services import account, address_removal, exports, leaving, recovery, sessions, sign_in
from app.services.credentials import Wrong
from app.services.receipts import Notice
from app.services.sessions import Session
from app.services.wiring import Services
from app.storage import people
from tests.factories import add_person, open_session
from tests.servers.house import House
from tests.servers.visitor import PASSWORD, address, letters, link_in, register, shopper

NEW = "ander anker ploeg 93"


class Overtaken(PasswordHasher):
    """Looks as any does; meanwhile something else happens."""

    def __init__(self, services: Services, meanwhile: Callable[[], object]) -> None:
        super().__init__(pepper=services.secrets.password_pepper, memory_kib=1024, time_cost=1)
        self._meanwhile = meanwhile

    def verify(self, stored: str, password: str) -> bool:
        answer = super().verify(stored, password)
        self._meanwhile()
        return answer


def _sign_in(services: Services, email: str, _session: Session, now: datetime) -> None:
    sign_in.sign_in(services, email, PASSWORD, source="", over=None, now=now)


def _change(services: Services, _email: str, session: Session, now: datetime) -> None:
    account.change_password(services, session, PASSWORD, "een derde wachtwoord 55", source="", now=now)


def _add(services: Services, _email: str, session: Session, now: datetime) -> None:
    account.add_address(services, session, PASSWORD, address(), language="nl", source="", now=now)


def _remove(services: Services, _email: str, session: Session, now: datetime) -> None:
    address_removal.remove(services, session, PASSWORD, "of any address", language="nl", source="", now=now)


def _copy(services: Services, _email: str, session: Session, now: datetime) -> None:
    exports.ask(services, session, PASSWORD, "nl", source="", now=now)


def _leave(services: Services, _email: str, session: Session, now: datetime) -> None:
    leaving.leave(services, session, "a secret", PASSWORD, Notice("nl", "Test"), source="", now=now)


def test_a_password_is_looked_at_also_for_an_address_nobody_has(shared_house: House) -> None:
    services, looked = shared_house.services, []
    hasher = Overtaken(services, lambda: looked.append("once"))
    with pytest.raises(Wrong):
        sign_in.sign_in(
            replace(services, passwords=hasher), address(), PASSWORD, source="", over=None, now=shared_house.clock.now
        )
    assert looked == ["once"]


def test_a_hash_is_made_anew_in_its_own_place_and_not_over_one_that_took_it(shared_house: House) -> None:
    one, other = add_person(shared_house), add_person(shared_house)
    with shared_house.services.database.write() as db:
        for each in (one, other):
            people.set_password(db, each.id, f"a hash of {each.id}", shared_house.clock.now)
        people.rehash(db, one.id, "one that was replaced since", "fresh")
        assert people.has_password(db, one.id, f"a hash of {one.id}")
        people.rehash(db, one.id, f"a hash of {one.id}", "fresh")
        assert people.has_password(db, one.id, "fresh")
        assert people.has_password(db, other.id, f"a hash of {other.id}")


@pytest.mark.parametrize("act", [_sign_in, _change, _add, _remove, _copy, _leave])
def test_what_the_old_password_proved_does_nothing_once_it_was_recovered(
    shared_house: House, act: Callable[[Services, str, Session, datetime], None]
) -> None:
    house, visitor = shared_house, register(shared_house)
    person, now = shopper(house, visitor), house.clock.now
    session, _secret = open_session(house.services, person.id, acr="a", amr=frozenset(), now=now)
    recovery.ask(house.services, visitor.email, language="nl", next_path=None, source="", now=now)
    link = link_in(letters(house, visitor.email)[-1], "recover").removeprefix("/recover/")
    hasher = Overtaken(house.services, lambda: recovery.reset(house.services, link, NEW, now))
    with pytest.raises(Wrong):
        act(replace(house.services, passwords=hasher), visitor.email, session, now)
    assert sessions.listed(house.services, session, now) == ()
    assert sign_in.sign_in(house.services, visitor.email, NEW, source="", over=None, now=now)
