"""Purpose by purpose, through the pages."""

from typing import Any

import pytest
from sqlalchemy import update

from app.domain.grants import Grant
from app.domain.levels import Level
from app.services import consents
from app.storage.tables.parties import businesses
from tests.factories import INTENDED_USE, Shopper, add_business, add_client, share
from tests.pages import Page
from tests.servers.house import House
from tests.servers.visitor import Visitor, signed_in
from tests.services.deciding import ALL_LEVELS, NOTICE, bearer_of, grant_now, history, released
from tests.services.test_objections import MARKET


@pytest.fixture
def house(shared_house: House) -> House:
    return shared_house


@pytest.fixture
def grant(house: House, nora: Shopper) -> Grant:
    shop = add_client(house, business_id=add_business(house, name="Markt", intended_use=MARKET))
    return share(house, nora, shop, Level.HIGH, ticked=frozenset({"birthdate"}), scopes=ALL_LEVELS)


@pytest.fixture
def visitor(house: House, nora: Shopper, grant: Grant) -> Visitor:
    return signed_in(house, nora)


def switch(visitor: Visitor, grant: Grant, purpose: str, **form: Any) -> Any:
    return visitor.post(f"/sharing/{grant.id}/purposes", {"purpose": purpose, **form})


def test_every_purpose_is_there_with_what_it_is_for_and_until_when(visitor: Visitor, grant: Grant) -> None:
    link = Page(visitor.get(f"/sharing/{grant.id}"))["purposes"]
    page = Page(visitor.get(link.attributes["href"]))
    row = page["purpose-personalisation"]
    for said in ("Adapt what you see to you", "On", "Date of birth", "Keeping track of what you do",
                 "Your consent, until 2 May 2027", "Without this, Markt no longer gets: Date of birth."):  # fmt: skip
        assert said in row.words
    assert row.all("button")


def test_what_would_stop_of_one_of_two_is_not_said_to_go_to_the_business_no_more(
    house: House, visitor: Visitor, nora: Shopper, grant: Grant
) -> None:
    share(house, nora, add_client(house, business_id=grant.business_id), Level.LOW)
    page = Page(visitor.get(f"/sharing/{grant.id}/purposes"))
    assert "Without this, these stop: Date of birth." in page["purpose-personalisation"].words
    assert "no longer gets" not in page.words


@pytest.mark.parametrize("purpose", ["delivery", "payment"])
def test_what_the_agreement_needs_is_explained_and_has_no_switch(visitor: Visitor, grant: Grant, purpose: str) -> None:
    page = Page(visitor.get(f"/sharing/{grant.id}/purposes"))
    assert page.words.count("needed for your agreement") == 1, "once for all it is true of"
    assert page.words.index("needed for your agreement") < page.words.index(page[f"purpose-{purpose}"].words)
    assert page[f"purpose-{purpose}"].all("button") == []


@pytest.mark.parametrize(
    ("ground", "why"), [("contract", "needed for your agreement"), ("legal_duty", "Required by law.")]
)
def test_a_page_on_which_nothing_can_be_switched_off_says_so_and_says_why_once(
    house: House, visitor: Visitor, nora: Shopper, ground: str, why: str
) -> None:
    use = {**INTENDED_USE, "low": {**INTENDED_USE["low"], "ground": ground}}
    shop = add_client(house, business_id=add_business(house, name="Bezorger", intended_use=use))
    low = share(house, nora, shop, Level.LOW)
    words = Page(visitor.get(f"/sharing/{low.id}/purposes")).words
    assert "Nothing here can be switched off by itself." in words
    assert words.count(why) == 1
    assert "Switch off what you do not want." not in words


def test_each_claim_of_a_purpose_is_shown_on_its_own_ground_until_its_own_day(
    house: House, visitor: Visitor, nora: Shopper
) -> None:
    own = {"address": {"ground": "legal_duty", "retention": "P7Y"}, "phone_number": {"ground": "consent"}}
    use = {**INTENDED_USE, "medium": {**INTENDED_USE["medium"], "claims": own}}
    shop = add_client(house, business_id=add_business(house, name="Bezorger", intended_use=use))
    medium = share(house, nora, shop, Level.MEDIUM, ticked=frozenset({"phone_number"}), scopes=ALL_LEVELS)
    page = Page(visitor.get(f"/sharing/{medium.id}/purposes"))
    words = page["purpose-delivery"].words
    assert "Phone number Your consent, until 2 November 2027" in words
    assert "Address Required by law, until 2 November 2033" in words
    assert "A part is required by law, so it stays on as a whole." in page.words
    assert page["purpose-delivery"].all("button") == []


def test_what_the_agreement_needs_beside_a_claim_on_consent_is_said_to_be_a_part(
    house: House, visitor: Visitor, nora: Shopper
) -> None:
    use = {**INTENDED_USE, "low": {**INTENDED_USE["low"], "claims": {"email": {"ground": "contract"}}}}
    shop = add_client(house, business_id=add_business(house, name="Bezorger", intended_use=use))
    low = share(house, nora, shop, Level.LOW, ticked=frozenset({"name"}))
    assert "A part is needed for your agreement" in Page(visitor.get(f"/sharing/{low.id}/purposes")).words


