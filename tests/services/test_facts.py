"""A person's facts as they keep them: versions, hiding, what was proved, and nobody else's key."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest

from app.crypto.encryption_keys import Undecryptable
from app.domain.errors import Refusal
from app.services import addresses, correction, facts, personas
from app.storage import emails, held
from app.storage import facts as fact_rows
from tests.factories import add_person
from tests.servers.house import House


def test_only_what_really_changes_is_written(house: House) -> None:
    person = add_person(house)
    before = facts.read(house.services, person.id, person.persona_id)["name"]
    house.clock.move(days=1)
    change = {"name": before.value, "nickname": "No", "zoneinfo": None}
    changed = correction.correct(house.services, person.id, person.persona_id, change, house.clock.now)
    assert changed == {"nickname"}
    assert facts.read(house.services, person.id, person.persona_id)["name"] == before


def test_a_new_value_has_the_next_version_and_its_day(house: House) -> None:
    person = add_person(house)
    house.clock.move(days=1)
    correction.correct(house.services, person.id, person.persona_id, {"name": "Nora N."}, house.clock.now)
    fact = facts.read(house.services, person.id, person.persona_id)["name"]
    assert (fact.value, fact.version, fact.updated_at) == ("Nora N.", 2, house.clock.now)


@pytest.mark.parametrize("claim", ["email_verified", "updated_at", "sub", "iss", "nonsense"])
def test_what_is_computed_or_unknown_cannot_be_written(shared_house: House, claim: str) -> None:
    person = add_person(shared_house)
    with pytest.raises(ValueError, match="claim"):
        correction.correct(shared_house.services, person.id, person.persona_id, {claim: "x"}, shared_house.clock.now)


def test_changes_at_the_same_moment_all_count(house: House) -> None:
    person, ready = add_person(house), Barrier(8)

    def change(number: int) -> None:
        ready.wait(10)
        correction.correct(house.services, person.id, person.persona_id, {"name": f"Nora {number}"}, house.clock.now)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(change, range(8)))
    assert facts.read(house.services, person.id, person.persona_id)["name"].version == 9


def test_a_proved_address_is_proved_for_every_persona_that_uses_it(house: House) -> None:
    person = add_person(house)
    work = personas.add(house.services, person.id, "Work", "clay", house.clock.now)
    correction.correct(house.services, person.id, work, {"email": person.email.upper()}, house.clock.now)
    assert facts.read(house.services, person.id, work)["email"].verified_at is not None
    correction.correct(house.services, person.id, work, {"email": "other@canary.example"}, house.clock.now)
    assert facts.read(house.services, person.id, work)["email"].verified_at is None


def test_an_address_marks_what_its_person_has_of_it_while_it_is_theirs_and_nothing_else(house: House) -> None:
    services, now, typed = house.services, house.clock.now, f"new.{uuid4().hex}@canary.example"
    person, other = add_person(house), add_person(house)
    work = personas.add(services, person.id, "Work", "clay", now)
    correction.correct(services, person.id, work, {"email": facts.HIDDEN}, now)
    for each in (person, other):
        correction.correct(services, each.id, each.persona_id, {"email": typed}, now)
    with services.database.write() as db:
        cipher = addresses.cipher(services, db, person.id)
        added = addresses.add(services, db, cipher, person.id, typed, now, signs_in=False, confirmed=True)
        facts.mark_email(services, db, cipher, person.id)
    mine, theirs = (facts.read(services, each.id, each.persona_id) for each in (person, other))
    assert (mine["email"].verified_at, mine["email"].verified_by) == (now, facts.BY_LINK)
    assert (mine["name"].verified_at, theirs["email"].verified_at) == (None, None)
    with services.database.write() as db:
        emails.remove(db, added.id)
        facts.mark_email(services, db, cipher, person.id)
    assert facts.read(services, person.id, person.persona_id)["email"].verified_at is None


def test_what_one_later_persona_differs_in_no_other_has(house: House) -> None:
    person = add_person(house)
    services, now, mine = house.services, house.clock.now, person.persona_id
    work, parcels = (personas.add(services, person.id, label, "clay", now) for label in ("Work", "Parcels"))
    correction.correct(services, person.id, work, {"nickname": "Boss", "name": "N. Canary"}, now)
    correction.correct(services, person.id, parcels, {"phone_number": facts.HIDDEN}, now)
    with services.database.read() as db:
        names = held.names(db, person.id, [mine, work, parcels])
    for persona_id, nickname, name, phone in (
        (mine, False, "Nora Canary", True),
        (work, True, "N. Canary", True),
        (parcels, False, "Nora Canary", False),
    ):
        has = facts.read(services, person.id, persona_id)
        assert (has["name"].value, "nickname" in has, "phone_number" in has) == (name, nickname, phone)
        assert ({"nickname", "phone_number"} & names[persona_id]) == has.keys() & {"nickname", "phone_number"}
        assert facts.hidden(services, person.id, persona_id) == (set() if phone else {"phone_number"})
    claims = {"name", "nickname", "phone_number"}
    assert facts.users(services, person.id, mine, claims) == {
        mine: claims,
        work: {"phone_number"},
        parcels: {"name", "nickname"},
    }
    assert facts.users(services, person.id, work, {"email"}) == {work: {"email"}}


def test_what_a_later_persona_says_itself_stays_when_the_first_one_changes_also_when_it_was_the_same(
    house: House,
) -> None:
    person = add_person(house)
    services, now, mine = house.services, house.clock.now, person.persona_id
    work = personas.add(services, person.id, "Work", "clay", now)
    for value, really in (
        ("Nora Canary", True),
        (facts.HIDDEN, True),
        (facts.HIDDEN, False),
        ("Nora Canary", True),
    ):
        changed = correction.correct(services, person.id, work, {"name": value}, now)
        assert changed == ({"name"} if really else set())
    correction.correct(services, person.id, mine, {"name": "Mila"}, now)
    assert [facts.read(services, person.id, each)["name"].value for each in (mine, work)] == ["Mila", "Nora Canary"]
    assert facts.read(services, person.id, work)["name"].version == 3


def test_nobody_reads_with_the_key_of_another(house: House) -> None:
    person, other = add_person(house), add_person(house)
    with house.services.database.read() as db:
        theirs = addresses.cipher(house.services, db, other.id)
        read = fact_rows.of_persona(db, theirs, person.id, person.persona_id)
    with pytest.raises(Undecryptable):
        _ = read["name"].value


def test_nobody_writes_to_a_persona_of_somebody_else(house: House) -> None:
    person, other = add_person(house), add_person(house)
    with pytest.raises(Refusal, match="no_persona"):
        correction.correct(house.services, other.id, person.persona_id, {"name": "Mine"}, house.clock.now)
    assert facts.read(house.services, person.id, person.persona_id)["name"].value == "Nora Canary"
