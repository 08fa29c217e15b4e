from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import update

from app.domain.collection_check import keep_until
from app.domain.errors import Refusal
from app.domain.grants import Act, EndReason
from app.domain.intended_use import Ground
from app.domain.levels import Level
from app.domain.release import Asked
from app.domain.retention import Period
from app.services import agreed_terms, consents, correction, personas, profiles, sharing
from app.services.consents import Choice
from app.services.coverage import covering
from app.storage import grants
from app.storage.tables.parties import businesses
from tests.factories import INTENDED_USE, Shopper, add_client, add_person
from tests.servers.house import House
from tests.services.deciding import (
    ALL_LEVELS,
    NOTICE,
    bearer_of,
    grant_now,
    grants_of,
    history,
    picker,
    refused_for,
    released,
)

LOW, MEDIUM, HIGH = Level.LOW, Level.MEDIUM, Level.HIGH
PERMISSION = INTENDED_USE["high"]["omnichannel_collection"]


@pytest.fixture
def house(shared_house: House) -> House:
    return shared_house


@pytest.fixture
def shop(house: House) -> str:
    return add_client(house)


# --- giving -------------------------------------------------------------------------------------------------------


def test_a_decision_makes_one_grant_with_its_version_and_receipt(house: House, nora: Shopper, shop: str) -> None:
    grant = picker(house, nora, shop).share(MEDIUM)
    assert grants_of(house, nora) == [grant]
    assert grant.claims == {"email", "address"}
    assert (grant.level, grant.version, grant.persona_id) == (MEDIUM, 1, nora.persona_id)
    (version,) = history(house, grant.id)
    assert (version.act, version.version, version.claims) == (Act.GIVE, 1, grant.claims)
    assert version.receipt.count(".") == 2


def test_an_extra_is_shared_only_when_ticked(house: House, nora: Shopper, shop: str) -> None:
    assert "phone_number" in picker(house, nora, shop).cards()[MEDIUM].proposal.extras
    assert "phone_number" not in picker(house, nora, shop).share(MEDIUM).claims
    again = picker(house, nora, shop, prompt=frozenset({"consent"}))
    assert "phone_number" in again.share(MEDIUM, "phone_number").claims


def test_ticking_what_was_not_offered_gives_nothing(house: House, nora: Shopper, shop: str) -> None:
    assert picker(house, nora, shop).share(LOW, "birthdate", "payment_account", "sub").claims == {"email"}


def test_a_card_that_changed_since_it_was_shown_is_not_taken(house: House, nora: Shopper, shop: str) -> None:
    asking = picker(house, nora, shop)
    seen = asking.choice(MEDIUM)
    own = profiles.of_persona(house.services, nora.id, nora.persona_id)[MEDIUM]
    narrower = replace(own, purposes=own.purposes - {"payment"})
    profiles.change(house.services, nora.id, nora.persona_id, narrower, NOTICE, house.clock.now)
    assert refused_for(asking, seen) == "card_changed"
    assert asking.share(MEDIUM).purposes == {"account@1", "service@1", "delivery@1"}


def test_a_changed_legal_ground_is_a_changed_card(house: House, nora: Shopper, shop: str) -> None:
    seen = picker(house, nora, shop).cards()[MEDIUM].proposal
    other = {name: replace(item, ground=Ground.LEGAL_DUTY) for name, item in seen.terms.items()}
    assert replace(seen, terms=other).fingerprint != seen.fingerprint


def test_a_missing_required_claim_shares_nothing_and_leaves_the_request_open(house: House, nora: Shopper) -> None:
    needy = {**INTENDED_USE, "medium": {**INTENDED_USE["medium"], "required": ["address", "payment_account"]}}
    asking = picker(house, nora, add_client(house, intended_use=needy))
    assert set(asking.cards()[MEDIUM].proposal.missing) == {"payment_account"}
    assert refused_for(asking, asking.choice(MEDIUM)) == "incomplete"
    account = {"method": "ideal", "iban": "NL91ABNA0417164300", "holder": "N. Canary"}
    correction.correct(house.services, nora.id, nora.persona_id, {"payment_account": account}, house.clock.now)
    assert asking.share(MEDIUM).claims == {"email", "address", "payment_account"}


