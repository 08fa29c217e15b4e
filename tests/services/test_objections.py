"""An objection to one purpose acts at once, everywhere, and the business does not ask again (GDPR 21)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from app.domain.errors import Refusal
from app.domain.grants import Grant
from app.domain.levels import Level
from app.services import (
    agreed_terms,
    consents,
    extension,
    grant_management,
    objections,
    personas,
    profiles,
    receipt_reading,
    sharing,
)
from app.services.coverage import covering
from app.services.receipt_reading import Turn
from app.storage.tables.parties import businesses
from tests.factories import INTENDED_USE, Shopper, a_request, add_client, add_person, client_of, share
from tests.redeeming import SECRET, BackOffice, id_token_of, log_in, tokens
from tests.servers.house import House
from tests.services.deciding import ALL_LEVELS, NOTICE, bearer_of, grant_now, history, picker, released
from tests.services.told import last_receipt, told_of
from tests.vault import Customer, Till

LOW, MEDIUM, HIGH = Level.LOW, Level.MEDIUM, Level.HIGH

MARKET: dict[str, Any] = {
    **INTENDED_USE,
    "high": {
        **INTENDED_USE["high"],
        "purposes": ["personalisation", "loyalty"],
        "optional": ["birthdate", "gender"],
        "claims": {"birthdate": {"purposes": ["personalisation"]}},
        "omnichannel_collection": {
            **INTENDED_USE["high"]["omnichannel_collection"],
            "purposes": ["personalisation", "loyalty"],
        },
    },
}
"""Personalisation and loyalty by consent, delivery and payment by contract."""


@pytest.fixture
def house(shared_house: House) -> House:
    return shared_house


@pytest.fixture
def nora(house: House) -> Shopper:
    return add_person(house, gender="x")


@pytest.fixture
def shop(house: House) -> str:
    return add_client(house, intended_use=MARKET)


def leave_out(house: House, person: Shopper, level: Level, *purposes: str) -> None:
    """Narrow the person's own profile of one level by these purposes."""
    own = profiles.of_persona(house.services, person.id, person.persona_id)[level]
    narrower = replace(own, purposes=own.purposes - {*purposes})
    profiles.change(house.services, person.id, person.persona_id, narrower, NOTICE, house.clock.now)


def object_to(house: House, person: Shopper, grant: Grant, *purposes: str) -> Grant:
    for purpose in purposes:
        house.clock.move(milliseconds=1)  # events of one moment have no order
        grant = objections.object_to(house.services, grant.id, person.id, purpose, NOTICE, house.clock.now)
    house.clock.move(milliseconds=1)
    return grant


def allow(house: House, person: Shopper, grant: Grant, purpose: str) -> Grant:
    return objections.allow(house.services, grant.id, person.id, purpose, NOTICE, house.clock.now)


def silent(house: House, person: Shopper, client_id: str, level: Level = HIGH, **asked: Any) -> Any:
    """What a silent login at this level would be answered under."""
    request = a_request(house, client_id, scopes=frozenset({"openid", level.scope}), **asked)
    with house.services.database.read() as db:
        return covering(house.services, db, request, client_of(house, client_id), person.id, house.clock.now)


def test_personalisation_off_delivery_on(house: House, nora: Shopper, shop: str) -> None:
    office = BackOffice(house, shop, SECRET)
    login = log_in(house, nora, shop, HIGH, scopes=ALL_LEVELS, ticked=frozenset({"birthdate", "gender"}))
    out = tokens(office.redeem(login.code()))
    before = office.userinfo(out["access_token"]).get_json()
    assert before["birthdate"]
    assert "personalisation" in before["data_purposes"]
    object_to(house, nora, login.grant, "personalisation")
    after = office.userinfo(out["access_token"]).get_json()
    assert "birthdate" not in after
    assert (after["gender"], after["address"]["locality"]) == ("x", "Utrecht")
    assert after["data_purposes"] == ["account", "delivery", "loyalty", "payment", "service"]
    assert after["data_terms"]["gender"]["purposes"] == ["loyalty"]
    assert after["data_collection"]["purposes"] == ["loyalty"]
    assert "birthdate" not in office.introspect(out["access_token"])["data_claims"]


def test_tokens_of_the_next_login_say_the_same(house: House, nora: Shopper, shop: str) -> None:
    office = BackOffice(house, shop, SECRET)
    login = log_in(house, nora, shop, HIGH, scopes=ALL_LEVELS, ticked=frozenset({"birthdate"}))
    object_to(house, nora, login.grant, "personalisation")
    out = tokens(office.redeem(login.code()))
    assert out["authorization_details"][0]["purposes"] == ["loyalty"]
    claims = id_token_of(house, out)
    assert "personalisation" not in claims["data_purposes"]
    assert claims["data_collection"]["purposes"] == ["loyalty"]