def test_personalisation_off_delivery_on(house: House, visitor: Visitor, grant: Grant) -> None:
    page = Page(visitor.follow(switch(visitor, grant, "personalisation")))
    assert "Switched off: Adapt what you see to you." in page.words
    assert "You objected to: Adapt what you see to you." in page.words
    assert "You objected: Adapt what you see to you" in page.words
    assert released(house, bearer_of(grant)) == {"email", "address"}
    rows = Page(visitor.get(f"/sharing/{grant.id}/purposes"))
    assert "Off" in rows["purpose-personalisation"].words
    assert "On" in rows["purpose-delivery"].words
    assert "Date of birth" not in Page(visitor.get("/sharing"))[f"grant-{grant.id}"].words
    assert history(house, grant.id)[-1].notice["text"].splitlines() == [
        "Markt may no longer do this: Adapt what you see to you",
        "Date of birth",
        "The permission to keep track of what you do.",
        "Your consent, until 2 May 2027",
    ]
    switch(visitor, grant, "account")
    assert history(house, grant.id)[-1].notice["text"].splitlines()[1:-1] == ["E-mail address"]


def _seen(page: Page) -> str:
    return next(form for form in page.all("form") if page["allow-confirm"] in form.all("button")).fields()["seen"]


def test_allowing_again_takes_a_click_with_the_terms_shown(house: House, visitor: Visitor, grant: Grant) -> None:
    switch(visitor, grant, "personalisation")
    without_looking = switch(visitor, grant, "personalisation", on="1")
    assert without_looking.location == f"/sharing/{grant.id}/purposes/personalisation"
    assert grant_now(house, grant.id).objected == {"personalisation"}
    page = Page(visitor.get(without_looking.location))
    for said in ("Allow Markt this again?", "Date of birth", "2 May 2027", "Your consent"):
        assert said in page.words
    seen = _seen(page)
    after = Page(visitor.follow(switch(visitor, grant, "personalisation", on="1", seen=seen)))
    assert "Allowed again: Adapt what you see to you." in after.words
    assert "You allowed again: Adapt what you see to you" in after.words
    assert "birthdate" in released(house, bearer_of(grant))


def test_allowing_again_what_means_more_by_now_shows_it_once_more(house: House, visitor: Visitor, grant: Grant) -> None:
    switch(visitor, grant, "personalisation")
    path = f"/sharing/{grant.id}/purposes/personalisation"
    seen = _seen(Page(visitor.get(path)))
    more = {"email": {"purposes": ["account", "personalisation"]}}
    declared = {**MARKET, "high": {**MARKET["high"], "required": ["email"], "claims": more}}
    with house.services.database.write() as db:
        db.execute(update(businesses).where(businesses.c.id == grant.business_id).values(intended_use=declared))
    answer = switch(visitor, grant, "personalisation", on="1", seen=seen)
    assert answer.location == path
    page = Page(visitor.follow(answer))
    assert "look at it once more" in page.words
    assert "E-mail address" in page.words
    assert grant_now(house, grant.id).objected == {"personalisation"}


def test_what_the_agreement_needs_is_refused_also_to_whoever_posts_it(
    house: House, visitor: Visitor, grant: Grant
) -> None:
    page = Page(visitor.follow(switch(visitor, grant, "delivery")))
    assert "This has changed since you opened the page." in page.words
    assert grant_now(house, grant.id) == grant


@pytest.mark.parametrize("purpose", ["", "marketing", "../stop", "<b>"])
def test_a_purpose_the_grant_does_not_have_is_none(house: House, visitor: Visitor, grant: Grant, purpose: str) -> None:
    assert switch(visitor, grant, purpose).status_code == 404
    assert visitor.get(f"/sharing/{grant.id}/purposes/marketing").status_code == 404
    assert grant_now(house, grant.id) == grant


def test_the_terms_of_a_purpose_that_is_on_are_in_the_list(visitor: Visitor, grant: Grant) -> None:
    response = visitor.get(f"/sharing/{grant.id}/purposes/personalisation")
    assert response.location == f"/sharing/{grant.id}/purposes"


def test_what_ended_meanwhile_is_shown_as_it_stands(
    house: House, visitor: Visitor, nora: Shopper, grant: Grant
) -> None:
    consents.stop(house.services, grant.id, nora.id, NOTICE, house.clock.now)
    page = Page(visitor.follow(visitor.get(f"/sharing/{grant.id}/purposes")))
    assert "This had ended already." in page.words
    assert "This had ended already." in Page(visitor.follow(switch(visitor, grant, "personalisation"))).words
    confirm = visitor.get(f"/sharing/{grant.id}/purposes/personalisation")
    assert "This had ended already." in Page(visitor.follow(confirm)).words
