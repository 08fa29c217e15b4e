from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from app.domain.collection import Collection
from app.domain.consent import Difference
from app.domain.errors import Refusal
from app.domain.grants import Grant
from app.domain.levels import Level
from app.domain.release import Asked
from app.domain.retention import Period
from app.services import audience, consents, correction, extension, objections, pausing, personas, profiles, proposals
from app.services.coverage import Coverage, covering, paused
from app.storage import clients, time_marks
from app.storage.tables.grants import grants
from app.storage.tables.parties import businesses
from tests.factories import INTENDED_USE, Shopper, a_request, add_client, add_person, client_of
from tests.servers.house import House
from tests.services.deciding import NOTICE, picker

LOW, MEDIUM, HIGH = Level.LOW, Level.MEDIUM, Level.HIGH


@pytest.fixture
def house(shared_house: House) -> House:
    return shared_house


@pytest.fixture
def shop(house: House) -> str:
    return add_client(house)


def covered(house: House, person: Shopper, client_id: str, *scopes: str, **asked: Any) -> Coverage | None:
    """Whether a silent login for these scopes can be answered."""
    request = a_request(house, client_id, scopes=frozenset({"openid", *scopes}), **asked)
    with house.services.database.read() as db:
        return covering(house.services, db, request, client_of(house, client_id), person.id, house.clock.now)


def declare_medium(house: House, client_id: str, **changed: Any) -> None:
    """The business declares its level medium anew."""
    declared = {**INTENDED_USE, "medium": {**INTENDED_USE["medium"], **changed}}
    business_id = client_of(house, client_id).business.id
    with house.services.database.write() as db:
        db.execute(update(businesses).where(businesses.c.id == business_id).values(intended_use=declared))


def medium_and_then_low_at_work(house: House, person: Shopper, shop: str) -> tuple[Grant, Grant]:
    """What the first persona gave the shop, and what another one gave it a moment later."""
    first = picker(house, person, shop).share(MEDIUM)
    house.clock.move(seconds=1)
    work = personas.add(house.services, person.id, "work", "clay", house.clock.now)
    return first, picker(house, person, shop, work, scopes=frozenset({"openid", "identity:low"})).share(LOW)


@contextmanager
def set_back_from(house: House, moment: datetime) -> Iterator[None]:
    """The clock as it is, after this later moment was seen."""
    with house.services.database.write() as db:
        time_marks.raise_to(db, moment)
    try:
        yield
    finally:
        with house.services.database.write() as db:
            time_marks.forget(db)


def test_without_a_grant_nothing_is_covered(house: House, nora: Shopper, shop: str) -> None:
    assert covered(house, nora, shop, "identity:low") is None


def test_the_same_request_again_is_covered_by_what_was_given(house: House, nora: Shopper, shop: str) -> None:
    grant = picker(house, nora, shop).share(MEDIUM, "phone_number")
    found = covered(house, nora, shop, "identity:medium")
    assert found is not None
    assert (found.grant, found.level) == (grant, MEDIUM)
    assert found.asked.userinfo == {"email", "address", "phone_number"}


@pytest.mark.parametrize(
    ("given", "accepted", "answered"),
    [
        (LOW, "identity:low", LOW),
        (MEDIUM, "identity:low", LOW),
        (HIGH, "identity:low identity:medium", MEDIUM),
        (MEDIUM, "identity:low identity:high", LOW),
        (HIGH, "identity:high", HIGH),
        (LOW, "identity:medium", None),
        (MEDIUM, "identity:high", None),
    ],
)
def test_a_login_is_answered_at_the_highest_level_both_accepted_and_given(
    house: House, nora: Shopper, shop: str, given: Level, accepted: str, answered: Level | None
) -> None:
    picker(house, nora, shop).share(given)
    found = covered(house, nora, shop, *accepted.split())
    assert (found and found.level) == answered


def test_low_given_beside_a_grant_of_more_answers_the_request_it_was_given_for(
    house: House, nora: Shopper, shop: str
) -> None:
    """By ``merge`` the grant stays at medium, and of medium it lacks what this request asks."""
    picker(house, nora, shop, scopes=frozenset({"openid", "phone"})).share(MEDIUM)
    asking = picker(house, nora, shop, grant_action="merge")
    merged = asking.share(LOW)
    with house.services.database.read() as db:
        found = covering(
            house.services, db, asking.stored.request, asking.client, nora.id, house.clock.now, given=merged.id
        )
    assert (merged.level, found and found.level) == (MEDIUM, LOW)
    assert found is not None
    assert found.asked.userinfo == {"email"}


