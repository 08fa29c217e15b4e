"""Extend or end, through the pages."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from app.domain.grants import Act, Grant
from app.domain.levels import Level
from app.domain.retention import Period
from app.services import consents, correction, pausing
from app.storage.tables.parties import businesses
from tests.factories import INTENDED_USE, Shopper, add_business, add_client, share
from tests.pages import Page
from tests.servers.house import House
from tests.servers.visitor import Visitor, signed_in
from tests.services.deciding import ALL_LEVELS, NOTICE, grant_now, history

LOW, HIGH = Level.LOW, Level.HIGH


@pytest.fixture
def house(shared_house: House) -> House:
    return shared_house


@pytest.fixture
def business(house: House) -> str:
    return add_business(house, name="Blauw")


@pytest.fixture
def grant(house: House, nora: Shopper, business: str) -> Grant:
    """Ten days before its end."""
    shop = add_client(house, business_id=business)
    given = share(house, nora, shop, HIGH, ticked=frozenset({"birthdate"}), scopes=ALL_LEVELS)
    house.clock.now = given.ends_at - timedelta(days=10)
    return given


@pytest.fixture
def visitor(house: House, nora: Shopper, grant: Grant) -> Visitor:
    return signed_in(house, nora)


def page_of(visitor: Visitor, grant: Grant) -> Page:
    return Page(visitor.get(f"/sharing/{grant.id}/extend"))


def test_the_dashboard_asks_when_the_end_is_near(house: House, visitor: Visitor, grant: Grant) -> None:
    for path in ("/sharing", f"/sharing/{grant.id}"):
        element = Page(visitor.get(path))[f"grant-{grant.id}"]
        assert "Extend or end?" in element.words
        assert f"/sharing/{grant.id}/extend" in [link.attributes["href"] for link in element.all("a")]
    house.clock.now = grant.ends_at - timedelta(days=20)
    assert "Extend or end?" not in Page(visitor.get("/sharing")).words


def test_what_ends_soon_stands_first_and_is_counted_at_the_top(
    house: House, visitor: Visitor, nora: Shopper, grant: Grant
) -> None:
    later = share(house, nora, add_client(house, business_id=add_business(house, name="Later")), LOW)
    page = Page(visitor.get("/sharing"))
    assert [card.attributes["id"] for card in page.all("article")] == [f"grant-{grant.id}", f"grant-{later.id}"]
    (asking,) = page.all(class_="asking")
    assert "One of these ends soon" in asking.words
    assert asking.all("a", href=f"#grant-{grant.id}")
    house.clock.now = grant.ends_at - timedelta(days=20)
    calm = Page(visitor.get("/sharing"))
    assert [card.attributes["id"] for card in calm.all("article")] == [f"grant-{later.id}", f"grant-{grant.id}"]
    assert calm.all(class_="asking") == []


def test_exactly_the_terms_are_shown_again_and_nothing_happens_yet(
    house: House, visitor: Visitor, grant: Grant
) -> None:
    page = page_of(visitor, grant)
    terms = page["terms"].words
    for said in ("High", "E-mail address", "Date of birth", "Address", "keep track", "on the website, in the store",
                 "6 months at most", "Collect points", "Your consent"):  # fmt: skip
        assert said in terms
    assert "10 days left" in page.words
    assert "asked to erase" in page.words
    assert grant_now(house, grant.id) == grant


def test_who_extends_is_told_that_the_business_took_another_name_since(
    house: House, visitor: Visitor, grant: Grant, business: str
) -> None:
    """Extending begins anew with it: the login after it warns of the name no more."""
    assert "changed its name" not in page_of(visitor, grant).words
    with house.services.database.write() as db:
        db.execute(update(businesses).where(businesses.c.id == business).values(identity_changed_at=house.clock.now))
    assert "Blauw changed its name or its address since you last chose." in page_of(visitor, grant).words


def test_extending_is_a_new_decision_with_its_receipt(house: House, visitor: Visitor, grant: Grant) -> None:
    form = page_of(visitor, grant)["extension"].fields()
    page = Page(visitor.follow(visitor.client.post(f"/sharing/{grant.id}/extend", data=form, base_url=visitor.site)))
    after = grant_now(house, grant.id)
    assert after.ends_at == Period(6).after(after.given_at)
    assert after.claims == grant.claims
    assert "Extended. Blauw goes on until" in page.words
    assert "You shared the same again, with a new end date" in page.words
    version = history(house, grant.id)[-1]
    assert version.act is Act.CHANGE
    assert "Extend or end sharing with Blauw?" in version.notice["text"]
    assert "Date of birth" in version.notice["text"]
    assert "Extend or end?" not in Page(visitor.get("/sharing")).words


def test_a_second_click_extends_nothing_and_does_not_say_that_nothing_was(
    house: House, visitor: Visitor, grant: Grant
) -> None:
    form = page_of(visitor, grant)["extension"].fields()
    for seconds in (0, 1):
        house.clock.move(seconds=seconds)
        answer = visitor.client.post(f"/sharing/{grant.id}/extend", data=form, base_url=visitor.site)
        assert (answer.status_code, answer.location) == (303, f"/sharing/{grant.id}")
    assert "Extended. Blauw goes on until" in Page(visitor.follow(answer)).words
    assert len(history(house, grant.id)) == 2


def test_ending_it_now_leads_to_stopping(visitor: Visitor, grant: Grant) -> None:
    assert page_of(visitor, grant)["extend-end"].attributes["href"] == f"/sharing/{grant.id}/stop"


def test_terms_that_changed_since_are_shown_before_anything_is_agreed(
    house: House, visitor: Visitor, grant: Grant, business: str
) -> None:
    form = page_of(visitor, grant)["extension"].fields()
    with house.services.database.write() as db:
        shorter = {**INTENDED_USE, "high": {**INTENDED_USE["high"], "retention": "P3M"}}
        db.execute(update(businesses).where(businesses.c.id == business).values(intended_use=shorter))
    response = visitor.client.post(f"/sharing/{grant.id}/extend", data=form, base_url=visitor.site)
    page = Page(response, 409)
    assert "Nothing has been extended yet." in page.words
    assert "3 months at most" in page["terms"].words
    assert grant_now(house, grant.id) == grant


def test_what_is_missing_is_named_with_the_way_to_mend_it(
    house: House, visitor: Visitor, nora: Shopper, grant: Grant
) -> None:
    correction.correct(house.services, nora.id, nora.persona_id, {"address": None}, house.clock.now)
    page = page_of(visitor, grant)
    assert "Fill in: Address" in page.words
    assert page.find("extend-confirm") is None


def test_a_level_that_is_not_offered_any_more_can_only_end(
    house: House, visitor: Visitor, grant: Grant, business: str
) -> None:
    with house.services.database.write() as db:
        only_low = {"low": INTENDED_USE["low"]}
        db.execute(update(businesses).where(businesses.c.id == business).values(intended_use=only_low))
    page = page_of(visitor, grant)
    assert "does not offer this level any more" in page.words
    assert page.find("extend-confirm") is None
    assert page.find("extend-end") is not None


def test_when_it_would_not_last_longer_there_is_nothing_to_press(house: House, visitor: Visitor, grant: Grant) -> None:
    house.clock.now = grant.given_at
    page = page_of(visitor, grant)
    assert "would not make it last any longer" in page.words
    assert page.find("extend-confirm") is None


def test_a_paused_grant_says_that_extending_resumes_nothing(
    house: House, visitor: Visitor, nora: Shopper, grant: Grant
) -> None:
    pausing.pause(house.services, grant.id, nora.id, NOTICE, house.clock.now)
    assert "Extending does not resume it." in page_of(visitor, grant).words


def test_what_ended_meanwhile_is_shown_as_it_stands(
    house: House, visitor: Visitor, nora: Shopper, grant: Grant
) -> None:
    consents.stop(house.services, grant.id, nora.id, NOTICE, house.clock.now)
    for ask in (visitor.get, visitor.post):
        shown = Page(visitor.follow(ask(f"/sharing/{grant.id}/extend")))
        assert "This had ended already." in shown.words