def test_a_purpose_allowed_where_nothing_serves_it_is_told_of_when_it_comes_into_force(
    house: House, nora: Shopper, shop: str
) -> None:
    grant = object_to(house, nora, picker(house, nora, shop).share(HIGH), "personalisation")
    grant = consents.step_down(house.services, grant.id, nora.id, LOW, NOTICE, house.clock.now)
    house.clock.move(milliseconds=1)
    grant = allow(house, nora, grant, "personalisation")
    house.clock.move(milliseconds=1)
    picker(house, nora, shop, grant_action="merge").share(HIGH)
    assert "personalisation" in told_of(house, grant, "consent-changed")[-1]["purposes_added"]


def test_the_next_login_of_the_shop_does_not_ask_again(house: House, nora: Shopper, shop: str) -> None:
    grant = picker(house, nora, shop).share(HIGH, "birthdate")
    object_to(house, nora, grant, "personalisation", "loyalty")
    found = silent(house, nora, shop)
    assert found is not None
    assert "birthdate" not in found.asked.userinfo
    assert "address" in found.asked.userinfo


def test_without_any_purpose_left_a_required_claim_is_withheld_and_the_login_goes_on(
    house: House, nora: Shopper, shop: str
) -> None:
    grant = picker(house, nora, shop).share(LOW)
    changed = object_to(house, nora, grant, "account", "service")
    assert released(house, bearer_of(grant)) == frozenset()
    assert changed.claims == {"email"}
    found = silent(house, nora, shop, LOW)
    assert found is not None
    assert found.asked.userinfo == frozenset()


def test_allowing_again_gives_it_back_until_the_same_day_and_no_token_of_before_more(
    house: House, nora: Shopper, shop: str
) -> None:
    office = BackOffice(house, shop, SECRET)
    login = log_in(house, nora, shop, HIGH, scopes=ALL_LEVELS, ticked=frozenset({"birthdate"}))
    object_to(house, nora, login.grant, "personalisation")
    during = tokens(office.redeem(login.code()))
    house.clock.move(hours=2)
    again = allow(house, nora, login.grant, "personalisation")
    assert (again.objected, again.ends_at, again.claims) == (frozenset(), login.grant.ends_at, login.grant.claims)
    assert "birthdate" in released(house, bearer_of(again))
    assert office.introspect(during["access_token"])["active"] is False  # ten minutes are over
    after = tokens(office.redeem(login.code()))
    assert office.userinfo(after["access_token"]).get_json()["birthdate"]


def test_allowing_again_gives_a_claim_to_nothing_its_business_has_come_to_want_it_for(
    house: House, nora: Shopper, shop: str
) -> None:
    grant = picker(house, nora, shop).share(HIGH, "birthdate", "gender")
    object_to(house, nora, grant, "personalisation")
    wanted = {name: {"purposes": ["personalisation", "loyalty", "service"]} for name in ("birthdate", "gender")}
    declared = {**MARKET, "high": {**MARKET["high"], "claims": wanted}}
    business_id = client_of(house, shop).business.id
    with house.services.database.write() as db:
        db.execute(update(businesses).where(businesses.c.id == business_id).values(intended_use=declared))
    allow(house, nora, grant, "personalisation")
    information = last_receipt(house, nora, grant)["processing"]["pii_information"]
    by_name = {each["pii_type"]: each["purposes"] for each in information}
    assert (by_name["birthdate"], by_name["gender"]) == (["personalisation"], ["loyalty", "personalisation"])


def test_what_was_given_anew_during_an_objection_gets_back_the_purpose_that_is_allowed_and_no_other(
    house: House, nora: Shopper, shop: str
) -> None:
    object_to(house, nora, picker(house, nora, shop).share(HIGH, "gender"), "service", "personalisation")
    anew = picker(house, nora, shop).share(HIGH, "gender")
    allowed = allow(house, nora, anew, "personalisation")
    with house.services.database.read() as db:
        terms = agreed_terms.of(db, allowed)
    assert (terms["gender"].purposes, terms["email"].purposes) == ({"loyalty", "personalisation"}, {"account"})