def test_who_chose_low_beside_a_grant_of_more_is_asked_for_the_rest_only_when_something_new_is_wanted(
    house: House, nora: Shopper, shop: str
) -> None:
    """Each login of this kind names both levels, adds, and would like more of medium than was given."""
    both = {"scopes": frozenset({"openid", "identity:low", "identity:medium"}), "grant_action": "merge"}
    asked = {"grant_action": "merge"}
    picker(house, nora, shop).share(MEDIUM)
    declare_medium(house, shop, required=["address", "phone_number"])
    assert covered(house, nora, shop, "identity:low", "identity:medium", **asked) is None
    assert picker(house, nora, shop, **both).share(LOW).level is MEDIUM
    again = covered(house, nora, shop, "identity:low", "identity:medium", **asked)
    assert (again and again.level) == LOW
    assert covered(house, nora, shop, "identity:medium") is None
    declare_medium(house, shop, required=["address", "phone_number", "name"])
    assert covered(house, nora, shop, "identity:low", "identity:medium", **asked) is None
    picker(house, nora, shop, **both).share(MEDIUM)
    assert picker(house, nora, shop, **both).share(LOW).level is MEDIUM
    again = covered(house, nora, shop, "identity:low", "identity:medium", **asked)
    assert (again and again.level) == MEDIUM


def test_a_request_is_answered_as_the_persona_it_was_answered_as(house: House, nora: Shopper, shop: str) -> None:
    """Also when the other persona decided later: a merge below what a grant has leaves its day as it was."""
    whole = picker(house, nora, shop).share(HIGH)
    house.clock.move(seconds=1)
    work = personas.add(house.services, nora.id, "work", "clay", house.clock.now)
    picker(house, nora, shop, work, scopes=frozenset({"openid"})).share(LOW)
    asking = picker(
        house, nora, shop, grant_action="merge", prompt=frozenset({"consent"}), scopes=frozenset({"openid"})
    )
    assert asking.share(LOW).id == whole.id
    with house.services.database.read() as db:
        found = covering(
            house.services, db, asking.stored.request, asking.client, nora.id, house.clock.now, given=whole.id
        )
    assert found is not None
    assert found.grant.id == whole.id


def test_the_next_login_goes_on_as_the_persona_that_was_chosen_last(house: House, nora: Shopper, shop: str) -> None:
    whole = picker(house, nora, shop).share(HIGH)
    house.clock.move(seconds=1)
    work = personas.add(house.services, nora.id, "work", "clay", house.clock.now)
    works = picker(house, nora, shop, work).share(LOW)
    house.clock.move(seconds=1)
    below = picker(house, nora, shop, grant_action="merge", scopes=frozenset({"openid", "identity:low"})).share(LOW)
    assert (below.id, below.given_at) == (whole.id, whole.given_at)
    house.clock.move(seconds=1)  # what is done on the dashboard chooses nothing
    objections.object_to(house.services, works.id, nora.id, "service", NOTICE, house.clock.now)
    latest = covered(house, nora, shop, "identity:low")
    assert latest is not None
    assert latest.grant.id == whole.id
    with house.services.database.read() as db:
        assert proposals.persona_of_last_visit(db, nora.id, shop, house.clock.now) == nora.persona_id


def test_what_one_persona_gave_answers_no_login_after_another_was_chosen(
    house: House, nora: Shopper, shop: str
) -> None:
    """Else one browser session would tell the shop that two subs are one person."""
    mine, works = medium_and_then_low_at_work(house, nora, shop)
    assert covered(house, nora, shop, "identity:medium") is None
    pausing.pause(house.services, works.id, nora.id, NOTICE, house.clock.now)
    assert covered(house, nora, shop, "identity:low") is None
    pausing.resume(house.services, works.id, nora.id, NOTICE, house.clock.now)
    consents.stop(house.services, works.id, nora.id, NOTICE, house.clock.now)
    for asked in ("identity:low", "identity:medium"):
        assert covered(house, nora, shop, asked) is None
        hinted = covered(house, nora, shop, asked, hinted_sub=mine.sub)
        named = covered(house, nora, shop, asked, grant_id=mine.id)
        assert hinted is not None
        assert hinted == named
    house.clock.move(seconds=1)
    again = picker(house, nora, shop).share(MEDIUM)
    found = covered(house, nora, shop, "identity:medium")
    assert (found and found.grant) == again