@pytest.mark.parametrize("level", [MEDIUM, HIGH])
def test_a_level_the_request_does_not_accept_is_not_given(house: House, nora: Shopper, shop: str, level: Level) -> None:
    asking = picker(house, nora, shop, scopes=frozenset({"openid", "identity:low"}))
    shown = asking.cards()[LOW].shown
    assert refused_for(asking, Choice(nora.persona_id, level, frozenset(), shown)) == "not_accepted"


def test_a_request_is_decided_once(house: House, nora: Shopper, shop: str) -> None:
    asking = picker(house, nora, shop)
    choice = asking.choice(LOW)
    asking.take(choice)
    assert refused_for(asking, choice) == "already_decided"


# --- personas -----------------------------------------------------------------------------------------------------


def test_the_persona_of_somebody_else_shows_and_gives_nothing(house: House, nora: Shopper, shop: str) -> None:
    stranger = add_person(house)
    asking = picker(house, nora, shop, persona_id=stranger.persona_id)
    assert asking.cards() == {}
    shown = picker(house, nora, shop).choice(LOW).shown
    assert refused_for(asking, Choice(stranger.persona_id, LOW, frozenset(), shown)) == "not_accepted"
    assert grants_of(house, stranger) == []


def test_two_personas_hold_two_grants_under_two_subjects(house: House, nora: Shopper, shop: str) -> None:
    work = personas.add(house.services, nora.id, "Work", "clay", house.clock.now)
    mine, works = picker(house, nora, shop).share(LOW), picker(house, nora, shop, persona_id=work).share(LOW)
    assert mine.id != works.id
    assert mine.sub != works.sub


def test_a_request_about_one_persona_cannot_be_answered_by_another(house: House, nora: Shopper, shop: str) -> None:
    work = personas.add(house.services, nora.id, "Work", "clay", house.clock.now)
    mine = picker(house, nora, shop).share(LOW)
    for hint in ({"hinted_sub": mine.sub}, {"grant_id": mine.id, "grant_action": "merge"}):
        asking = picker(house, nora, shop, persona_id=work, **hint)
        assert refused_for(asking, asking.choice(MEDIUM)) == "not_accepted"
        assert picker(house, nora, shop, **hint).share(MEDIUM).id == mine.id


# --- again: merge, replace, create --------------------------------------------------------------------------------


def test_merge_keeps_an_earlier_extra_without_asking_for_it_again(house: House, nora: Shopper, shop: str) -> None:
    first = picker(house, nora, shop).share(LOW, "name")
    asking = picker(house, nora, shop, grant_action="merge")
    card = asking.cards()[MEDIUM]
    assert "name" not in card.proposal.extras
    assert card.known == {"email", "name"}
    assert card.difference is not None
    assert card.difference.claims == {"address"}
    merged = asking.share(MEDIUM)
    assert (merged.id, merged.sub, merged.version) == (first.id, first.sub, 2)
    assert merged.claims == {"email", "name", "address"}


def test_an_extra_that_is_wanted_for_more_by_now_is_chosen_by_itself_and_otherwise_goes_on_as_it_was_agreed(
    house: House, nora: Shopper
) -> None:
    low, medium = {**INTENDED_USE["low"], "claims": {"name": {"purposes": ["account"]}}}, INTENDED_USE["medium"]
    client = add_client(house, intended_use={"low": low, "medium": medium})
    first = picker(house, nora, client).share(LOW, "name")
    declare(house, first.business_id, low=INTENDED_USE["low"], medium=medium)
    for ticked, purposes in (((), {"account"}), (("name",), {"account", "service"})):
        asking = picker(house, nora, client, grant_action="merge", scopes=ALL_LEVELS - {"identity:high"})
        card = asking.cards()[MEDIUM]
        assert (card.proposal.extras, card.known) == ({"phone_number", "name"}, asking.cards()[LOW].known)
        assert card.difference is not None
        assert "name" not in card.difference.claims
        merged = asking.share(MEDIUM, *ticked)
        assert merged.claims == {"email", "name", "address"}
        assert agreed_terms.read(history(house, merged.id)[-1].terms)["name"].purposes == purposes
    again = picker(house, nora, client, grant_action="merge", scopes=ALL_LEVELS - {"identity:high"})
    assert again.cards()[MEDIUM].proposal.extras == {"phone_number"}


