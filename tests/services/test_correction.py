"""Correcting once reaches every shop that holds the detail, and no other; by name, never by value."""

import json
from collections import Counter
from dataclasses import replace

import pytest
from sqlalchemy import select, update

from app.domain.events import EventType
from app.domain.levels import Level
from app.services import audience, consents, correction, facts, objections, personas
from app.services import profiles as own_profiles
from app.services.receipts import Notice
from app.storage import profiles
from app.storage.tables.events import events
from app.storage.tables.parties import businesses
from tests.factories import INTENDED_USE, Shopper, add_business, add_client, add_person, share
from tests.protocol.test_statements import counting
from tests.servers.house import House

MEDIUM = frozenset({"openid", "identity:medium"})
OLD, NEW = "+31302000000", "+31207654321"


@pytest.fixture
def house(shared_house: House) -> House:
    """One house for all: every test brings its own people and shops."""
    return shared_house


@pytest.fixture
def mila(house: House) -> Shopper:
    """Somebody with a few details."""
    return add_person(house, name="Mila Jansen", phone_number=OLD)


def shop(house: House) -> str:
    return add_client(house, business_id=add_business(house))


def told(house: House, client_id: str) -> list[tuple[str, dict[str, list[str]]]]:
    """What a business heard of corrections: act by act, and of one act by the kind of event."""
    query = select(events).where(events.c.client_id == client_id, events.c.type != EventType.CONSENT_CHANGED)
    with house.services.database.read() as db:
        rows = db.execute(query.order_by(events.c.occurred_at, events.c.type)).all()
    assert len({(row.occurred_at, row.type) for row in rows}) == len(rows), "events of one moment have no order"
    return [(row.type, row.content) for row in rows]


def txns(house: House, client_id: str) -> Counter[str]:
    """How many events of each act a business was told."""
    with house.services.database.read() as db:
        return Counter(db.execute(select(events.c.txn).where(events.c.client_id == client_id)).scalars())


def correct(house: House, person: Shopper, **changes: str | None) -> frozenset[str]:
    house.clock.move(milliseconds=1)
    return correction.correct(house.services, person.id, person.persona_id, changes, house.clock.now)


def test_a_shop_that_gets_the_detail_is_told_its_name_and_never_its_value(house: House, mila: Shopper) -> None:
    client_id = shop(house)
    share(house, mila, client_id, ticked=frozenset({"name"}))
    assert correct(house, mila, name="Mila de Boer") == {"name"}
    assert told(house, client_id) == [
        (EventType.TOKEN_CLAIMS_CHANGE, {"claims": ["name"]}),
        (EventType.DATA_CHANGED, {"claims": ["name"]}),
    ]
    assert "Boer" not in json.dumps(told(house, client_id))


def test_a_detail_taken_away_is_told_as_removed(house: House, mila: Shopper) -> None:
    client_id = shop(house)
    share(house, mila, client_id, ticked=frozenset({"name"}))
    correct(house, mila, name=None)
    assert told(house, client_id)[0] == (EventType.TOKEN_CLAIMS_CHANGE, {"removed": ["name"]})


def test_a_shop_that_does_not_get_the_detail_hears_nothing(house: House, mila: Shopper) -> None:
    client_id, other = shop(house), shop(house)
    grant = share(house, mila, client_id, Level.LOW)
    getting = share(house, mila, other, Level.MEDIUM, scopes=MEDIUM, ticked=frozenset({"phone_number"}))
    correct(house, mila, phone_number=NEW)
    assert told(house, client_id) == []
    counted = [len(correction.told_to(house.services, mila.id, each.business_id)) for each in (grant, getting)]
    assert counted == [0, 1]


