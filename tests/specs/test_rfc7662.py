"""RFC 7662: what a client may learn about its own tokens, and nobody about anybody else's."""

import pytest
from sqlalchemy import select, update

from app.crypto.digests import digest
from app.domain.levels import Level
from app.services import consents, sessions
from app.services.receipts import Notice
from app.storage.tables.parties import clients
from tests.factories import add_client, add_person, client_of
from tests.redeeming import LOW, SECRET, BackOffice, Login, basic, log_in, refused, tokens
from tests.servers.house import House

INACTIVE = {"active": False}


def test_an_access_token_is_described_without_a_personal_value(login: Login, office: BackOffice) -> None:
    now = int(login.house.clock.now.timestamp())
    access = tokens(office.redeem(login.code()))["access_token"]
    assert office.introspect(access) == {
        "active": True,
        "iss": "http://localhost:8000",
        "aud": "http://localhost:8000",
        "client_id": office.client_id,
        "sub": login.grant.sub,
        "token_type": "Bearer",
        "scope": "identity:low offline_access openid",
        "iat": now,
        "exp": now + 600,
        "grant_id": login.grant.id,
        "data_level": "low",
        "data_claims": ["email"],
    }


def test_a_refresh_token_is_described_too(login: Login, office: BackOffice) -> None:
    told = office.introspect(tokens(office.redeem(login.code()))["refresh_token"])
    assert told["active"] is True
    assert told["iss"] == "http://localhost:8000"
    assert told["iat"] == int(login.house.clock.now.timestamp())
    assert told["exp"] == int(login.grant.ends_at.timestamp())
    assert "token_type" not in told


def test_the_claims_named_are_those_userinfo_would_hold_now(shared_house: House, office: BackOffice) -> None:
    scopes = frozenset({"openid", "identity:low", "identity:medium"})
    login = log_in(shared_house, add_person(shared_house), office.client_id, Level.MEDIUM, scopes=scopes)
    access = tokens(office.redeem(login.code()))["access_token"]
    before = office.introspect(access)
    assert (before["data_level"], before["data_claims"]) == ("medium", ["email", "address"])
    services, now = shared_house.services, shared_house.clock.now
    consents.step_down(services, login.grant.id, login.person.id, Level.LOW, Notice("en", "Less"), now)
    after = office.introspect(access)
    assert (after["data_level"], after["data_claims"]) == ("low", ["email"])
    assert after["scope"] == "identity:low openid"


def test_a_scope_is_in_force_while_the_grant_and_the_level_left_to_the_client_give_something_for_it(
    shared_house: House, office: BackOffice
) -> None:
    scopes = frozenset(["openid", "email", "address", "phone", "identity:low", "identity:medium", "offline_access"])
    asked, person = {"level": Level.MEDIUM, "scopes": scopes}, add_person(shared_house)
    login = log_in(shared_house, person, office.client_id, **asked, ticked=frozenset({"phone_number"}))
    members = tokens(office.redeem(login.code()))

    def in_force() -> str:
        again = tokens(office.refresh(members["refresh_token"]))
        said = {office.introspect(each["access_token"])["scope"] for each in (members, again)}
        assert said == {again["scope"]}
        return str(again["scope"])

    assert in_force() == members["scope"] == "address email identity:medium offline_access openid phone"
    anew = {"prompt": frozenset({"consent"}), "grant_id": login.grant.id, "grant_action": "replace"}
    log_in(shared_house, person, office.client_id, **asked, **anew)
    assert in_force() == "address email identity:medium offline_access openid"
    metadata = client_of(shared_house, office.client_id).metadata
    fewer = dict(metadata) | {"scope": "openid email address phone identity:low offline_access"}
    with shared_house.services.database.write() as db:
        db.execute(update(clients).where(clients.c.id == office.client_id).values(metadata=fewer))
    assert in_force() == "email identity:low offline_access openid"