def test_a_merge_upwards_keeps_nothing_that_ones_own_profile_leaves_out_there(
    house: House, nora: Shopper, shop: str
) -> None:
    picker(house, nora, shop).share(LOW, "name")
    own = profiles.of_persona(house.services, nora.id, nora.persona_id)[MEDIUM]
    narrower = replace(own, claims=own.claims - {"name"})
    profiles.change(house.services, nora.id, nora.persona_id, narrower, NOTICE, house.clock.now)
    asking = picker(house, nora, shop, grant_action="merge")
    assert {level: card.known for level, card in asking.cards().items()} == {
        LOW: {"email", "name"},
        MEDIUM: {"email"},
        HIGH: {"email", "name"},
    }
    merged = asking.share(MEDIUM)
    assert merged.claims == set(history(house, merged.id)[-1].terms) == {"email", "address"}
    (shared,) = sharing.overview(house.services, nora.id, house.clock.now)
    assert shared.given == released(house, bearer_of(merged)) == {"email", "address"}


@pytest.mark.parametrize("action", [None, "replace"])
def test_without_merge_a_new_choice_takes_the_place_of_the_old(
    house: House, nora: Shopper, shop: str, action: str | None
) -> None:
    first = picker(house, nora, shop).share(MEDIUM, "name", "phone_number")
    asking = picker(house, nora, shop, grant_action=action)
    assert asking.cards()[LOW].known == {"email"}
    second = asking.share(LOW)
    assert (second.id, second.sub, second.version) == (first.id, first.sub, 2)
    assert (second.level, second.claims) == (LOW, {"email"})


def test_merging_a_lower_card_adds_nothing_and_no_day_to_what_lies_above(
    house: House, nora: Shopper, shop: str
) -> None:
    high = picker(house, nora, shop).share(HIGH)
    house.clock.move(days=30)
    otherwise = {**INTENDED_USE, "medium": {**INTENDED_USE["medium"], "ground": "consent"}}
    with house.services.database.write() as db:
        db.execute(update(businesses).where(businesses.c.id == high.business_id).values(intended_use=otherwise))
    merged = picker(house, nora, shop, grant_action="merge").share(LOW, "name")
    assert merged.level is HIGH
    assert merged.claims == high.claims | {"name"}
    assert (merged.ends_at, merged.given_at, merged.collection) == (high.ends_at, high.given_at, high.collection)
    first, last = history(house, high.id)
    assert last.terms["address"] == first.terms["address"], "whatever the business declares since"
    assert set(agreed_terms.read(last.terms)) == set(merged.claims)
    assert all(item.until <= high.ends_at for item in agreed_terms.read(last.terms).values())


def test_a_merge_that_asks_a_part_of_the_permission_shows_all_of_it_that_goes_on(
    house: House, nora: Shopper, shop: str
) -> None:
    high = picker(house, nora, shop).share(HIGH)
    house.clock.move(days=30)
    assert high.collection is not None
    part = replace(high.collection, channels=frozenset({"web"}))
    asking = picker(house, nora, shop, grant_action="merge", collection=part)
    assert asking.cards()[HIGH].proposal.collection == high.collection
    assert asking.share(HIGH).collection == high.collection
    assert picker(house, nora, shop, collection=part).cards()[HIGH].proposal.collection == part, "in its place"


def declare(house: House, business_id: str, **levels: Any) -> None:
    """Let the business declare another intended use."""
    with house.services.database.write() as db:
        db.execute(update(businesses).where(businesses.c.id == business_id).values(intended_use=levels))