def test_a_shop_that_gets_when_something_was_changed_is_not_told_of_each_change(house: House, mila: Shopper) -> None:
    use = {**INTENDED_USE, "high": {**INTENDED_USE["high"], "optional": ["updated_at"]}}
    client_id = add_client(house, business_id=add_business(house, intended_use=use))
    share(house, mila, client_id, Level.HIGH, scopes=MEDIUM | {"identity:high"}, ticked=frozenset({"updated_at"}))
    correct(house, mila, phone_number=NEW)
    assert told(house, client_id) == []


def test_a_shop_hears_what_its_persona_uses_of_the_first_and_nothing_of_what_that_one_has_of_its_own(
    house: House, mila: Shopper
) -> None:
    work = personas.add(house.services, mila.id, "Work", "clay", house.clock.now)
    at_work = replace(mila, persona_id=work)
    correct(house, at_work, name="M. Jansen")
    client_id = shop(house)
    share(house, at_work, client_id, ticked=frozenset({"name"}))
    correct(house, mila, name="Mila de Boer")
    assert told(house, client_id) == []
    correct(house, mila, email="mila@canary.example")
    now = house.clock.move(milliseconds=1)
    correction.correct(house.services, mila.id, work, {"name": facts.HIDDEN}, now)
    assert [content for kind, content in told(house, client_id) if kind == EventType.DATA_CHANGED] == [
        {"claims": ["email"]},
        {"removed": ["name"]},
    ]


def test_of_several_details_corrected_at_once_a_shop_hears_those_that_its_persona_has_of_the_first(
    house: House, mila: Shopper
) -> None:
    work = personas.add(house.services, mila.id, "Work", "clay", house.clock.now)
    at_work = replace(mila, persona_id=work)
    correct(house, at_work, phone_number=NEW)
    clients = [shop(house), shop(house)]
    for who, client_id in zip((mila, at_work), clients, strict=True):
        share(house, who, client_id, Level.MEDIUM, scopes=MEDIUM, ticked=frozenset({"name", "phone_number"}))
    assert correct(house, mila, name="Mila de Boer", phone_number=None) == {"name", "phone_number"}
    assert [told(house, client_id)[0][1] for client_id in clients] == [
        {"claims": ["name"], "removed": ["phone_number"]},
        {"claims": ["name"]},
    ]
    users = facts.users(house.services, mila.id, mila.persona_id, {"phone_number"})
    reached = audience.of_claims(house.services, mila.id, users, house.clock.now)
    assert [each.level for each in reached.told] == [Level.MEDIUM], "the shop of the other persona gets nothing of it"


def test_a_persona_that_gives_up_its_own_detail_takes_nothing_from_a_shop_that_gets_the_first_ones(
    house: House, mila: Shopper
) -> None:
    work = personas.add(house.services, mila.id, "Work", "clay", house.clock.now)
    at_work = replace(mila, persona_id=work)
    correct(house, at_work, name="M. Jansen")
    client_id = shop(house)
    share(house, at_work, client_id, ticked=frozenset({"name"}))
    correct(house, at_work, name=None)
    assert dict(told(house, client_id))[EventType.DATA_CHANGED] == {"claims": ["name"]}


def test_what_said_whether_a_detail_was_proved_goes_with_it(house: House, mila: Shopper) -> None:
    use = {**INTENDED_USE, "low": {**INTENDED_USE["low"], "required": ["email", "email_verified"]}}
    client_id = add_client(house, business_id=add_business(house, intended_use=use))
    share(house, mila, client_id)
    correct(house, mila, email=None)
    assert told(house, client_id)[0][1] == {"removed": ["email", "email_verified"]}


def test_a_shop_whose_grant_ended_hears_nothing(house: House, mila: Shopper) -> None:
    client_id = shop(house)
    grant = share(house, mila, client_id, ticked=frozenset({"name"}))
    consents.stop(house.services, grant.id, mila.id, Notice("en", ""), house.clock.now)
    before = told(house, client_id)
    correct(house, mila, name="Mila Visser")
    assert told(house, client_id) == before