def test_what_only_a_lower_level_of_the_own_profile_allows_comes_back_there(
    house: House, nora: Shopper, shop: str
) -> None:
    leave_out(house, nora, MEDIUM, "service")
    low = picker(house, nora, shop).share(LOW)
    object_to(house, nora, low, "service")
    anew = picker(house, nora, shop, grant_action="merge").share(MEDIUM)
    object_to(house, nora, anew, "account")
    assert released(house, replace(bearer_of(anew), level=LOW)) == frozenset()
    allow(house, nora, anew, "service")
    assert released(house, replace(bearer_of(anew), level=LOW)) == {"email"}


def test_what_the_own_profile_allows_above_the_level_of_the_grant_brings_nothing_back(
    house: House, nora: Shopper, shop: str
) -> None:
    leave_out(house, nora, LOW, "service")
    object_to(house, nora, picker(house, nora, shop).share(HIGH), "service")
    low = picker(house, nora, shop).share(LOW)
    (service,) = (
        each for each in objections.listed(house.services, low.id, nora.id, house.clock.now) if each.use.id == "service"
    )
    assert not service.allowed
    back = allow(house, nora, low, "service")
    with house.services.database.read() as db:
        assert agreed_terms.of(db, back)["email"].purposes == {"account"}


def test_a_purpose_is_allowed_again_in_the_meaning_it_has_by_now(house: House, nora: Shopper, shop: str) -> None:
    grant = object_to(house, nora, picker(house, nora, shop).share(HIGH), "loyalty")
    policy = house.services.policy
    raised = {**policy.purposes, "loyalty": replace(policy.purposes["loyalty"], version=2)}
    newer = replace(house.services, policy=replace(policy, purposes=raised))
    again = objections.allow(newer, grant.id, nora.id, "loyalty", NOTICE, house.clock.now)
    assert again.purposes == grant.purposes - {"loyalty@1"} | {"loyalty@2"}


def test_a_token_from_during_an_objection_does_not_widen_when_it_is_lifted(
    house: House, nora: Shopper, shop: str
) -> None:
    office = BackOffice(house, shop, SECRET)
    login = log_in(house, nora, shop, HIGH, scopes=ALL_LEVELS, ticked=frozenset({"birthdate"}))
    object_to(house, nora, login.grant, "personalisation")
    during = tokens(office.redeem(login.code()))
    allow(house, nora, login.grant, "personalisation")
    assert "birthdate" not in office.userinfo(during["access_token"]).get_json()


@pytest.mark.parametrize("purpose", ["delivery", "payment"])
def test_what_the_contract_needs_cannot_be_objected_to(house: House, nora: Shopper, shop: str, purpose: str) -> None:
    grant = picker(house, nora, shop).share(MEDIUM)
    with pytest.raises(Refusal, match="fixed"):
        object_to(house, nora, grant, purpose)
    assert grant_now(house, grant.id) == grant


def test_a_purpose_of_no_such_grant_and_a_grant_of_somebody_else_are_refused(
    house: House, nora: Shopper, shop: str
) -> None:
    grant = picker(house, nora, shop).share(LOW)
    for purpose in ("loyalty", "sub", ""):
        with pytest.raises(Refusal, match="no_purpose"):
            object_to(house, nora, grant, purpose)
    other = add_person(house)
    with pytest.raises(Refusal, match="no_grant"):
        object_to(house, other, grant, "account")
    with pytest.raises(Refusal, match="no_grant"):
        objections.listed(house.services, grant.id, other.id, house.clock.now)
    with pytest.raises(Refusal, match="no_grant"):
        objections.listed(house.services, grant.id, nora.id, grant.ends_at)


def test_objecting_again_or_allowing_what_is_allowed_changes_nothing(house: House, nora: Shopper, shop: str) -> None:
    grant = picker(house, nora, shop).share(LOW)
    assert allow(house, nora, grant, "account") == grant
    object_to(house, nora, grant, "account", "account")
    assert len(history(house, grant.id)) == 2