def test_a_card_below_that_a_business_is_chosen_on_under_another_name_starts_no_permission_anew(
    house: House, nora: Shopper
) -> None:
    month = {**INTENDED_USE["high"], "omnichannel_collection": PERMISSION | {"retention": "P1M"}}
    client = add_client(house, intended_use={**INTENDED_USE, "high": month})
    high, given_at = picker(house, nora, client).share(HIGH), house.clock.now
    for days in (10, 40):
        house.clock.now = given_at + timedelta(days=days)
        with house.services.database.write() as db:
            row = update(businesses).where(businesses.c.id == high.business_id)
            db.execute(row.values(identity_changed_at=house.clock.now - timedelta(hours=1)))
        merged = picker(house, nora, client, grant_action="merge").share(LOW)
        assert (merged.level, merged.given_at, merged.ends_at) == (HIGH, house.clock.now, high.ends_at)
        left = merged.collection
        assert (left and keep_until(merged, left)) == (Period(1).after(given_at) if days < 31 else None)


def test_merging_a_lower_card_gives_what_it_shares_for_no_more_than_the_card_said(
    house: House, nora: Shopper, shop: str
) -> None:
    first = picker(house, nora, shop).share(MEDIUM)
    low, medium = INTENDED_USE["low"], INTENDED_USE["medium"]
    more = {**medium, "required": ["address", "email"], "optional": ["name"]}
    declare(house, first.business_id, low=low, medium=more)
    asking = picker(house, nora, shop, grant_action="merge")
    shown = asking.cards(frozenset({"name"}))[LOW].proposal.terms["name"]
    merged = asking.share(LOW, "name")
    before, after = (agreed_terms.read(version.terms) for version in history(house, merged.id))
    assert after == before | {"name": shown}
    assert (shown.purposes, shown.ground) == ({"account", "service"}, Ground.CONSENT)


def test_what_is_shared_after_the_level_of_before_was_taken_away_answers_and_the_rest_below_goes_on(
    house: House, nora: Shopper, shop: str
) -> None:
    first = picker(house, nora, shop).share(MEDIUM)
    declare(house, first.business_id, low=INTENDED_USE["low"])
    asking = picker(house, nora, shop, scopes=frozenset({"openid", "identity:low"}), grant_action="merge")
    assert asking.cards()[LOW].known == {"email"}
    merged = asking.share(LOW, "name")
    assert (merged.id, merged.claims) == (first.id, {"email", "name"}), "no address, which nobody wants any more"
    assert released(house, bearer_of(first)) == {"email"}
    assert released(house, bearer_of(merged)) == {"email", "name"}
    with house.services.database.read() as db:
        assert covering(
            house.services, db, asking.stored.request, asking.client, nora.id, house.clock.now, given=merged.id
        )


def test_create_ends_the_grant_before_with_a_receipt_of_its_own(house: House, nora: Shopper, shop: str) -> None:
    first = picker(house, nora, shop).share(MEDIUM)
    token = bearer_of(first)
    second = picker(house, nora, shop, grant_action="create").share(LOW)
    assert second.id != first.id
    assert released(house, token) == "grant_ended"
    ended = grant_now(house, first.id)
    assert (ended.end_reason, ended.version) == (EndReason.REPLACED, 2)
    assert [version.act for version in history(house, first.id)] == [Act.GIVE, Act.WITHDRAW]
    assert [version.act for version in history(house, second.id)] == [Act.GIVE]


def test_a_grant_past_its_end_is_closed_as_expired_when_the_next_one_is_given(
    house: House, nora: Shopper, shop: str
) -> None:
    old = picker(house, nora, shop).share(HIGH)
    house.clock.move(days=300)
    new = picker(house, nora, shop).share(LOW)
    assert new.id != old.id
    closed = grant_now(house, old.id)
    assert (closed.end_reason, closed.ended_at) == (EndReason.EXPIRED, old.ends_at)
    assert [version.act for version in history(house, old.id)] == [Act.GIVE, Act.EXPIRE, Act.ERASE]


