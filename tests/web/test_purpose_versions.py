"""A purpose that comes to mean something else: what was agreed before keeps saying what it said."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete

from app.domain.grants import Grant
from app.domain.levels import Level
from app.domain.purposes import Purpose
from app.services import pausing, purposes, receipt_reading
from app.services.wiring import Services
from app.storage.tables.grants import purposes as kept
from tests.factories import INTENDED_USE, Shopper, add_business, add_client, share
from tests.pages import Page
from tests.servers.house import House
from tests.servers.visitor import Visitor, signed_in
from tests.services.deciding import ALL_LEVELS, NOTICE, grant_now, history

LOW, MEDIUM, HIGH = Level.LOW, Level.MEDIUM, Level.HIGH
THEN = {
    "account": "Recognise you and manage your account",
    "delivery": "Deliver your order",
    "loyalty": "Points and benefits as a regular customer",
}
"""What the purposes mean that the tests change."""

Serve = Callable[..., None]


@pytest.fixture
def house(shared_house: House) -> House:
    return shared_house


@pytest.fixture
def shop(house: House) -> str:
    return add_client(house, business_id=add_business(house, name="Blauw"))


@pytest.fixture
def visitor(house: House, nora: Shopper) -> Visitor:
    return signed_in(house, nora)


@pytest.fixture
def serve(house: House, monkeypatch: pytest.MonkeyPatch) -> Serve:
    """Restart the house with a vocabulary in which these purposes are in their second version, or are gone."""

    def restart(*raised: str, gone: str = "", known_before: bool = True) -> None:
        before = now(house)
        with before.database.write() as db:
            db.execute(delete(kept))
        if known_before:
            purposes.remember(before)
        vocabulary = {name: purpose for name, purpose in before.policy.purposes.items() if name != gone}
        for name in raised:
            text = {"en": f"Sell it ({name})", "nl": f"Verkopen ({name})"}
            vocabulary[name] = Purpose(name, 2, text, "https://w3id.org/dpv#SellProducts")
        after = replace(before, policy=replace(before.policy, purposes=vocabulary))
        purposes.remember(after)
        monkeypatch.setitem(house.app.extensions, "sluis", after)

    return restart


def now(house: House) -> Services:
    """The services as they were last restarted."""
    services = house.app.extensions["sluis"]
    assert isinstance(services, Services)
    return services


def pages_of(visitor: Visitor, grant: Grant, *more: str) -> list[str]:
    """What every page about the grant says."""
    paths = (f"/sharing/{grant.id}", f"/receipts/{grant.id}/1", *(f"/sharing/{grant.id}/{each}" for each in more))
    return [Page(visitor.get(path)).words for path in paths]


def _record(house: House, person: Shopper, grant: Grant, version: int) -> Mapping[str, Any]:
    """What the receipt of this version says."""
    receipt = receipt_reading.of_version(house.services, person.id, grant.id, version)
    assert receipt is not None
    return receipt.record


def test_every_page_about_a_grant_says_what_its_purposes_meant_when_it_was_given(
    house: House, nora: Shopper, visitor: Visitor, shop: str, serve: Serve
) -> None:
    grant = share(house, nora, shop, HIGH, ticked=frozenset({"birthdate"}), scopes=ALL_LEVELS)
    serve("account", "delivery", "loyalty")
    for words in pages_of(visitor, grant, "purposes"):
        assert "Sell it" not in words
        assert all(meaning in words for meaning in THEN.values())
    down = Page(visitor.get(f"/sharing/{grant.id}/level")).words
    assert "Sell it" not in down
    assert THEN["account"] in down


def test_a_purpose_the_operator_removed_is_still_known_by_its_words(
    house: House, nora: Shopper, visitor: Visitor, shop: str, serve: Serve
) -> None:
    grant = share(house, nora, shop, LOW)
    serve(gone="account")
    assert THEN["account"] in Page(visitor.get(f"/receipts/{grant.id}/1")).words


def test_of_a_version_from_before_any_was_kept_nothing_is_made_up(
    house: House, nora: Shopper, visitor: Visitor, shop: str, serve: Serve
) -> None:
    grant = share(house, nora, shop, LOW)
    serve("account", known_before=False)
    for words in pages_of(visitor, grant):
        assert "What “Sell it (account)” meant before" in words


def test_a_later_receipt_about_what_was_agreed_names_the_kind_of_purpose_of_then(
    house: House, nora: Shopper, shop: str, serve: Serve
) -> None:
    grant = share(house, nora, shop, LOW)
    serve("account")
    pausing.pause(now(house), grant.id, nora.id, NOTICE, house.clock.now)
    first, second = (_record(house, nora, grant, version) for version in (1, 2))
    assert first["processing"]["purposes"] == second["processing"]["purposes"]


def test_an_objection_is_told_in_the_words_of_then_and_allowed_again_in_those_of_now(
    house: House, nora: Shopper, visitor: Visitor, shop: str, serve: Serve
) -> None:
    grant = share(house, nora, shop, HIGH, scopes=ALL_LEVELS)
    serve("loyalty")
    visitor.post(f"/sharing/{grant.id}/purposes", {"purpose": "loyalty"})
    assert f"You objected: {THEN['loyalty']}" in Page(visitor.get(f"/sharing/{grant.id}")).words
    again = Page(visitor.get(f"/sharing/{grant.id}/purposes/loyalty"))
    assert "Sell it (loyalty)" in again.words


def test_the_timeline_says_that_a_new_meaning_was_agreed_to(
    house: House, nora: Shopper, visitor: Visitor, shop: str, serve: Serve
) -> None:
    grant = share(house, nora, shop, LOW)
    serve("account")
    house.clock.move(minutes=1)
    assert share(replace(house, services=now(house)), nora, shop, LOW).id == grant.id
    same = Page(visitor.get(f"/sharing/{grant.id}")).all("li", class_="timeline-given")[0].words
    assert "You agreed to a purpose with a new meaning Low New meaning: Sell it (account)." in same
    serve("delivery", "service")
    house.clock.move(minutes=1)
    share(replace(house, services=now(house)), nora, shop, MEDIUM, scopes=ALL_LEVELS)
    raised = Page(visitor.get(f"/sharing/{grant.id}")).all("li", class_="timeline-raised")[0].words
    assert "New meaning: Sell it (service)." in raised, "delivery is agreed to for the first time"


# --- once more ----------------------------------------------------------------------------------------------------


def extend(visitor: Visitor, grant: Grant, page: Page) -> None:
    """Press the button of the page that asks."""
    form = page["extension"].fields()
    visitor.follow(visitor.client.post(f"/sharing/{grant.id}/extend", data=form, base_url=visitor.site))


def near_its_end(house: House, person: Shopper, grant: Grant) -> Visitor:
    """Ten days before it."""
    house.clock.now = grant.ends_at - timedelta(days=10)
    return signed_in(house, person)


def test_what_a_level_requires_for_something_else_by_now_cannot_be_extended(
    house: House, nora: Shopper, serve: Serve
) -> None:
    low = {"low": {**INTENDED_USE["low"], "purposes": ["account"]}}
    shop = add_client(house, business_id=add_business(house, name="Blauw", intended_use=low))
    grant = share(house, nora, shop, LOW)
    visitor = near_its_end(house, nora, grant)
    page = Page(visitor.get(f"/sharing/{grant.id}/extend"))
    serve("account")
    form = page["extension"].fields()
    late = Page(visitor.client.post(f"/sharing/{grant.id}/extend", data=form, base_url=visitor.site), 409)
    for words in (late.words, Page(visitor.get(f"/sharing/{grant.id}/extend")).words):
        assert "Blauw now wants this for something else than you agreed to, so it cannot be extended." in words
        assert "Extend on these terms" not in words
    assert grant_now(house, grant.id) == grant


def test_what_else_would_go_by_extending_is_named_and_kept_with_the_decision(
    house: House, nora: Shopper, shop: str, serve: Serve
) -> None:
    grant = share(house, nora, shop, HIGH, ticked=frozenset({"birthdate"}), scopes=ALL_LEVELS)
    serve("loyalty")
    visitor = near_its_end(house, nora, grant)
    page = Page(visitor.get(f"/sharing/{grant.id}/extend"))
    goes = ("Blauw no longer gets: Date of birth", "The permission to keep track of what you do ends.")
    assert all(sentence in page["terms"].words for sentence in goes)
    extend(visitor, grant, page)
    after = grant_now(house, grant.id)
    assert (after.claims, after.collection) == (grant.claims - {"birthdate"}, None)
    assert all(sentence in history(house, grant.id)[-1].notice["text"] for sentence in goes)


def test_what_goes_by_extending_one_of_two_is_not_said_to_go_to_the_business_no_more(
    house: House, nora: Shopper, serve: Serve
) -> None:
    business = add_business(house, name="Blauw")
    app, website = (add_client(house, business_id=business, client_name=name) for name in ("App", "Website"))
    grant = share(house, nora, app, HIGH, ticked=frozenset({"birthdate"}), scopes=ALL_LEVELS)
    share(house, nora, website, LOW)
    serve("loyalty")
    visitor = near_its_end(house, nora, grant)
    page = Page(visitor.get(f"/sharing/{grant.id}/extend"))
    extend(visitor, grant, page)
    notice = history(house, grant.id)[-1].notice["text"]
    assert "This is about what you share through App." in notice
    for words in (page["terms"].words, notice):
        assert "no longer gets" not in words
        assert "This stops: Date of birth" in words
        assert "What else you share with Blauw goes on." in words


def test_a_purpose_with_another_meaning_does_not_begin_anew_and_that_is_said(
    house: House, nora: Shopper, shop: str, serve: Serve
) -> None:
    grant = share(house, nora, shop, LOW)
    serve("account")
    visitor = near_its_end(house, nora, grant)
    page = Page(visitor.get(f"/sharing/{grant.id}/extend"))
    assert f"No longer for: {THEN['account']}" in page["terms"].words
    assert "Sell it" not in page.words
    extend(visitor, grant, page)
    assert grant_now(house, grant.id).purposes == grant.purposes - {"account@1"}
    assert f"No longer for: {THEN['account']}" in history(house, grant.id)[-1].notice["text"]
    told = Page(visitor.get(f"/sharing/{grant.id}")).all("li", class_="timeline-given")[0].words
    assert f"You shared the same for fewer purposes, with a new end date Low No longer for: {THEN['account']}." in told