def test_what_one_persona_gave_answers_no_login_once_the_later_choice_of_another_is_past_its_end(
    house: House, nora: Shopper, shop: str
) -> None:
    mine, works = medium_and_then_low_at_work(house, nora, shop)
    with house.services.database.write() as db:
        ends_at = house.clock.now + timedelta(days=1)
        db.execute(update(grants).where(grants.c.id == works.id).values(ends_at=ends_at))
    house.clock.move(days=2)
    assert covered(house, nora, shop, "identity:low") is None
    with house.services.database.write() as db:
        time_marks.raise_to(db, house.clock.now)
    assert covered(house, nora, shop, "identity:low") is None
    assert covered(house, nora, shop, "identity:low", hinted_sub=mine.sub) is not None


def test_what_a_persona_gives_elsewhere_and_what_another_person_gives_here_leaves_the_choice_as_it_was(
    house: House, nora: Shopper, shop: str
) -> None:
    picker(house, nora, shop).share(LOW)
    house.clock.move(seconds=1)
    work = personas.add(house.services, nora.id, "work", "clay", house.clock.now)
    for person, persona, client in ((nora, work, add_client(house)), (add_person(house), None, shop)):
        given = picker(house, person, client, persona or person.persona_id).share(LOW)
        consents.stop(house.services, given.id, person.id, NOTICE, house.clock.now)
    assert covered(house, nora, shop, "identity:low") is not None


def test_a_token_never_pins_more_than_the_grant_and_its_level_hold(house: House, nora: Shopper, shop: str) -> None:
    picker(house, nora, shop).share(HIGH, "birthdate", "name")
    in_token = Asked(id_token=frozenset({"name", "phone_number"}))
    found = covered(house, nora, shop, "identity:low", "profile", "phone", "address", claims=in_token)
    assert found is not None
    assert found.level is LOW
    assert found.asked.userinfo <= {"email", "name", "address", "birthdate"}
    assert found.asked.id_token == {"name"}


def test_beside_an_objection_a_login_pins_what_was_agreed_to_and_is_empty_now(
    house: House, nora: Shopper, shop: str
) -> None:
    grant = picker(house, nora, shop).share(MEDIUM, "phone_number")
    objections.object_to(house.services, grant.id, nora.id, "service", NOTICE, house.clock.now)
    correction.correct(house.services, nora.id, nora.persona_id, {"phone_number": None}, house.clock.now)
    found = covered(house, nora, shop, "identity:medium")
    assert found is not None
    assert found.asked.userinfo == {"email", "address", "phone_number"}


@pytest.mark.parametrize(("of", "kept_back"), [("claims", "name"), ("purposes", "service")])
def test_a_login_pins_nothing_that_the_own_profile_keeps_back_at_its_level(
    house: House, nora: Shopper, of: str, kept_back: str
) -> None:
    for_service = {**INTENDED_USE["low"], "claims": {"name": {"purposes": ["service"]}}}
    shop = add_client(house, intended_use={**INTENDED_USE, "low": for_service})
    picker(house, nora, shop).share(MEDIUM, "name")
    low = profiles.of_persona(house.services, nora.id, nora.persona_id)[LOW]
    narrower = replace(low, **{of: getattr(low, of) - {kept_back}})
    profiles.change(house.services, nora.id, nora.persona_id, narrower, NOTICE, house.clock.now)
    pinned = [covered(house, nora, shop, scope) for scope in ("identity:low", "identity:medium")]
    assert [each is not None and "name" in each.asked.userinfo for each in pinned] == [False, True]
    assert pinned[0] is not None