def test_an_earlier_choice_is_remembered_also_after_it_ended(house: House, nora: Shopper, shop: str) -> None:
    assert not any(card.last_time for card in picker(house, nora, shop).cards().values())
    grant = picker(house, nora, shop).share(MEDIUM, "phone_number")
    consents.stop(house.services, grant.id, nora.id, NOTICE, house.clock.now)
    cards = picker(house, nora, shop).cards()
    assert [level for level, card in cards.items() if card.last_time] == [MEDIUM]
    assert cards[MEDIUM].difference is None
    assert "phone_number" in cards[MEDIUM].before
    assert "phone_number" not in cards[MEDIUM].proposal.claims
    house.clock.move(seconds=1)
    again = picker(house, nora, shop).share(LOW)
    beside = picker(house, nora, shop).cards()
    assert [(level, card.difference is None) for level, card in beside.items() if card.last_time] == [(LOW, False)]
    consents.stop(house.services, again.id, nora.id, NOTICE, house.clock.now)
    assert [level for level, card in picker(house, nora, shop).cards().items() if card.last_time] == [LOW]


# --- lowering -----------------------------------------------------------------------------------------------------


def test_stepping_down_shrinks_what_a_token_already_out_returns(house: House, nora: Shopper, shop: str) -> None:
    grant = picker(house, nora, shop).share(HIGH, "birthdate", "phone_number")
    token = bearer_of(grant)
    assert released(house, token) == {"email", "address", "birthdate", "phone_number"}
    consents.step_down(house.services, grant.id, nora.id, MEDIUM, NOTICE, house.clock.now)
    assert released(house, token) == {"email", "address", "phone_number"}
    consents.step_down(house.services, grant.id, nora.id, LOW, NOTICE, house.clock.now)
    assert released(house, token) == {"email"}
    assert grant_now(house, grant.id).collection is None


def test_stepping_up_never_widens_a_token_already_out(house: House, nora: Shopper, shop: str) -> None:
    token = bearer_of(picker(house, nora, shop).share(LOW))
    grant = picker(house, nora, shop, grant_action="merge").share(HIGH, "birthdate", "name")
    assert released(house, token) == {"email"}
    curious = replace(token, asked=Asked(frozenset({"email", "name", "address", "birthdate"})))
    assert released(house, curious) == {"email", "name"}  # not even one that asked for all: its level holds it down
    assert released(house, bearer_of(grant)) == {"email", "name", "address", "birthdate"}


def test_stepping_down_adds_no_claim_no_purpose_and_no_day(house: House, nora: Shopper, shop: str) -> None:
    grant = picker(house, nora, shop, scopes=ALL_LEVELS | {"offline_access"}).share(HIGH, "birthdate")
    house.clock.move(days=10)
    lower = consents.step_down(house.services, grant.id, nora.id, LOW, NOTICE, house.clock.now)
    assert lower.claims < grant.claims
    assert lower.purposes < grant.purposes
    assert lower.ends_at == grant.ends_at  # low could be kept a year; what was agreed was six months
    assert (lower.given_at, lower.offline) == (grant.given_at, True)
    before, after = (agreed_terms.read(version.terms) for version in history(house, grant.id))
    assert set(after) == lower.claims
    assert all(after[name].until <= before[name].until for name in after)


def test_a_claim_that_was_agreed_for_a_month_is_kept_no_longer_at_a_lower_level(house: House, nora: Shopper) -> None:
    month = {"required": ["email", "address"], "claims": {"email": {"retention": "P1M"}}}
    use = {**INTENDED_USE, "medium": {**INTENDED_USE["medium"], **month}}
    grant = picker(house, nora, add_client(house, intended_use=use)).share(MEDIUM)
    consents.step_down(house.services, grant.id, nora.id, LOW, NOTICE, house.clock.now)
    before, after = (agreed_terms.read(version.terms)["email"].until for version in history(house, grant.id))
    assert after == before < grant.ends_at