def test_a_question_about_no_token_is_refused(office: BackOffice) -> None:
    for nothing in ({"token": ""}, {"token_type_hint": "access_token"}):
        assert refused(office.post("/introspect", nothing)) == "invalid_request"


def test_a_wrong_hint_changes_nothing(login: Login, office: BackOffice) -> None:
    access = tokens(office.redeem(login.code()))["access_token"]
    for hint in ("refresh_token", "access_token", "bogus"):
        assert office.introspect(access, token_type_hint=hint)["active"] is True


def test_another_client_learns_nothing(shared_house: House, login: Login, office: BackOffice) -> None:
    members = tokens(office.redeem(login.code()))
    stranger = BackOffice(shared_house, add_client(shared_house))
    assert stranger.introspect(members["access_token"]) == INACTIVE
    assert stranger.introspect(members["refresh_token"]) == INACTIVE


@pytest.mark.parametrize("token", ["unknown", "AQ" * 200, "\x00", "é", "a.b.c"])
def test_an_unknown_token_is_inactive(office: BackOffice, token: str) -> None:
    assert office.introspect(token) == INACTIVE


def test_a_token_is_inactive_from_the_second_it_expires(login: Login, office: BackOffice) -> None:
    access = tokens(office.redeem(login.code()))["access_token"]
    login.house.clock.move(seconds=599)
    assert office.introspect(access)["active"] is True
    login.house.clock.move(seconds=1)
    assert office.introspect(access) == INACTIVE


def test_a_token_is_inactive_from_the_moment_the_person_stops_sharing(login: Login, office: BackOffice) -> None:
    members = tokens(office.redeem(login.code()))
    services, now = login.house.services, login.house.clock.now
    consents.stop(services, login.grant.id, login.person.id, Notice("en", "Stop"), now)
    assert office.introspect(members["access_token"]) == INACTIVE
    assert office.introspect(members["refresh_token"]) == INACTIVE


def test_an_online_token_is_inactive_after_signing_out(login: Login, office: BackOffice) -> None:
    access = tokens(office.redeem(login.code(scopes=LOW)))["access_token"]
    sessions.end(login.house.services, login.session.id, login.house.clock.now)
    assert office.introspect(access) == INACTIVE


def test_a_rotated_refresh_token_is_inactive(shared_house: House, app_login: Login, app_office: BackOffice) -> None:
    first = tokens(app_office.redeem(app_login.code()))["refresh_token"]
    second = tokens(app_office.refresh(first))["refresh_token"]
    assert refused(app_office.post("/introspect", {"token": first}), 401) == "invalid_client"
    of_it = clients.c.id == app_office.client_id
    with shared_house.services.database.write() as db:
        metadata = db.execute(select(clients.c.metadata).where(of_it)).scalar_one()
        now_confidential = {
            "metadata": {**metadata, "token_endpoint_auth_method": "client_secret_basic"},
            "secrets": [[digest(SECRET).hex(), None]],
        }
        db.execute(update(clients).where(of_it).values(now_confidential))
    office = BackOffice(shared_house, app_office.client_id)
    assert office.introspect(first) == INACTIVE
    assert office.introspect(second)["active"] is True


def test_a_refresh_token_given_back_stays_inactive(login: Login, office: BackOffice) -> None:
    token = tokens(office.redeem(login.code()))["refresh_token"]
    assert office.revoke(token).status_code == 200
    login.house.clock.move(days=2)
    assert office.introspect(token) == INACTIVE


def test_who_does_not_authenticate_is_told_nothing(login: Login, office: BackOffice) -> None:
    access = tokens(office.redeem(login.code()))["access_token"]
    for headers in ({}, basic(office.client_id, SECRET + "x"), basic("unknown", SECRET)):
        assert refused(office.post("/introspect", {"token": access}, headers=headers), 401) == "invalid_client"


def test_a_request_without_a_token_is_refused(office: BackOffice) -> None:
    for nothing in ({"token": ""}, {"token_type_hint": "access_token"}):
        assert refused(office.post("/introspect", nothing)) == "invalid_request"