def test_stopping_lowering_and_the_end_date_each_ask_again(house: House, nora: Shopper, shop: str) -> None:
    grant = picker(house, nora, shop).share(MEDIUM)
    consents.step_down(house.services, grant.id, nora.id, LOW, NOTICE, house.clock.now)
    assert covered(house, nora, shop, "identity:medium") is None
    assert covered(house, nora, shop, "identity:low") is not None
    consents.stop(house.services, grant.id, nora.id, NOTICE, house.clock.now)
    assert covered(house, nora, shop, "identity:low") is None
    high = picker(house, nora, shop).share(HIGH)
    lowered = consents.step_down(house.services, high.id, nora.id, LOW, NOTICE, house.clock.now)
    found = covered(house, nora, shop, "identity:low", "identity:high")
    assert found is not None
    assert (found.grant, found.grant.ends_at) == (lowered, high.ends_at)
    high = picker(house, nora, shop).share(HIGH)
    house.clock.now = high.ends_at - timedelta(seconds=1)
    assert covered(house, nora, shop, "identity:high") is not None
    house.clock.move(seconds=1)
    assert covered(house, nora, shop, "identity:high") is None


def test_what_gave_nothing_ends_on_its_day_too(house: House, nora: Shopper) -> None:
    shop = add_client(house, intended_use={"low": {**INTENDED_USE["low"], "required": []}})
    grant = picker(house, nora, shop).share(LOW)
    assert (grant.claims, covered(house, nora, shop, "identity:low") is None) == (frozenset(), False)
    house.clock.now = grant.ends_at
    assert covered(house, nora, shop, "identity:low") is None


def test_a_paused_grant_answers_nothing_and_is_the_one_to_resume_until_another_is_given(
    house: House, nora: Shopper, shop: str
) -> None:
    def to_resume(**asked: Any) -> str | None:
        with house.services.database.read() as db:
            request = a_request(house, shop, **asked)
            found = paused(db, request, client_of(house, shop), nora.id, house.clock.now)
        return None if found is None else found.id

    assert to_resume() is None
    grant = picker(house, nora, shop).share(LOW)
    assert to_resume() is None
    pausing.pause(house.services, grant.id, nora.id, NOTICE, house.clock.now)
    assert covered(house, nora, shop, "identity:low") is None
    assert (to_resume(), to_resume(hinted_sub="nobody")) == (grant.id, None)
    work = personas.add(house.services, nora.id, "Work", "clay", house.clock.now)
    house.clock.move(seconds=1)
    works = picker(house, nora, shop, persona_id=work).share(LOW)
    assert to_resume() is None
    pausing.pause(house.services, works.id, nora.id, NOTICE, house.clock.now)
    assert to_resume() == works.id
    house.clock.now = works.ends_at
    assert to_resume() is None


@pytest.mark.parametrize("of", ["claims", "purposes"])
def test_a_login_below_the_level_given_is_not_asked_for_what_the_profile_leaves_out_above(
    house: House, nora: Shopper, shop: str, of: str
) -> None:
    """Else a shop that logs in at low and steps up at its checkout would have its picker shown at each of them."""
    own = profiles.of_persona(house.services, nora.id, nora.persona_id)[MEDIUM]
    narrower = replace(own, **{of: getattr(own, of) - {{"claims": "name", "purposes": "service"}[of]}})
    profiles.change(house.services, nora.id, nora.persona_id, narrower, NOTICE, house.clock.now)
    picker(house, nora, shop).share(MEDIUM)
    found = covered(house, nora, shop, "identity:low", "profile")
    assert found is not None
    assert (found.level, found.asked.userinfo) == (LOW, {"email"})


@pytest.mark.parametrize(("of", "left_out"), [("claims", "email"), ("purposes", "account")])
def test_what_is_given_below_the_level_given_answers_there_although_the_profile_leaves_it_out_above(
    house: House, nora: Shopper, of: str, left_out: str
) -> None:
    low = {**INTENDED_USE["low"], "purposes": ["account"]}
    shop = add_client(house, intended_use={**INTENDED_USE, "low": low})
    own = profiles.of_persona(house.services, nora.id, nora.persona_id)[MEDIUM]
    narrower = replace(own, **{of: getattr(own, of) - {left_out}})
    picker(house, nora, shop, scopes=frozenset({"openid", "identity:medium"})).share(MEDIUM)
    profiles.change(house.services, nora.id, nora.persona_id, narrower, NOTICE, house.clock.now)
    asking = picker(house, nora, shop, grant_action="merge", scopes=frozenset({"openid", "identity:low"}))
    merged = asking.share(LOW)
    assert (merged.level, "email" in merged.claims) == (MEDIUM, True)
    with house.services.database.read() as db:
        for given in (merged.id, None):
            request, client = asking.stored.request, asking.client
            found = covering(house.services, db, request, client, nora.id, house.clock.now, given=given)
            assert found is not None
            assert (found.level, found.asked.userinfo) == (LOW, {"email"})