@pytest.mark.parametrize("level", [MEDIUM, HIGH])
def test_a_level_that_is_not_lower_is_no_step_down(house: House, nora: Shopper, shop: str, level: Level) -> None:
    grant = picker(house, nora, shop).share(MEDIUM)
    with pytest.raises(Refusal, match="not_lower"):
        consents.step_down(house.services, grant.id, nora.id, level, NOTICE, house.clock.now)
    assert grant_now(house, grant.id) == grant


def test_nobody_lowers_or_stops_the_grant_of_somebody_else(house: House, nora: Shopper, shop: str) -> None:
    grant, stranger = picker(house, nora, shop).share(HIGH), add_person(house)
    with pytest.raises(Refusal, match="no_grant"):
        consents.step_down(house.services, grant.id, stranger.id, LOW, NOTICE, house.clock.now)
    with pytest.raises(Refusal, match="no_grant"):
        consents.stop(house.services, grant.id, stranger.id, NOTICE, house.clock.now)
    assert grant_now(house, grant.id) == grant


def test_a_narrowed_profile_cuts_what_runs_and_allowing_it_again_gives_nothing_back(
    house: House, nora: Shopper, shop: str
) -> None:
    grant, low = picker(house, nora, shop).share(HIGH, "birthdate"), picker(house, nora, add_client(house)).share(LOW)
    work = personas.add(house.services, nora.id, "Work", "clay", house.clock.now)
    theirs = picker(house, nora, shop, work).share(HIGH, "birthdate")
    stopped = picker(house, nora, add_client(house)).share(HIGH)
    consents.stop(house.services, stopped.id, nora.id, NOTICE, house.clock.now)
    token, own = bearer_of(grant), profiles.of_persona(house.services, nora.id, nora.persona_id)[HIGH]
    narrower = replace(own, claims=own.claims - {"address"}, purposes=own.purposes - {"loyalty"})
    for next_one in (narrower, own):
        profiles.change(house.services, nora.id, nora.persona_id, next_one, NOTICE, house.clock.now)
        assert released(house, token) == {"email"}
    cut = grant_now(house, grant.id)
    assert (cut.claims, cut.collection, cut.version) == ({"email"}, None, 2)
    assert "loyalty@1" not in cut.purposes
    assert set(agreed_terms.read(history(house, grant.id)[-1].terms)) == {"email"}
    nothing = replace(own, level=MEDIUM, claims=frozenset(), purposes=frozenset())
    profiles.change(house.services, nora.id, nora.persona_id, nothing, NOTICE, house.clock.now)
    assert (grant_now(house, low.id), grant_now(house, theirs.id)) == (low, theirs)
    below = [released(house, replace(bearer_of(each), level=MEDIUM)) for each in (cut, theirs)]
    assert below == [set(), {"email", "address"}]
    again = picker(house, nora, shop).cards()[HIGH]
    assert again.difference is not None
    assert again.difference.claims == {"address"}


def test_nobody_changes_the_profile_of_somebody_else_or_allows_more_than_the_level_does(
    house: House, nora: Shopper, shop: str
) -> None:
    grant, everything = (
        picker(house, nora, shop).share(LOW),
        profiles.of_persona(house.services, nora.id, nora.persona_id),
    )
    nothing = replace(everything[LOW], claims=frozenset(), purposes=frozenset())
    with pytest.raises(Refusal, match="no_persona"):
        profiles.change(house.services, add_person(house).id, nora.persona_id, nothing, NOTICE, house.clock.now)
    beyond = replace(everything[HIGH], level=LOW, longest=everything[LOW].longest)
    allowed = profiles.change(house.services, nora.id, nora.persona_id, beyond, NOTICE, house.clock.now)
    assert allowed == everything[LOW] != beyond
    assert profiles.of_persona(house.services, nora.id, nora.persona_id) == everything
    assert grant_now(house, grant.id) == grant