def test_receipt_and_events_name_the_purpose_and_the_claims_it_takes(house: House, nora: Shopper, shop: str) -> None:
    grant = picker(house, nora, shop).share(HIGH, "birthdate", "gender")
    object_to(house, nora, grant, "personalisation")
    told = told_of(house, grant, "consent-changed")[-1]
    assert told == {
        "level": "high",
        "purposes_removed": ["personalisation"],
        "claims_removed": ["birthdate"],
    }
    assert told_of(house, grant, "token-claims-change") == [{"removed": ["birthdate"]}]
    processing = last_receipt(house, nora, grant)["processing"]
    assert processing["objection"]["purposes"] == ["personalisation"]
    assert processing["objection"]["right"].endswith("gdpr#A21")
    assert "personalisation" not in [each["purpose"] for each in processing["purposes"]]
    by_name = {each["pii_type"]: each["purposes"] for each in processing["pii_information"]}
    assert "birthdate" not in by_name
    assert by_name["gender"] == ["loyalty"]
    assert processing["authorization_details"][0]["purposes"] == ["loyalty"]
    allow(house, nora, grant, "personalisation")
    after = last_receipt(house, nora, grant)["processing"]
    assert "objection" not in after
    assert "birthdate" in [each["pii_type"] for each in after["pii_information"]]
    assert told_of(house, grant, "consent-changed")[-1] == {
        "level": "high",
        "purposes_added": ["personalisation"],
        "claims_added": ["birthdate"],
    }


def test_what_an_objection_keeps_back_and_is_given_for_something_else_since_is_told_as_given(
    house: House, nora: Shopper, shop: str
) -> None:
    grant = picker(house, nora, shop).share(HIGH, "birthdate")
    object_to(house, nora, grant, "personalisation")
    high = {**MARKET["high"], "claims": {"birthdate": {"purposes": ["personalisation", "loyalty"]}}}
    with house.services.database.write() as db:
        declared = update(businesses).where(businesses.c.id == grant.business_id)
        db.execute(declared.values(intended_use={**MARKET, "high": high}))
    again = picker(house, nora, shop, grant_action="merge").share(HIGH, "birthdate")
    assert "birthdate" in released(house, bearer_of(again))
    assert told_of(house, grant, "consent-changed")[-1]["claims_added"] == ["birthdate"]


def test_what_an_objection_and_a_narrower_profile_keep_back_together_is_told_as_gone(
    house: House, nora: Shopper, shop: str
) -> None:
    grant = picker(house, nora, shop).share(LOW, "name")
    object_to(house, nora, grant, "account")
    assert released(house, bearer_of(grant)) == {"email", "name"}
    leave_out(house, nora, LOW, "service")
    assert released(house, bearer_of(grant)) == frozenset()
    told = told_of(house, grant, "consent-changed")[-1]
    assert (told["claims_removed"], told["purposes_removed"]) == (["email", "name"], ["service"])


def test_a_new_decision_does_not_lift_an_objection_by_the_way(house: House, nora: Shopper, shop: str) -> None:
    first = picker(house, nora, shop).share(LOW)
    object_to(house, nora, first, "service")
    for action in (None, "merge", "create"):
        waiting = picker(house, nora, shop, grant_action=action)
        card = waiting.cards()[HIGH]
        assert card.objected == {"service"}
        assert "service@1" not in card.proposal.purposes
        given = waiting.share(HIGH, "birthdate")
        assert given.objected == {"service"}
        assert silent(house, nora, shop) is not None
    house.clock.now = given.ends_at - timedelta(days=3)
    offer = extension.offer(house.services, given.id, nora.id, house.clock.now)
    assert offer.card is not None
    assert "service@1" not in offer.card.proposal.purposes


@pytest.mark.parametrize("level", [LOW, HIGH])
def test_what_an_objection_keeps_back_goes_on_beside_merges_and_comes_back_when_it_is_lifted(
    house: House, nora: Shopper, shop: str, level: Level
) -> None:
    first = picker(house, nora, shop).share(HIGH, "birthdate")
    object_to(house, nora, first, "personalisation")
    for _ in range(2):
        merged = picker(house, nora, shop, grant_action="merge").share(level)
        assert "birthdate" in merged.claims
        assert "birthdate" not in released(house, bearer_of(merged))
    allow(house, nora, first, "personalisation")
    assert "birthdate" in released(house, bearer_of(first))


def test_after_stopping_a_new_grant_begins_without_objections(house: House, nora: Shopper, shop: str) -> None:
    first = picker(house, nora, shop).share(LOW)
    object_to(house, nora, first, "service")
    consents.stop(house.services, first.id, nora.id, NOTICE, house.clock.now)
    assert picker(house, nora, shop).share(LOW).objected == frozenset()


def test_an_objection_survives_a_step_down_and_is_on_no_card_to_extend(house: House, nora: Shopper, shop: str) -> None:
    grant = picker(house, nora, shop).share(HIGH, "birthdate")
    object_to(house, nora, grant, "service")
    offered = extension.offer(house.services, grant.id, nora.id, house.clock.now).card
    assert offered is not None
    assert "service@1" not in offered.proposal.purposes
    lower = consents.step_down(house.services, grant.id, nora.id, LOW, NOTICE, house.clock.now)
    assert lower.objected == {"service"}
    assert released(house, bearer_of(lower)) == {"email"}


