"""A pause freezes everything at once, ends nothing, and gives nothing more when it is over (GDPR 18)."""

from dataclasses import replace

import pytest

from app.domain.errors import Refusal
from app.domain.levels import Level
from app.services import consents, pausing, sharing
from app.services.sharing import State
from tests.factories import Shopper, add_client, add_person
from tests.redeeming import BackOffice, Login, refused, tokens
from tests.servers.house import House
from tests.services.deciding import NOTICE, bearer_of, grant_now, history, picker, released
from tests.services.told import last_receipt, told_of
from tests.vault import Customer, Till

LOW, MEDIUM = Level.LOW, Level.MEDIUM


@pytest.fixture
def house(shared_house: House) -> House:
    return shared_house


@pytest.fixture
def shop(house: House) -> str:
    return add_client(house)


def pause(login: Login) -> None:
    pausing.pause(login.house.services, login.grant.id, login.person.id, NOTICE, login.house.clock.now)


def resume(login: Login) -> None:
    pausing.resume(login.house.services, login.grant.id, login.person.id, NOTICE, login.house.clock.now)


def test_a_pause_acts_at_the_very_next_call_on_what_is_out_already(office: BackOffice, login: Login) -> None:
    out, code = tokens(office.redeem(login.code())), login.code()
    assert office.userinfo(out["access_token"]).status_code == 200
    pause(login)
    assert refused(office.userinfo(out["access_token"]), 401) == "invalid_token"
    assert office.introspect(out["access_token"]) == {"active": False}
    assert office.introspect(out["refresh_token"]) == {"active": False}
    assert refused(office.refresh(out["refresh_token"])) == "invalid_grant"
    assert refused(office.redeem(code)) == "invalid_grant"


def test_a_refused_refresh_during_a_pause_uses_nothing_up(app_office: BackOffice, app_login: Login) -> None:
    out = tokens(app_office.redeem(app_login.code()))
    pause(app_login)
    assert refused(app_office.refresh(out["refresh_token"])) == "invalid_grant"
    resume(app_login)
    again = tokens(app_office.refresh(out["refresh_token"]))
    assert app_office.userinfo(again["access_token"]).status_code == 200


def test_what_is_resumed_is_what_was_agreed_and_no_day_longer(house: House, nora: Shopper, shop: str) -> None:
    before = picker(house, nora, shop).share(MEDIUM, "phone_number")
    pausing.pause(house.services, before.id, nora.id, NOTICE, house.clock.now)
    house.clock.move(days=30)
    assert pausing.is_paused(house.services, nora.persona_id, shop, house.clock.now)
    after = pausing.resume(house.services, before.id, nora.id, NOTICE, house.clock.now)
    assert not pausing.is_paused(house.services, nora.persona_id, shop, house.clock.now)
    assert after == replace(before, version=3)
    assert grant_now(house, before.id) == after
    assert released(house, bearer_of(before)) == {"email", "address", "phone_number"}


def test_each_has_a_version_a_receipt_and_an_event(house: House, nora: Shopper, shop: str) -> None:
    grant = picker(house, nora, shop).share(LOW)
    house.clock.move(seconds=1)
    pausing.pause(house.services, grant.id, nora.id, NOTICE, house.clock.now)
    receipt = last_receipt(house, nora, grant)
    assert receipt["event"]["event_state"] == "https://w3id.org/dpv#ConsentStatusInvalidForProcessing"
    since = house.clock.now.isoformat(timespec="seconds")
    assert receipt["processing"]["restriction"] == {"right": "https://w3id.org/dpv/legal/eu/gdpr#A18", "since": since}
    house.clock.move(seconds=1)
    pausing.resume(house.services, grant.id, nora.id, NOTICE, house.clock.now)
    resumed = last_receipt(house, nora, grant)
    assert "restriction" not in resumed["processing"]
    assert resumed["event"]["event_state"] == "https://w3id.org/dpv#RenewedConsentGiven"
    assert [version.paused for version in history(house, grant.id)] == [False, True, False]
    told = told_of(house, grant, "consent-changed")
    assert [each["paused"] for each in told if "paused" in each] == [True, False]


