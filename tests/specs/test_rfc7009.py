"""RFC 7009: a client gives a token back."""

import pytest

from app.jobs import cleanup
from app.storage.tables.logins import denials, refresh_tokens
from tests.factories import add_client, add_person
from tests.redeeming import LOW_OFFLINE, SECRET, BackOffice, Login, basic, log_in, refused, tokens
from tests.servers.house import House

HINTS = [{}, {"token_type_hint": "access_token"}, {"token_type_hint": "refresh_token"}, {"token_type_hint": "bogus"}]


@pytest.mark.parametrize("hint", HINTS)
def test_a_revoked_access_token_is_dead_whatever_the_hint_said(
    login: Login, office: BackOffice, hint: dict[str, str]
) -> None:
    members = tokens(office.redeem(login.code()))
    assert office.revoke(members["access_token"], **hint).status_code == 200
    assert office.userinfo(members["access_token"]).status_code == 401
    assert office.introspect(members["access_token"]) == {"active": False}
    tokens(office.refresh(members["refresh_token"]))


@pytest.mark.parametrize("hint", HINTS)
def test_a_revoked_refresh_token_takes_its_access_tokens_along(
    login: Login, office: BackOffice, hint: dict[str, str]
) -> None:
    members = tokens(office.redeem(login.code()))
    newer = tokens(office.refresh(members["refresh_token"]))
    assert office.revoke(members["refresh_token"], **hint).status_code == 200
    assert refused(office.refresh(members["refresh_token"])) == "invalid_grant"
    for each in (members, newer):
        assert office.userinfo(each["access_token"]).status_code == 401


def test_revoking_one_generation_revokes_the_family(app_login: Login, app_office: BackOffice) -> None:
    first = tokens(app_office.redeem(app_login.code()))["refresh_token"]
    second = tokens(app_office.refresh(first))["refresh_token"]
    app_office.revoke(first)
    assert refused(app_office.refresh(second)) == "invalid_grant"


@pytest.mark.parametrize("public", [False, True])
def test_a_revoked_refresh_token_stays_so_when_what_it_took_along_is_forgotten(
    shared_house: House, public: bool
) -> None:
    secret = None if public else SECRET
    office = BackOffice(shared_house, add_client(shared_house, secret=secret), secret)
    login = log_in(shared_house, add_person(shared_house), office.client_id, scopes=LOW_OFFLINE)
    first = tokens(office.redeem(login.code()))["refresh_token"]
    second = tokens(office.refresh(first))["refresh_token"]
    office.revoke(second)
    shared_house.clock.move(days=1)
    cleanup.run(shared_house.services, shared_house.clock.now)
    for token in (first, second):
        assert refused(office.refresh(token)) == "invalid_grant"
        assert public or office.introspect(token) == {"active": False}


def test_another_login_of_the_same_person_is_not_touched(login: Login, office: BackOffice) -> None:
    one, other = tokens(office.redeem(login.code())), tokens(office.redeem(login.code()))
    office.revoke(one["refresh_token"])
    assert office.userinfo(other["access_token"]).status_code == 200
    tokens(office.refresh(other["refresh_token"]))


@pytest.mark.parametrize("token", ["unknown", "AQ" * 200, "\x00", "é", "a.b.c"])
def test_an_unknown_token_is_no_error(office: BackOffice, token: str) -> None:
    response = office.revoke(token)
    assert (response.status_code, response.get_json()) == (200, {})


def test_an_expired_token_is_no_error(login: Login, office: BackOffice) -> None:
    access = tokens(office.redeem(login.code()))["access_token"]
    login.house.clock.move(minutes=10)
    assert office.revoke(access).status_code == 200


def test_a_token_of_another_client_stays_as_it_is(shared_house: House, login: Login, office: BackOffice) -> None:
    members = tokens(office.redeem(login.code()))
    stranger = BackOffice(shared_house, add_client(shared_house))
    for token in (members["access_token"], members["refresh_token"]):
        assert refused(stranger.revoke(token)) == "invalid_grant"
    assert office.userinfo(members["access_token"]).status_code == 200
    tokens(office.refresh(members["refresh_token"]))


def test_a_public_client_revokes_its_own_by_its_name(app_login: Login, app_office: BackOffice) -> None:
    members = tokens(app_office.redeem(app_login.code()))
    assert app_office.revoke(members["access_token"]).status_code == 200
    assert app_office.userinfo(members["access_token"]).status_code == 401


def test_revoking_needs_the_client_to_prove_itself(login: Login, office: BackOffice) -> None:
    access = tokens(office.redeem(login.code()))["access_token"]
    wrong = office.post("/revoke", {"token": access}, headers=basic(office.client_id, SECRET + "x"))
    assert refused(wrong, 401) == "invalid_client"
    assert refused(office.post("/revoke", {"token": access}, headers={}), 401) == "invalid_client"
    assert office.userinfo(access).status_code == 200


def test_a_request_without_a_token_is_refused(office: BackOffice) -> None:
    for nothing in ({"token": ""}, {"token_type_hint": "access_token"}):
        assert refused(office.post("/revoke", nothing)) == "invalid_request"


def test_a_denial_lasts_at_least_as_long_as_the_tokens_it_denies(login: Login, office: BackOffice) -> None:
    members = tokens(office.redeem(login.code()))
    office.revoke(members["refresh_token"])
    with login.house.services.database.read() as db:
        ends = db.execute(denials.select()).all()
        revoked = db.execute(refresh_tokens.select().where(refresh_tokens.c.client_id == office.client_id)).all()
    lives_s = login.house.services.settings.tokens.access_token_s
    assert all((row.expires_at - row.denied_at).total_seconds() > lives_s for row in ends)
    assert all(row.revoked_at is not None for row in revoked)