def test_the_list_says_what_each_is_for_and_until_when(house: House, nora: Shopper, shop: str) -> None:
    grant = picker(house, nora, shop).share(HIGH, "birthdate")
    object_to(house, nora, grant, "personalisation")
    listed = {each.use.id: each for each in objections.listed(house.services, grant.id, nora.id, house.clock.now)}
    assert listed["personalisation"].use.objected
    assert listed["delivery"].use.fixed is not None
    assert all(each.ends_at == grant.ends_at and each.allowed for each in listed.values())


def test_what_the_own_profile_leaves_out_is_said_to_be_so_unless_a_lower_level_allows_it(
    house: House, nora: Shopper, shop: str
) -> None:
    grant = picker(house, nora, shop).share(HIGH, "birthdate")
    object_to(house, nora, grant, "personalisation", "service")
    leave_out(house, nora, HIGH, "personalisation", "service")
    listed = {each.use.id: each for each in objections.listed(house.services, grant.id, nora.id, house.clock.now)}
    assert (listed["personalisation"].allowed, listed["service"].allowed) == (False, True)


def test_the_dashboard_leaves_out_what_an_objection_keeps_back(house: House, nora: Shopper, shop: str) -> None:
    grant = picker(house, nora, shop).share(HIGH, "birthdate")
    object_to(house, nora, grant, "personalisation")
    (shared,) = sharing.overview(house.services, nora.id, house.clock.now)
    assert shared.given == shared.grant.claims - {"birthdate"}


def test_what_was_shared_and_objected_to_by_a_persona_that_was_removed_is_still_told(
    house: House, nora: Shopper, shop: str
) -> None:
    work = personas.add(house.services, nora.id, "Work", "clay", house.clock.now)
    grant = picker(house, nora, shop, persona_id=work).share(HIGH, "birthdate")
    object_to(house, nora, grant, "personalisation")
    consents.stop(house.services, grant.id, nora.id, NOTICE, house.clock.now)
    personas.remove(house.services, nora.id, work, house.clock.now)
    (shared,) = sharing.overview(house.services, nora.id, house.clock.now)
    assert shared.given == {"email", "address"}


def test_a_till_may_not_collect_for_a_purpose_objected_to(till: Till, customer: Customer, house: House) -> None:
    assert till.allowed(customer.sub)
    object_to(house, customer.person, customer.grant, "loyalty")
    assert not till.allowed(customer.sub)


def test_a_client_that_looks_the_grant_up_sees_it_without_what_was_objected_to(
    house: House, nora: Shopper, shop: str
) -> None:
    grant = picker(house, nora, shop).share(HIGH, "birthdate")
    client = client_of(house, shop)
    assert "birthdate" in grant_management.query(house.services, client, grant.id, house.clock.now).grant.claims
    object_to(house, nora, grant, "personalisation")
    found = grant_management.query(house.services, client, grant.id, house.clock.now).grant
    assert found.claims == grant.claims - {"birthdate"}
    assert found.collection is not None
    assert found.collection.purposes == {"loyalty"}


def test_an_ended_grant_was_for_what_was_not_objected_to(house: House) -> None:
    nora, now = add_person(house), house.clock.now
    grant = share(house, nora, add_client(house))
    objections.object_to(house.services, grant.id, nora.id, "service", NOTICE, now)
    consents.stop(house.services, grant.id, nora.id, NOTICE, now)
    shared = sharing.one(house.services, nora.id, grant.id, now)
    assert shared is not None
    assert (shared.purposes, shared.given) == ({"account"}, {"email"})


def test_extending_is_neither_an_objection_nor_the_end_of_one_in_the_list_of_receipts(house: House) -> None:
    nora = add_person(house)
    grants = [share(house, nora, add_client(house)) for _ in range(2)]
    objections.object_to(house.services, grants[0].id, nora.id, "service", NOTICE, house.clock.now)
    house.clock.move(days=300)
    for each in grants:
        offered = extension.offer(house.services, each.id, nora.id, house.clock.now).card
        assert offered is not None
        extension.extend(house.services, each.id, nora.id, offered.shown, NOTICE, house.clock.now)
    turns = {(each.grant.id, each.version): each.turn for each in receipt_reading.of_person(house.services, nora.id)}
    first, second = (each.id for each in grants)
    assert turns == {
        (first, 1): None,
        (first, 2): Turn.OBJECTED,
        (first, 3): None,
        (second, 1): None,
        (second, 2): None,
    }
