"""Extending shows the same terms and starts them again; it never widens, and needs the terms that were on screen."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from app.domain.errors import Refusal
from app.domain.grants import Act, Grant
from app.domain.levels import Level
from app.domain.retention import Period
from app.services import consents, correction, extension, pausing, profiles
from app.storage.tables.parties import businesses
from tests.factories import INTENDED_USE, Shopper, add_business, add_client, add_person
from tests.servers.house import House
from tests.services.deciding import ALL_LEVELS, NOTICE, bearer_of, grant_now, history, picker, released
from tests.services.told import told_of
from tests.vault import PERMISSION

LOW, MEDIUM, HIGH = Level.LOW, Level.MEDIUM, Level.HIGH


@pytest.fixture
def house(shared_house: House) -> House:
    return shared_house


@pytest.fixture
def business(house: House) -> str:
    return add_business(house)


@pytest.fixture
def shop(house: House, business: str) -> str:
    return add_client(house, business_id=business)


def shown(house: House, person: Shopper, grant: Grant) -> str:
    """The fingerprint of the terms on screen."""
    card = extension.offer(house.services, grant.id, person.id, house.clock.now).card
    assert card is not None
    return card.shown


def extend(house: House, person: Shopper, grant: Grant, fingerprint: str | None = None) -> Grant:
    return extension.extend(
        house.services,
        grant.id,
        person.id,
        fingerprint or shown(house, person, grant),
        NOTICE,
        house.clock.now,
    )


def declare(house: House, business: str, use: Any) -> None:
    with house.services.database.write() as db:
        db.execute(update(businesses).where(businesses.c.id == business).values(intended_use=use))


def refusal(house: House, person: Shopper, grant: Grant, fingerprint: str | None = None) -> str:
    """The code of the refusal; nothing changed."""
    before = grant_now(house, grant.id)
    with pytest.raises(Refusal) as refused:
        extend(house, person, grant, fingerprint)
    assert grant_now(house, grant.id) == before
    return refused.value.code


def test_a_grant_is_extended_by_its_whole_term_from_now(house: House, nora: Shopper, shop: str) -> None:
    asked = {"scopes": ALL_LEVELS | {"offline_access"}, "collection": PERMISSION}
    before = picker(house, nora, shop, **asked).share(HIGH, "birthdate")
    assert (before.offline, before.collection is None) == (True, False)
    house.clock.now = before.ends_at - timedelta(days=3)
    on_screen = shown(house, nora, before)
    after = extend(house, nora, before, on_screen)
    assert refusal(house, nora, before, on_screen) == "decided_since", "it was taken in another window"
    assert refusal(house, nora, before) == "not_longer"
    assert after == replace(
        before, version=2, given_at=house.clock.now, ends_at=Period(6).after(house.clock.now), asked_at=None
    )
    assert [version.act for version in history(house, before.id)] == [Act.GIVE, Act.CHANGE]
    assert told_of(house, before, "consent-changed")[-1] == {
        "level": "high",
        "until": int(after.ends_at.timestamp()),
    }
    house.clock.now = before.ends_at + timedelta(days=1)
    assert released(house, bearer_of(before)) == {"email", "address", "birthdate"}


def test_the_shop_gets_nothing_more_by_it(house: House, nora: Shopper, shop: str, business: str) -> None:
    before = picker(house, nora, shop).share(LOW)
    more = {**INTENDED_USE["low"], "purposes": ["account", "service"], "required": ["email", "given_name"]}
    declare(house, business, {**INTENDED_USE, "low": more})
    after = extend(house, nora, before) if house.clock.move(days=300) else before
    assert (after.claims, after.purposes) == (before.claims, before.purposes)


def test_what_the_person_no_longer_holds_is_not_on_the_card_and_not_in_the_grant(
    house: House, nora: Shopper, shop: str
) -> None:
    before = picker(house, nora, shop).share(MEDIUM, "phone_number")
    correction.correct(house.services, nora.id, nora.persona_id, {"phone_number": None}, house.clock.now)
    house.clock.move(days=300)
    assert extend(house, nora, before).claims == {"email", "address"}


def test_without_a_required_claim_it_cannot_be_extended(house: House, nora: Shopper, shop: str) -> None:
    before = picker(house, nora, shop).share(MEDIUM)
    house.clock.move(days=300)
    correction.correct(house.services, nora.id, nora.persona_id, {"address": None}, house.clock.now)
    assert refusal(house, nora, before) == "incomplete"


def test_terms_that_are_not_those_on_screen_are_not_agreed_to(
    house: House, nora: Shopper, shop: str, business: str
) -> None:
    before = picker(house, nora, shop).share(LOW)
    house.clock.move(days=300)
    on_screen = shown(house, nora, before)
    declare(house, business, {**INTENDED_USE, "low": {**INTENDED_USE["low"], "retention": "P1M"}})
    assert refusal(house, nora, before, on_screen) == "card_changed"
    assert refusal(house, nora, before, "made-up") == "decided_since"


def test_a_term_that_was_shortened_since_bounds_the_extension(
    house: House, nora: Shopper, shop: str, business: str
) -> None:
    before = picker(house, nora, shop).share(LOW)
    house.clock.now = before.ends_at - timedelta(days=40)
    declare(house, business, {**INTENDED_USE, "low": {**INTENDED_USE["low"], "retention": "P1M"}})
    assert refusal(house, nora, before) == "not_longer"
    house.clock.now = before.ends_at - timedelta(days=10)
    after = extend(house, nora, before)
    assert (after.retention, after.ends_at) == (Period(1), Period(1).after(house.clock.now))


def test_the_persons_own_longest_term_bounds_it_too(house: House, nora: Shopper, shop: str) -> None:
    before = picker(house, nora, shop).share(LOW)
    own = profiles.of_persona(house.services, nora.id, nora.persona_id)[LOW]
    profiles.change(house.services, nora.id, nora.persona_id, replace(own, longest=Period(3)), NOTICE, house.clock.now)
    house.clock.now = before.ends_at - timedelta(days=10)
    assert extend(house, nora, before).ends_at == Period(3).after(house.clock.now)


def test_a_level_the_business_gave_up_cannot_be_extended(house: House, nora: Shopper, shop: str, business: str) -> None:
    before = picker(house, nora, shop).share(HIGH)
    on_screen = shown(house, nora, before)
    declare(house, business, {"low": INTENDED_USE["low"]})
    offer = extension.offer(house.services, before.id, nora.id, house.clock.now)
    assert (offer.card, offer.gains) == (None, False)
    assert refusal(house, nora, before, on_screen) == "card_changed"


def test_nobody_extends_what_is_not_theirs_or_is_over(house: House, nora: Shopper, shop: str) -> None:
    grant = picker(house, nora, shop).share(LOW)
    on_screen = shown(house, nora, grant)
    assert refusal(house, add_person(house), grant, on_screen) == "no_grant"
    house.clock.now = grant.ends_at
    assert refusal(house, nora, grant, on_screen) == "no_grant"
    with pytest.raises(Refusal, match="no_grant"):
        extension.offer(house.services, grant.id, nora.id, house.clock.now)


def test_a_stopped_grant_is_not_extended(house: House, nora: Shopper, shop: str) -> None:
    grant = picker(house, nora, shop).share(LOW)
    on_screen = shown(house, nora, grant)
    consents.stop(house.services, grant.id, nora.id, NOTICE, house.clock.now)
    assert refusal(house, nora, grant, on_screen) == "no_grant"


def test_extending_what_is_paused_leaves_it_paused(house: House, nora: Shopper, shop: str) -> None:
    grant = picker(house, nora, shop).share(LOW)
    pausing.pause(house.services, grant.id, nora.id, NOTICE, house.clock.now)
    house.clock.move(days=300)
    assert extend(house, nora, grant).paused_at is not None