def test_an_extra_is_taken_back_alone_also_from_a_token_already_out(house: House, nora: Shopper, shop: str) -> None:
    grant = picker(house, nora, shop).share(MEDIUM, "phone_number", "name")
    token = bearer_of(grant)
    less = consents.take_back(house.services, grant.id, nora.id, "phone_number", NOTICE, house.clock.now)
    assert released(house, token) == {"email", "address", "name"}
    assert (less.level, less.ends_at, less.purposes) == (grant.level, grant.ends_at, grant.purposes)
    before, after = (agreed_terms.read(version.terms) for version in history(house, grant.id))
    assert after == {name: item for name, item in before.items() if name != "phone_number"}
    assert picker(house, nora, shop).cards()[MEDIUM].proposal.extras == {"phone_number", "name"}


@pytest.mark.parametrize("claim", ["email", "birthdate", "phone_number"])
def test_what_the_level_needs_or_was_never_given_is_not_taken_back(
    house: House, nora: Shopper, shop: str, claim: str
) -> None:
    grant = picker(house, nora, shop).share(MEDIUM, "name")
    with pytest.raises(Refusal, match="no_extra"):
        consents.take_back(house.services, grant.id, nora.id, claim, NOTICE, house.clock.now)
    with pytest.raises(Refusal, match="no_grant"):
        consents.take_back(house.services, grant.id, add_person(house).id, "name", NOTICE, house.clock.now)
    assert grant_now(house, grant.id) == grant


# --- stopping -----------------------------------------------------------------------------------------------------


def test_stopping_shuts_the_gate_for_every_token_of_the_grant(house: House, nora: Shopper, shop: str) -> None:
    grant = picker(house, nora, shop).share(MEDIUM)
    token = bearer_of(grant)
    ended = consents.stop(house.services, grant.id, nora.id, NOTICE, house.clock.now)
    assert (ended.end_reason, ended.ended_at) == (EndReason.WITHDRAWN, house.clock.now)
    assert released(house, token) == "grant_ended"
    assert grant_now(house, grant.id) == ended
    with pytest.raises(Refusal, match="no_grant"):
        consents.stop(house.services, grant.id, nora.id, NOTICE, house.clock.now)
    again = picker(house, nora, shop).share(MEDIUM)
    assert (again.id != grant.id, again.sub) == (True, grant.sub)
    assert released(house, token) == "grant_ended"


def test_after_stopping_only_what_the_law_demands_may_still_be_kept(house: House, nora: Shopper) -> None:
    invoicing = {"address": {"purposes": ["invoicing"], "ground": "legal_duty", "retention": "P7Y"}}
    shop = add_client(house, intended_use={**INTENDED_USE, "medium": {**INTENDED_USE["medium"], "claims": invoicing}})
    grant = picker(house, nora, shop).share(MEDIUM)
    house.clock.move(days=5)
    consents.stop(house.services, grant.id, nora.id, NOTICE, house.clock.now)
    terms = agreed_terms.read(history(house, grant.id)[-1].terms)
    assert terms["email"].until == house.clock.now
    assert terms["address"].until - grant.given_at > timedelta(days=7 * 365)


# --- at once ------------------------------------------------------------------------------------------------------


def all_at_once(acts: list[Callable[[], Any]]) -> list[Any]:
    """Do them in threads of their own that start together; what each came to, a refusal by its code."""
    ready = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        ready.wait()
        try:
            return act()
        except Refusal as refusal:
            return refusal.code

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_of_many_submits_of_one_picker_one_makes_a_grant(house: House, nora: Shopper, shop: str) -> None:
    asking = picker(house, nora, shop)
    choice = asking.choice(LOW)
    outcomes = all_at_once([lambda: asking.take(choice)] * 8)
    assert outcomes.count("already_decided") == 7
    (grant,) = grants_of(house, nora)
    assert (grant.version, len(history(house, grant.id))) == (1, 1)