def test_a_login_below_the_level_given_stays_on_the_ground_given_there(house: House, nora: Shopper) -> None:
    on_consent = {**INTENDED_USE["medium"], "required": ["address", "email"], "ground": "consent"}
    low = {**INTENDED_USE["low"], "ground": "contract"}
    shop = add_client(house, intended_use={"low": low, "medium": on_consent})
    grant = picker(house, nora, shop, scopes=frozenset({"openid", "identity:medium"})).share(MEDIUM)
    assert covered(house, nora, shop, "identity:low") is not None
    consents.step_down(house.services, grant.id, nora.id, LOW, NOTICE, house.clock.now)
    assert covered(house, nora, shop, "identity:low") is not None


def test_a_clock_set_back_brings_neither_a_grant_nor_a_pause_back(house: House, nora: Shopper, shop: str) -> None:
    request = a_request(house, shop)

    def uses() -> tuple[bool, bool, str | None, int]:
        with house.services.database.read() as db:
            waits = paused(db, request, client_of(house, shop), nora.id, house.clock.now) is not None
            persona_id = proposals.persona_of_last_visit(db, nora.id, shop, house.clock.now)
        shared = audience.of_persona(house.services, nora.id, nora.persona_id, house.clock.now)
        return covered(house, nora, shop, "identity:low") is not None, waits, persona_id, len(shared)

    grant = picker(house, nora, shop).share(LOW)
    assert uses() == (True, False, nora.persona_id, 1)
    with set_back_from(house, grant.ends_at):
        assert uses() == (False, False, None, 0)
    pausing.pause(house.services, grant.id, nora.id, NOTICE, house.clock.now)
    assert uses() == (False, True, nora.persona_id, 1)
    with set_back_from(house, grant.ends_at):
        assert uses() == (False, False, None, 0)


def test_a_clock_set_back_leaves_a_persona_no_grant_that_keeps_it(house: House, nora: Shopper, shop: str) -> None:
    work = personas.add(house.services, nora.id, "Work", "clay", house.clock.now)
    grant = picker(house, nora, shop, persona_id=work).share(LOW)
    with pytest.raises(Refusal, match="persona_in_use"):
        personas.remove(house.services, nora.id, work, house.clock.now)
    with set_back_from(house, grant.ends_at):
        personas.remove(house.services, nora.id, work, house.clock.now)


def test_a_clock_set_back_brings_no_term_of_a_claim_back(house: House, nora: Shopper) -> None:
    """One claim may be agreed to for shorter than the grant: from its day on the login is no longer covered."""
    shorter = {**INTENDED_USE["medium"], "claims": {"address": {"retention": "P1M"}}}
    shop = add_client(house, intended_use={**INTENDED_USE, "medium": shorter})
    grant = picker(house, nora, shop).share(MEDIUM)
    assert covered(house, nora, shop, "identity:medium") is not None
    with set_back_from(house, grant.given_at + timedelta(days=40)):
        assert covered(house, nora, shop, "identity:medium") is None


def test_a_business_that_took_another_name_since_has_to_ask_again(house: House, nora: Shopper, shop: str) -> None:
    given_at = picker(house, nora, shop).share(LOW).given_at
    client, request = client_of(house, shop), a_request(house, shop)
    for renamed_at, asks_again in ((given_at, False), (given_at + timedelta(seconds=1), True)):
        renamed = replace(client, business=replace(client.business, identity_changed_at=renamed_at))
        with house.services.database.read() as db:
            found = covering(house.services, db, request, renamed, nora.id, house.clock.now)
        assert (found is None) is asks_again


