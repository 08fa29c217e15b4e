"""A claim given for shorter than the rest: after its term it is read no more, and asked for like one never given."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.domain.claim_terms import ClaimTerms
from app.domain.intended_use import Ground
from app.domain.levels import Level
from app.domain.retention import Period
from app.services import (
    agreed_terms,
    audience,
    consents,
    coverage,
    expiry,
    extension,
    grant_management,
    profiles,
    proposals,
    sharing,
)
from tests.factories import (
    INTENDED_USE,
    Shopper,
    a_request,
    add_business,
    add_client,
    add_person,
    client_of,
    share,
)
from tests.redeeming import LOW_OFFLINE, SECRET, BackOffice, Login, log_in, tokens
from tests.servers.house import House
from tests.services.deciding import NOTICE, grant_now, history, picker
from tests.services.told import told_of


def _for_a_month(*names: str) -> dict[str, Any]:
    """A year for everything at level low, and a month for these."""
    low = {**INTENDED_USE["low"], "claims": {name: {"retention": "P1M"} for name in names}}
    return {**INTENDED_USE, "low": low}


@pytest.fixture
def nora(house: House) -> Shopper:
    return add_person(house, name="Nora Bos")


def _login(house: House, nora: Shopper, *names: str) -> tuple[Login, BackOffice]:
    business = add_business(house, intended_use=_for_a_month(*names))
    client_id = add_client(house, business_id=business, secret=SECRET)
    login = log_in(house, nora, client_id, scopes=LOW_OFFLINE, ticked=frozenset({"name"}))
    return login, BackOffice(house, client_id)


def _covered(login: Login) -> bool:
    house = login.house
    request = a_request(house, login.client_id, scopes=LOW_OFFLINE)
    with house.services.database.read() as db:
        client = client_of(house, login.client_id)
        return coverage.covering(house.services, db, request, client, login.person.id, house.clock.now) is not None


def test_after_its_term_a_claim_is_read_no_more_and_the_rest_is(house: House, nora: Shopper) -> None:
    login, office = _login(house, nora, "name")
    token = tokens(office.redeem(login.code()))["refresh_token"]
    house.clock.move(days=29)
    read = office.userinfo(tokens(office.refresh(token))["access_token"]).get_json()
    assert read["name"] == "Nora Bos"
    assert read["data_terms"]["name"]["until"] < read["data_terms"]["email"]["until"]
    house.clock.move(days=2)
    access = tokens(office.refresh(token))["access_token"]
    read = office.userinfo(access).get_json()
    assert "name" not in read
    assert "name" not in read["data_terms"]
    assert read["email"] == nora.email
    assert office.introspect(access)["data_claims"] == ["email"]
    asked = (house.services, nora.id, {nora.persona_id: {"name"}}, house.clock.now)
    assert audience.of_claims(*asked).told == ()
    (shared,) = sharing.overview(house.services, nora.id, house.clock.now)
    assert shared.given == shared.grant.claims - {"name"}
    client = client_of(house, login.client_id)
    told = grant_management.query(house.services, client, login.grant.id, house.clock.now)
    assert "name" not in told.grant.claims
    assert _covered(login), "nobody is asked for an extra again"
    offered = extension.offer(house.services, login.grant.id, nora.id, house.clock.now)
    assert offered.card is not None
    assert "name" not in offered.card.proposal.claims, "to extend brings nothing back"
    share(house, nora, login.client_id, scopes=LOW_OFFLINE, grant_action="merge")
    again = tokens(office.redeem(login.again().code()))["access_token"]
    assert "name" not in office.userinfo(again).get_json(), "nor does to share once more"


def test_what_a_level_needs_is_asked_for_again_and_shown_as_new(house: House, nora: Shopper) -> None:
    login, office = _login(house, nora, "email")
    assert _covered(login)
    house.clock.move(days=31)
    assert not _covered(login)
    offered = extension.offer(house.services, login.grant.id, nora.id, house.clock.now)
    assert offered.card is not None
    assert offered.card.proposal.claims == {"name"}, "to extend does not ask for it by the way"
    request = a_request(house, login.client_id, scopes=LOW_OFFLINE, grant_action="merge")
    with house.services.database.read() as db:
        cards = proposals.cards(
            house.services,
            db,
            request,
            client_of(house, login.client_id),
            nora.id,
            nora.persona_id,
            house.clock.now,
        )
    (low,) = [card for card in cards if card.proposal.level is Level.LOW]
    assert low.difference is not None
    assert (low.difference.claims, low.known) == ({"email"}, {"name"})
    again = share(house, nora, login.client_id, scopes=LOW_OFFLINE, grant_action="merge")
    assert (again.id, "email" in again.claims) == (login.grant.id, True)
    assert told_of(house, again, "consent-changed")[-1]["claims_added"] == ["email"]
    had = tokens(office.redeem(login.again().code()))
    assert office.userinfo(had["access_token"]).get_json()["email"] == nora.email


def test_a_clock_that_is_set_back_makes_no_term_longer(house: House, nora: Shopper) -> None:
    login, office = _login(house, nora, "name")
    token = tokens(office.redeem(login.code()))["refresh_token"]
    house.clock.move(days=31)
    expiry.see(house.services, house.clock.now)
    house.clock.move(days=-5)
    assert "name" not in office.userinfo(tokens(office.refresh(token))["access_token"]).get_json()


def test_what_is_lowered_late_runs_as_long_as_its_receipt_says_beside_a_merge_and_at_userinfo(
    house: House, nora: Shopper
) -> None:
    fortnight = {level: {**INTENDED_USE[level], "retention": "P14D"} for level in ("low", "medium")}
    half_a_year = {**INTENDED_USE["high"], "required": ["email", "address"]}
    client_id = add_client(house, intended_use={**fortnight, "high": half_a_year}, secret=SECRET)
    office = BackOffice(house, client_id)
    login = log_in(house, nora, client_id, Level.HIGH, scopes=LOW_OFFLINE | {"identity:medium", "identity:high"})
    token = tokens(office.redeem(login.code()))["refresh_token"]
    house.clock.move(days=20)
    consents.step_down(house.services, login.grant.id, nora.id, Level.MEDIUM, NOTICE, house.clock.now)
    house.clock.move(days=5)
    picker(house, nora, client_id, scopes=LOW_OFFLINE, grant_action="merge").share(Level.LOW)
    read = office.userinfo(tokens(office.refresh(token))["access_token"]).get_json()
    agreed = agreed_terms.read(history(house, login.grant.id)[-1].terms)
    assert {name: item["until"] for name, item in read["data_terms"].items()} == {
        name: int(item.until.timestamp()) for name, item in agreed.items()
    }
    assert {item.until for item in agreed.values()} == {grant_now(house, login.grant.id).ends_at}
    assert read["data_terms"].keys() == {"email", "address"}


def test_a_merge_at_the_level_of_the_grant_shows_what_goes_on_no_longer_than_its_card(
    house: House, nora: Shopper
) -> None:
    client_id = add_client(house)
    picker(house, nora, client_id).share(Level.MEDIUM, "name")
    own = profiles.of_persona(house.services, nora.id, nora.persona_id)[Level.MEDIUM]
    shorter = replace(own, longest=Period(3))
    profiles.change(house.services, nora.id, nora.persona_id, shorter, NOTICE, house.clock.now)
    asking = picker(house, nora, client_id, grant_action="merge")
    card = asking.cards()[Level.MEDIUM]
    assert {item.until for item in card.agreed.values()} == {card.proposal.ends_at}
    assert min(item.until for item in asking.cards()[Level.LOW].agreed.values()) > card.proposal.ends_at
    merged = asking.share(Level.MEDIUM)
    agreed = agreed_terms.read(history(house, merged.id)[-1].terms)
    assert {item.until for item in agreed.values()} == {merged.ends_at}


def test_a_card_below_the_grant_says_the_terms_that_stand_above_it(house: House, nora: Shopper) -> None:
    by_law = {"email": {"purposes": ["payment"], "ground": "legal_duty", "retention": "P7Y"}}
    medium = {**INTENDED_USE["medium"], "required": ["address", "email"], "claims": by_law}
    low = {**INTENDED_USE["low"], "retention": "P1M"}
    client = add_client(house, intended_use={"low": low, "medium": medium})
    picker(house, nora, client).share(Level.MEDIUM)
    asking = picker(house, nora, client, grant_action="merge", scopes=frozenset({"openid", "identity:low"}))
    said = asking.cards()[Level.LOW].proposal.terms["email"]
    assert (said.ground, said.until) == (Ground.LEGAL_DUTY, Period(84).after(house.clock.now))
    merged = asking.share(Level.LOW)
    kept = agreed_terms.read(history(house, merged.id)[-1].terms)["email"]
    assert (kept.ground, kept.until) == (said.ground, said.until)
    assert kept.purposes == said.purposes == {"account", "service", "payment"}


def test_a_card_that_gives_a_duty_up_says_until_when_what_it_leaves_alone_really_goes_on(
    house: House, nora: Shopper
) -> None:
    by_law = {"name": {"ground": "legal_duty", "retention": "P1Y"}}
    low = {**INTENDED_USE["low"], "claims": by_law}
    high = {**INTENDED_USE["high"], "retention": "P1M", "optional": ["name"], "claims": {"name": {"ground": "consent"}}}
    client = add_client(house, intended_use={"low": low, "high": high})
    picker(house, nora, client).share(Level.LOW, "name")
    house.clock.move(days=40)
    asking = picker(house, nora, client, grant_action="merge", scopes=frozenset({"openid", "email"}))
    said = asking.cards()[Level.HIGH].agreed["name"]
    merged = asking.share(Level.HIGH)
    kept = agreed_terms.read(history(house, merged.id)[-1].terms)["name"]
    assert (said.ground, said.until) == (kept.ground, kept.until) == (Ground.CONSENT, merged.ends_at)


def test_nothing_is_longer_than_what_was_agreed_before_periods_were_kept_with_it() -> None:
    kept = {"purposes": ["delivery"], "lawful_basis": agreed_terms.COLLECTION_BASIS, "retention_until": 1_900_000_000}
    assert agreed_terms.read({"address": kept})["address"].retention > Period(12 * 10)


def test_what_the_law_demands_is_kept_no_longer_than_it_demands(house: House, nora: Shopper) -> None:
    login, _office = _login(house, nora, "email")
    now = house.clock.now
    duties = {
        name: ClaimTerms(frozenset({"delivery"}), Ground.LEGAL_DUTY, Period(12), now + timedelta(days=days))
        for name, days in (("address", 1), ("email", 0))
    }
    found = sharing.one(house.services, nora.id, login.grant.id, now)
    assert found is not None
    assert replace(found, duties=duties).kept_by_law(now).keys() == {"address"}