def test_saving_the_same_again_tells_nobody(house: House, mila: Shopper) -> None:
    client_id = shop(house)
    share(house, mila, client_id, ticked=frozenset({"name"}))
    assert correct(house, mila, name="Mila Jansen") == frozenset()
    assert told(house, client_id) == []


@pytest.mark.parametrize("act", ["a correction", "a narrower profile"])
def test_of_one_act_each_business_hears_a_txn_that_no_other_has(house: House, mila: Shopper, act: str) -> None:
    shops = [shop(house), shop(house)]
    for client_id in shops:
        share(house, mila, client_id, ticked=frozenset({"name"}))
    before = {client_id: txns(house, client_id) for client_id in shops}
    if act == "a correction":
        correct(house, mila, name="Mila Bakker")
    else:
        own = own_profiles.of_persona(house.services, mila.id, mila.persona_id)[Level.LOW]
        less = replace(own, claims=own.claims - {"name"})
        own_profiles.change(house.services, mila.id, mila.persona_id, less, Notice("en", ""), house.clock.now)
    one, other = (txns(house, client_id) - before[client_id] for client_id in shops)
    assert sorted(one.values()) == sorted(other.values()) == [2]
    assert not one & other


def test_a_shop_hears_nothing_of_what_an_objection_keeps_back(house: House, mila: Shopper) -> None:
    client_id = shop(house)
    grant = share(house, mila, client_id, ticked=frozenset({"name"}))
    for purpose in ("account", "service"):
        objections.object_to(house.services, grant.id, mila.id, purpose, Notice("en", ""), house.clock.now)
    before = told(house, client_id)
    correct(house, mila, name="Mila de Boer")
    assert told(house, client_id) == before
    reached = audience.of_claims(house.services, mila.id, {mila.persona_id: {"name"}}, house.clock.now)
    assert reached.told == ()


def test_a_shop_that_no_longer_declares_the_detail_hears_nothing_of_it(house: House, mila: Shopper) -> None:
    business_id = add_business(house)
    client_id = add_client(house, business_id=business_id)
    share(house, mila, client_id, ticked=frozenset({"name"}))
    with house.services.database.write() as db:
        of_it = businesses.c.id == business_id
        fewer = {**INTENDED_USE, "low": {**INTENDED_USE["low"], "optional": []}}
        db.execute(update(businesses).where(of_it).values(intended_use=fewer))
    correct(house, mila, name="Mila de Boer")
    assert told(house, client_id) == []
    asked = (house.services, mila.id, {mila.persona_id: {"name"}}, house.clock.now)
    reached = audience.of_claims(*asked)
    assert (len(reached.told), len(reached.before)) == (0, 1)


def test_a_shop_hears_nothing_of_what_the_profile_has_left_out_since(house: House, mila: Shopper) -> None:
    client_id = shop(house)
    share(house, mila, client_id, ticked=frozenset({"name"}))
    with house.services.database.write() as db:
        low = profiles.of_persona(db, mila.id, mila.persona_id)[Level.LOW]
        profiles.change(db, mila.persona_id, replace(low, claims=low.claims - {"name"}), house.clock.now)
    correct(house, mila, name="Mila Smit")
    assert told(house, client_id) == []
    assert audience.of_claims(house.services, mila.id, {mila.persona_id: {"name"}}, house.clock.now).told == ()


def test_what_has_ended_costs_no_read(house: House, mila: Shopper) -> None:
    asked = (house.services, mila.id, {mila.persona_id: {"email"}}, house.clock.now)
    costs, corrections = [], []
    for number in range(2):
        consents.stop(house.services, share(house, mila, shop(house)).id, mila.id, Notice("en", ""), house.clock.now)
        with counting() as statements:
            audience.of_claims(*asked)
        costs.append(statements)
        with counting() as statements:
            correct(house, mila, email=f"mila.{number}@canary.example")
        corrections.append(statements)
    assert costs[0] == costs[1] == ["select grants"]
    assert corrections[0] == corrections[1]