@pytest.mark.parametrize(
    ("change", "asks_again"),
    [
        ({"required": ["address", "name"]}, True),
        ({"purposes": ["delivery", "payment", "invoicing"]}, True),
        ({"claims": {"address": {"purposes": ["delivery", "account"]}}}, True),
        ({"claims": {"address": {"purposes": ["delivery"]}}}, False),
        ({"claims": {"address": {"ground": "legal_duty"}}}, True),
        ({"claims": {"address": {"ground": "consent"}}}, False),
        ({"claims": {"address": {"retention": "P1M"}}}, False),
        ({"claims": {"phone_number": {"ground": "legal_duty"}}}, False),  # an extra that was left
        ({"retention": "P2Y"}, True),
        ({"retention": "P1M"}, False),
        ({"purposes": ["delivery"]}, False),
        ({"optional": ["phone_number", "name"]}, False),  # asked for at low, and left
        ({"optional": ["phone_number", "given_name"]}, True),
        ({"optional": []}, False),
        ({"benefit": {"nl": "Meer", "en": "More"}}, False),
    ],
)
def test_a_business_that_declares_more_than_was_agreed_has_to_ask_again(
    house: House, nora: Shopper, change: dict[str, Any], asks_again: bool
) -> None:
    shop = add_client(house)
    picker(house, nora, shop, scopes=frozenset({"openid", "identity:medium"})).share(MEDIUM)
    declare_medium(house, shop, **change)
    assert (covered(house, nora, shop, "identity:medium") is None) == asks_again


def test_a_longer_term_asks_nothing_of_who_came_down_until_they_choose_anew_whatever_others_gave(
    house: House, nora: Shopper, shop: str
) -> None:
    grant = picker(house, nora, shop).share(HIGH)
    consents.step_down(house.services, grant.id, nora.id, MEDIUM, NOTICE, house.clock.now)
    picker(house, other := add_person(house), shop).share(MEDIUM)
    declare_medium(house, shop, retention="P18M")
    assert covered(house, nora, shop, "identity:medium") is not None
    assert covered(house, other, shop, "identity:medium") is None
    house.clock.move(seconds=1)
    picker(house, nora, shop).share(MEDIUM)
    declare_medium(house, shop, retention="P2Y")
    assert covered(house, nora, shop, "identity:medium") is None


def test_who_came_down_and_extended_is_not_asked_for_the_longer_term_of_the_lower_level(
    house: House, nora: Shopper
) -> None:
    shorter = {**INTENDED_USE["medium"], "retention": "P1M"}
    shop = add_client(house, intended_use={**INTENDED_USE, "medium": shorter})
    grant = picker(house, nora, shop).share(MEDIUM)
    consents.step_down(house.services, grant.id, nora.id, LOW, NOTICE, house.clock.now)
    house.clock.move(days=20)
    card = extension.offer(house.services, grant.id, nora.id, house.clock.now).card
    assert card is not None
    extended = extension.extend(house.services, grant.id, nora.id, card.shown, NOTICE, house.clock.now)
    assert extended.given_at > grant.given_at
    picker(house, add_person(house), shop).share(LOW)
    assert covered(house, nora, shop, "identity:low") is not None


def test_an_optional_claim_asked_for_the_first_time_asks_again_and_once_left_unticked_no_more(
    house: House, nora: Shopper, shop: str
) -> None:
    picker(house, nora, shop, scopes=frozenset({"openid", "email"})).share(LOW)
    assert covered(house, nora, shop, "email") is not None
    assert covered(house, nora, shop, "email", "profile") is None
    asking = picker(house, nora, shop, scopes=frozenset({"openid", "email", "profile"}))
    assert next(card.difference for card in asking.cards().values()) == Difference(extras=frozenset({"name"}))
    asking.share(LOW)
    found = covered(house, nora, shop, "email", "profile")
    assert found is not None
    assert found.asked.userinfo == {"email"}


def test_low_answers_who_asked_for_a_level_that_is_not_there_and_whoever_left_its_extra_is_not_asked_again(
    house: House, nora: Shopper
) -> None:
    shop = add_client(house, intended_use={"low": INTENDED_USE["low"]})
    asking = picker(house, nora, shop, scopes=frozenset({"openid", "identity:high"}))
    assert asking.cards()[LOW].proposal.extras == {"name"}
    given = asking.share(LOW)
    with house.services.database.read() as db:
        found = covering(
            house.services, db, asking.stored.request, asking.client, nora.id, house.clock.now, given=given.id
        )
    assert (found and found.level) == LOW


def test_a_raised_version_of_a_purpose_asks_again(house: House, nora: Shopper, shop: str) -> None:
    picker(house, nora, shop).share(LOW)
    policy = house.services.policy
    raised = {**policy.purposes, "account": replace(policy.purposes["account"], version=2)}
    newer = replace(house.services, policy=replace(policy, purposes=raised))
    request = a_request(house, shop)
    with newer.database.read() as db:
        assert covering(newer, db, request, client_of(house, shop), nora.id, house.clock.now) is None