def test_pausing_what_rests_or_resuming_what_runs_changes_nothing(house: House, nora: Shopper, shop: str) -> None:
    grant = picker(house, nora, shop).share(LOW)
    assert pausing.resume(house.services, grant.id, nora.id, NOTICE, house.clock.now) == grant
    paused = pausing.pause(house.services, grant.id, nora.id, NOTICE, house.clock.now)
    house.clock.move(days=1)
    assert pausing.pause(house.services, grant.id, nora.id, NOTICE, house.clock.now) == paused
    assert len(history(house, grant.id)) == 2


def test_nobody_pauses_what_is_not_theirs_or_is_over(house: House, nora: Shopper, shop: str) -> None:
    grant = picker(house, nora, shop).share(LOW)
    other = add_person(house)
    for act in (pausing.pause, pausing.resume):
        with pytest.raises(Refusal, match="no_grant"):
            act(house.services, grant.id, other.id, NOTICE, house.clock.now)
    paused = pausing.pause(house.services, grant.id, nora.id, NOTICE, house.clock.now)
    with pytest.raises(Refusal, match="no_grant"):
        pausing.resume(house.services, grant.id, nora.id, NOTICE, paused.ends_at)
    consents.stop(house.services, grant.id, nora.id, NOTICE, house.clock.now)
    with pytest.raises(Refusal, match="no_grant"):
        pausing.resume(house.services, grant.id, nora.id, NOTICE, house.clock.now)


def test_a_paused_grant_can_be_lowered_and_stopped_and_stays_paused(house: House, nora: Shopper, shop: str) -> None:
    grant = picker(house, nora, shop).share(MEDIUM)
    pausing.pause(house.services, grant.id, nora.id, NOTICE, house.clock.now)
    lower = consents.step_down(house.services, grant.id, nora.id, LOW, NOTICE, house.clock.now)
    assert lower.paused_at is not None
    assert released(house, bearer_of(lower)) == "grant_paused"
    consents.stop(house.services, grant.id, nora.id, NOTICE, house.clock.now)
    assert released(house, bearer_of(lower)) == "grant_ended"
    assert not pausing.is_paused(house.services, nora.persona_id, shop, house.clock.now)


@pytest.mark.parametrize("action", [None, "merge", "replace", "create"])
def test_no_decision_at_a_picker_gets_around_a_pause(
    house: House, nora: Shopper, shop: str, action: str | None
) -> None:
    grant = picker(house, nora, shop).share(LOW)
    waiting = picker(house, nora, shop, grant_action=action)
    choice = waiting.choice(MEDIUM)
    pausing.pause(house.services, grant.id, nora.id, NOTICE, house.clock.now)
    with pytest.raises(Refusal, match="paused"):
        waiting.take(choice)
    assert grant_now(house, grant.id).level is LOW


def test_the_dashboard_counts_it_as_running_and_shows_that_nothing_can_be_read(
    house: House, nora: Shopper, shop: str
) -> None:
    grant = picker(house, nora, shop).share(LOW)
    pausing.pause(house.services, grant.id, nora.id, NOTICE, house.clock.now)
    relation = sharing.relation(house.services, nora.id, grant.id, house.clock.now)
    assert relation is not None
    assert (relation.shared.state, relation.shared.running, relation.readable) == (State.PAUSED, True, None)
    over = sharing.one(house.services, nora.id, grant.id, grant.ends_at)
    assert over is not None
    assert over.state is State.ENDED


def test_a_till_may_collect_nothing_during_a_pause(till: Till, customer: Customer, house: House) -> None:
    assert till.allowed(customer.sub)
    pausing.pause(house.services, customer.grant.id, customer.person.id, NOTICE, house.clock.now)
    assert not till.allowed(customer.sub)
    pausing.resume(house.services, customer.grant.id, customer.person.id, NOTICE, house.clock.now)
    assert till.allowed(customer.sub)