def test_a_card_shown_beside_what_was_stopped_or_lowered_since_is_shown_again(
    house: House, nora: Shopper, shop: str
) -> None:
    first = picker(house, nora, shop).share(MEDIUM)
    again = picker(house, nora, shop, grant_action="merge")
    beside_medium = again.choice(MEDIUM)
    consents.step_down(house.services, first.id, nora.id, LOW, NOTICE, house.clock.now)
    assert refused_for(again, beside_medium) == "card_changed"
    beside_low = again.choice(MEDIUM)
    consents.stop(house.services, first.id, nora.id, NOTICE, house.clock.now)
    assert refused_for(again, beside_low) == "card_changed"
    assert again.share(MEDIUM).id != first.id


def test_purposes_and_grounds_of_extras_count_when_they_are_ticked(house: House, nora: Shopper) -> None:
    own = {"name": {"purposes": ["service"], "ground": "consent"}}
    shop = add_client(house, intended_use={"low": {**INTENDED_USE["low"], "purposes": ["account"], "claims": own}})
    card = picker(house, nora, shop).cards()[LOW].proposal
    assert (card.purposes, card.offered_purposes) == ({"account@1"}, {"account@1", "service@1"})
    grant = picker(house, nora, shop).share(LOW, "name")
    assert grant.purposes == {"account@1", "service@1"}
    less = consents.take_back(house.services, grant.id, nora.id, "name", NOTICE, house.clock.now)
    assert less.purposes == {"account@1"}


def test_pickers_in_many_windows_end_in_one_grant_with_a_version_each(house: House, nora: Shopper, shop: str) -> None:
    windows = [picker(house, nora, shop) for _ in range(6)]
    choices = [window.choice(LOW) for window in windows]
    outcomes = all_at_once([lambda at=at: windows[at].take(choices[at]) for at in range(6)])
    assert [outcome for outcome in outcomes if isinstance(outcome, str)] == []
    (grant,) = grants_of(house, nora)
    assert [version.version for version in history(house, grant.id)] == [1, 2, 3, 4, 5, 6]


def test_stopping_while_stepping_down_ends_stopped_with_a_version_for_each_act(
    house: House, nora: Shopper, shop: str
) -> None:
    services, now = house.services, house.clock.now
    for _ in range(4):
        grant = picker(house, nora, shop).share(HIGH)
        down, stopped = all_at_once(
            [
                lambda grant=grant: consents.step_down(services, grant.id, nora.id, LOW, NOTICE, now),
                lambda grant=grant: consents.stop(services, grant.id, nora.id, NOTICE, now),
            ]
        )
        assert not isinstance(stopped, str)
        last = grant_now(house, grant.id)
        assert last.end_reason is EndReason.WITHDRAWN
        acts = [version.act for version in history(house, grant.id)]
        expected = [Act.GIVE, Act.WITHDRAW] if down == "no_grant" else [Act.GIVE, Act.CHANGE, Act.WITHDRAW]
        assert acts == expected
        assert last.version == len(acts)


def test_a_version_is_written_over_the_one_before_it_alone_and_over_an_end_only_its_number(
    house: House, nora: Shopper, shop: str
) -> None:
    grant = picker(house, nora, shop).share(LOW)
    with house.services.database.write() as db:
        assert not grants.replace_version(db, replace(grant, version=3))
        assert not grants.count_version(db, replace(grant, version=2))
    consents.stop(house.services, grant.id, nora.id, NOTICE, house.clock.now)
    with house.services.database.write() as db:
        assert not grants.replace_version(db, replace(grant, version=3))
        assert not grants.count_version(db, replace(grant, version=4))
    assert grant_now(house, grant.id).end_reason is EndReason.WITHDRAWN


def test_of_many_stops_one_stops(house: House, nora: Shopper, shop: str) -> None:
    grant = picker(house, nora, shop).share(LOW)
    stop = lambda: consents.stop(house.services, grant.id, nora.id, NOTICE, house.clock.now)  # noqa: E731 - one act, eight times
    assert all_at_once([stop] * 8).count("no_grant") == 7
    assert len(history(house, grant.id)) == 2