def test_a_level_the_operator_made_narrower_turns_no_customer_of_a_shop_away(
    house: House, nora: Shopper, shop: str
) -> None:
    picker(house, nora, shop).share(MEDIUM)
    policy = house.services.policy
    rules = {
        level: replace(rule, claims=rule.claims - {"address"}, longest=Period(1))
        for level, rule in policy.rules.items()
    }
    narrower = replace(house.services, policy=replace(policy, rules=rules))
    request = a_request(house, shop, scopes=frozenset({"openid", "identity:medium"}))
    with narrower.database.read() as db:
        client = clients.find(db, narrower.policy, shop)
        assert client is not None
        assert "address" not in client.business.intended_use.levels[MEDIUM].claims
        found = covering(narrower, db, request, client, nora.id, house.clock.now)
    assert found is not None
    assert found.asked.userinfo == {"email"}


def test_a_profile_narrowed_below_what_is_required_asks_again(house: House, nora: Shopper, shop: str) -> None:
    picker(house, nora, shop).share(MEDIUM)
    own = profiles.of_persona(house.services, nora.id, nora.persona_id)[MEDIUM]
    without = replace(own, claims=own.claims - {"address"})
    profiles.change(house.services, nora.id, nora.persona_id, without, NOTICE, house.clock.now)
    assert covered(house, nora, shop, "identity:medium") is None
    profiles.change(house.services, nora.id, nora.persona_id, own, NOTICE, house.clock.now)
    assert covered(house, nora, shop, "identity:medium") is None  # what was cut takes a new decision
    picker(house, nora, shop).share(MEDIUM)
    assert covered(house, nora, shop, "identity:medium") is not None


def test_a_plain_client_asks_again_when_the_person_has_more_to_give(house: House, nora: Shopper) -> None:
    plain = add_client(house, intended_use=None)
    picker(house, nora, plain, scopes=frozenset({"openid", "profile"})).share(HIGH)
    assert covered(house, nora, plain, "profile") is not None
    correction.correct(house.services, nora.id, nora.persona_id, {"nickname": "Noor"}, house.clock.now)
    assert covered(house, nora, plain, "profile") is None


def test_a_wider_permission_or_offline_access_asks_again(house: House, nora: Shopper, shop: str) -> None:
    narrow = Collection(frozenset({"web"}), frozenset({"visit"}), frozenset({"loyalty"}), Period(1))
    picker(house, nora, shop, collection=narrow).share(HIGH)
    assert covered(house, nora, shop, "identity:high", collection=narrow) is not None
    wider = replace(narrow, channels=frozenset({"web", "store"}))
    assert covered(house, nora, shop, "identity:high", collection=wider) is None
    assert covered(house, nora, shop, "identity:high") is None  # all that the business declared
    assert covered(house, nora, shop, "identity:low", "offline_access") is None


def test_a_hint_or_a_grant_id_rules_out_every_other_grant(house: House, nora: Shopper, shop: str) -> None:
    work = personas.add(house.services, nora.id, "Work", "clay", house.clock.now)
    mine = picker(house, nora, shop).share(LOW)
    house.clock.move(seconds=1)
    works = picker(house, nora, shop, persona_id=work).share(LOW)
    latest = covered(house, nora, shop, "identity:low")
    assert latest is not None
    assert latest.grant == works
    for asked in ({"hinted_sub": mine.sub}, {"grant_id": mine.id}):
        found = covered(house, nora, shop, "identity:low", **asked)
        assert found is not None
        assert found.grant == mine
    for asked in ({"hinted_sub": "nobody"}, {"grant_id": "0" * 32}):
        assert covered(house, nora, shop, "identity:low", **asked) is None


def test_what_one_person_gave_covers_nobody_else(house: House, nora: Shopper, shop: str) -> None:
    picker(house, nora, shop).share(HIGH)
    assert covered(house, add_person(house), shop, "identity:low") is None


def test_the_picker_and_coverage_agree_on_what_is_new(house: House, nora: Shopper, shop: str) -> None:
    picker(house, nora, shop).share(MEDIUM)
    cards = picker(house, nora, shop).cards()
    for level, card in cards.items():
        silent = covered(house, nora, shop, level.scope) is not None
        assert silent == (not card.difference)
