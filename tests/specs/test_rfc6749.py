"""RFC 6749: the token endpoint, from the client's side."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.domain.errors import Refusal
from app.domain.grants import Standing
from app.domain.levels import Level
from app.jobs import cleanup
from app.services import consents, extension, sessions
from app.services.receipts import Notice
from app.services.tokens import families
from app.storage.tables.logins import refresh_tokens
from app.storage.tables.parties import clients
from app.storage.tables.people import people
from tests.factories import REDIRECT_URI, VERIFIER, add_client, add_person
from tests.redeeming import (
    LOW,
    LOW_OFFLINE,
    SECRET,
    BackOffice,
    Login,
    basic,
    log_in,
    refused,
    tokens,
)
from tests.servers.house import House

REFUSED_CODES: dict[str, Callable[[Login], Any]] = {
    "the person stops sharing": lambda login: consents.stop(
        login.house.services, login.grant.id, login.person.id, Notice("en", "Stop"), login.house.clock.now
    ),
    "the person signs out": lambda login: sessions.end(login.house.services, login.session.id, login.house.clock.now),
    "the person is disabled": lambda login: _disable(login.house, people, login.person.id),
    "the client is suspended": lambda login: _disable(login.house, clients, login.client_id),
}


def _disable(house: House, table: Any, row_id: str) -> None:
    with house.services.database.write() as db:
        db.execute(table.update().where(table.c.id == row_id).values(standing=Standing.DISABLED.value))


def test_a_token_answer_has_exactly_the_documented_members(login: Login, office: BackOffice) -> None:
    members = tokens(office.redeem(login.code()))
    assert members.keys() == {
        "access_token", "token_type", "expires_in", "scope", "id_token", "refresh_token", "grant_id",
    }  # fmt: skip
    assert members["token_type"] == "Bearer"
    assert members["expires_in"] == 600
    assert members["grant_id"] == login.grant.id


def test_a_token_answer_is_not_to_be_stored(login: Login, office: BackOffice) -> None:
    response = office.redeem(login.code())
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Pragma"] == "no-cache"
    assert response.content_type == "application/json"


def test_without_offline_access_there_is_no_refresh_token(shared_house: House, office: BackOffice) -> None:
    login = log_in(shared_house, add_person(shared_house), office.client_id)
    assert "refresh_token" not in tokens(office.redeem(login.code()))


def test_a_client_that_did_not_register_refreshing_gets_nothing_that_outlives_the_session(shared_house: House) -> None:
    office = BackOffice(shared_house, add_client(shared_house, grant_types=["authorization_code"]))
    login = log_in(shared_house, add_person(shared_house), office.client_id, scopes=LOW_OFFLINE)
    members = tokens(office.redeem(login.code()))
    assert "refresh_token" not in members
    assert members["scope"] == "identity:low openid"
    sessions.end(shared_house.services, login.session.id, shared_house.clock.now)
    assert office.userinfo(members["access_token"]).status_code == 401


def test_the_scope_that_was_granted_is_always_said(shared_house: House, office: BackOffice) -> None:
    asked = frozenset(
        ["openid", "profile", "email", "address", "phone", "offline_access", "identity:low", "identity:medium"]
    )
    login = log_in(shared_house, add_person(shared_house), office.client_id, Level.LOW, scopes=asked)
    # At low only the e-mail address was given: profile, address and phone yield nothing.
    assert tokens(office.redeem(login.code()))["scope"] == "email identity:low offline_access openid"


def test_the_permission_of_level_high_is_in_the_answer(shared_house: House, office: BackOffice) -> None:
    scopes = frozenset({"openid", "identity:high"})
    login = log_in(shared_house, add_person(shared_house), office.client_id, Level.HIGH, scopes=scopes)
    (detail,) = tokens(office.redeem(login.code()))["authorization_details"]
    assert detail["type"] == "omnichannel_collection"
    assert detail["retention"] == "P6M"


def test_a_code_lives_sixty_seconds(login: Login, office: BackOffice) -> None:
    clock, code, late = login.house.clock, login.code(), login.code()
    clock.move(seconds=59)
    tokens(office.redeem(code))
    clock.move(seconds=1)
    assert refused(office.redeem(late)) == "invalid_grant"


def test_the_redirect_uri_is_repeated_exactly(login: Login, office: BackOffice) -> None:
    for wrong in (REDIRECT_URI + "/", REDIRECT_URI.upper(), None):
        assert refused(office.redeem(login.code(), redirect_uri=wrong)) == "invalid_grant"


def test_a_code_is_for_one_client(shared_house: House, login: Login, office: BackOffice) -> None:
    code = login.code()
    thief = BackOffice(shared_house, add_client(shared_house))
    assert refused(thief.redeem(code)) == "invalid_grant"
    tokens(office.redeem(code))


@pytest.mark.parametrize("code", ["", "x", "AQ" * 300, "a.b.c", "\x00", "é", "🎟️"])
def test_a_code_that_is_none_is_refused(office: BackOffice, code: str) -> None:
    assert refused(office.redeem(code)) in {"invalid_grant", "invalid_request"}


def test_an_access_token_is_no_code_and_a_code_is_no_access_token(login: Login, office: BackOffice) -> None:
    code = login.code()
    access = tokens(office.redeem(login.code()))["access_token"]
    assert refused(office.redeem(access)) == "invalid_grant"
    assert office.userinfo(code).status_code == 401


def test_a_code_works_once_and_its_replay_takes_back_what_it_gave(login: Login, office: BackOffice) -> None:
    code = login.code()
    members = tokens(office.redeem(code))
    assert office.userinfo(members["access_token"]).status_code == 200
    assert refused(office.redeem(code)) == "invalid_grant"
    assert office.userinfo(members["access_token"]).status_code == 401
    assert office.introspect(members["access_token"]) == {"active": False}
    assert refused(office.refresh(members["refresh_token"])) == "invalid_grant"


@pytest.mark.parametrize(("later", "taken_back"), [({"seconds": 90}, True), ({"days": 1}, True), ({"days": 2}, False)])
def test_a_replay_until_a_day_after_the_code_expired_still_takes_back_what_it_gave(
    login: Login, office: BackOffice, later: dict[str, int], taken_back: bool
) -> None:
    code = login.code()
    members = tokens(office.redeem(code))
    login.house.clock.move(**later)
    cleanup.run(login.house.services, login.house.clock.now)
    assert refused(office.redeem(code)) == "invalid_grant"
    assert (office.refresh(members["refresh_token"]).status_code == 400) is taken_back


def test_tokens_minted_by_refreshing_go_down_with_a_replayed_code(login: Login, office: BackOffice) -> None:
    code = login.code()
    first = tokens(office.redeem(code))
    later = tokens(office.refresh(first["refresh_token"]))
    refused(office.redeem(code))
    assert office.userinfo(later["access_token"]).status_code == 401


def test_a_replay_at_one_login_leaves_another_login_alone(login: Login, office: BackOffice) -> None:
    code, other = login.code(), tokens(office.redeem(login.code()))
    tokens(office.redeem(code))
    refused(office.redeem(code))
    assert office.userinfo(other["access_token"]).status_code == 200


@pytest.mark.parametrize("reason", REFUSED_CODES)
def test_a_code_dies_with_the_consent_or_the_session_or_the_person_s_account_or_the_client(
    reason: str, login: Login, office: BackOffice
) -> None:
    code = login.code()
    REFUSED_CODES[reason](login)
    status = 401 if "client" in reason else 400
    assert refused(office.redeem(code), status) == ("invalid_client" if "client" in reason else "invalid_grant")


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({}, "invalid_request"),
        ({"grant_type": ""}, "invalid_request"),
        ({"grant_type": "password", "username": "a", "password": "b"}, "unsupported_grant_type"),
        ({"grant_type": "client_credentials"}, "unauthorized_client"),
        ({"grant_type": "Authorization_Code"}, "unsupported_grant_type"),
        ({"grant_type": "<script>\"'\\\n"}, "unsupported_grant_type"),
        ({"grant_type": "authorization_code"}, "invalid_request"),
        ({"grant_type": "refresh_token"}, "invalid_request"),
    ],
)
def test_a_request_that_says_too_little_or_something_else_is_refused(office: BackOffice, form: Any, code: str) -> None:
    assert refused(office.post("/token", form)) == code


def test_who_names_another_grant_type_is_told_those_there_are_and_not_their_own_words(office: BackOffice) -> None:
    told = office.post("/token", {"grant_type": "canary"}).get_json()["error_description"]
    assert told == "The grant types are authorization_code, refresh_token, client_credentials."


def test_an_unknown_parameter_is_ignored_and_an_empty_one_was_not_sent(login: Login, office: BackOffice) -> None:
    tokens(office.redeem(login.code(), extra="foobar", client_assertion="", scope=""))


@pytest.mark.parametrize("name", ["grant_type", "code", "redirect_uri", "code_verifier", "client_id", "extra"])
def test_no_parameter_may_come_twice(login: Login, office: BackOffice, name: str) -> None:
    form = {
        "grant_type": "authorization_code",
        "code": login.code(),
        "redirect_uri": REDIRECT_URI,
        "code_verifier": VERIFIER,
        "client_id": office.client_id,
        "extra": "1",
    }
    pairs = {key: [value] * (2 if key == name else 1) for key, value in form.items()}
    assert refused(office.post("/token", pairs)) == "invalid_request"


def test_parameters_in_the_url_are_refused(login: Login, office: BackOffice) -> None:
    code = login.code()
    response = office.post(f"/token?code={code}", {"grant_type": "authorization_code"})
    assert refused(response) == "invalid_request"
    whole = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": REDIRECT_URI,
        "code_verifier": VERIFIER,
    }
    assert refused(office.post("/token?client_secret=x", whole)) == "invalid_request"
    tokens(office.post("/token?client-request-id=4f0c", whole))


def test_only_a_form_is_read(shared_house: House, login: Login, office: BackOffice) -> None:
    form = {
        "grant_type": "authorization_code",
        "code": login.code(),
        "redirect_uri": REDIRECT_URI,
        "code_verifier": VERIFIER,
    }
    headers = basic(office.client_id, SECRET)
    browser = shared_house.browser()
    assert refused(browser.post("/token", json=form, headers=headers)) == "invalid_request"
    multipart = browser.post("/token", data=form, headers=headers, content_type="multipart/form-data")
    assert refused(multipart) == "invalid_request"
    assert refused(browser.post("/token", data="grant_type", headers=headers, content_type="text/plain"))
    tokens(browser.post("/token", data=form, headers=headers))


def test_the_token_endpoint_is_posted_to(shared_house: House) -> None:
    for method in ("GET", "PUT", "DELETE", "HEAD"):
        assert shared_house.browser().open("/token", method=method).status_code == 405


def test_a_client_uses_the_grants_it_registered(shared_house: House) -> None:
    office = BackOffice(shared_house, add_client(shared_house, grant_types=["authorization_code"]))
    assert refused(office.refresh("anything")) == "unauthorized_client"


def test_confidential_clients_keep_their_refresh_token(login: Login, office: BackOffice) -> None:
    refresh_token = tokens(office.redeem(login.code()))["refresh_token"]
    for _ in range(3):
        members = tokens(office.refresh(refresh_token))
        named = {"access_token", "token_type", "expires_in", "scope", "id_token", "grant_id", "refresh_token"}
        assert (members.keys(), members["refresh_token"]) == (named, refresh_token)
        assert office.userinfo(members["access_token"]).status_code == 200


def test_public_clients_get_another_refresh_token_each_time(app_login: Login, app_office: BackOffice) -> None:
    token = tokens(app_office.redeem(app_login.code()))["refresh_token"]
    seen = {token}
    for _ in range(3):
        token = tokens(app_office.refresh(token))["refresh_token"]
        seen.add(token)
    assert len(seen) == 4


def test_a_lost_answer_can_be_asked_again_for_ten_seconds(app_login: Login, app_office: BackOffice) -> None:
    first = tokens(app_office.redeem(app_login.code()))["refresh_token"]
    successor = tokens(app_office.refresh(first))["refresh_token"]
    app_login.house.clock.move(seconds=10)
    assert tokens(app_office.refresh(first))["refresh_token"] == successor
    tokens(app_office.refresh(successor))


def test_reuse_after_the_grace_kills_the_family(app_login: Login, app_office: BackOffice) -> None:
    first = tokens(app_office.redeem(app_login.code()))["refresh_token"]
    second = tokens(app_office.refresh(first))
    app_login.house.clock.move(seconds=11)
    assert refused(app_office.refresh(first)) == "invalid_grant"
    assert refused(app_office.refresh(second["refresh_token"])) == "invalid_grant"
    assert app_office.userinfo(second["access_token"]).status_code == 401


def test_two_rotations_within_a_second_leave_no_grace_for_the_first(app_login: Login, app_office: BackOffice) -> None:
    first = tokens(app_office.redeem(app_login.code()))["refresh_token"]
    second = tokens(app_office.refresh(first))["refresh_token"]
    third = tokens(app_office.refresh(second))["refresh_token"]
    assert refused(app_office.refresh(first)) == "invalid_grant"
    assert refused(app_office.refresh(third)) == "invalid_grant"


def test_a_clock_set_back_does_not_revive_a_rotated_token(app_login: Login, app_office: BackOffice) -> None:
    app_login.house.clock.move(hours=1)
    first = tokens(app_office.redeem(app_login.code()))["refresh_token"]
    tokens(app_office.refresh(first))
    app_login.house.clock.move(hours=-1)
    assert refused(app_office.refresh(first)) == "invalid_grant"
    app_login.house.clock.move(hours=1)


def test_a_refused_refresh_uses_nothing_up(shared_house: House, app_login: Login, app_office: BackOffice) -> None:
    token = tokens(app_office.redeem(app_login.code()))["refresh_token"]
    assert refused(app_office.refresh(token, scope="openid identity:high")) == "invalid_scope"
    stranger = BackOffice(shared_house, add_client(shared_house, secret=None), None)
    assert refused(stranger.refresh(token)) == "invalid_grant"
    tokens(app_office.refresh(token))


def test_a_refresh_token_is_for_one_client(shared_house: House, login: Login, office: BackOffice) -> None:
    token = tokens(office.redeem(login.code()))["refresh_token"]
    thief = BackOffice(shared_house, add_client(shared_house))
    assert refused(thief.refresh(token)) == "invalid_grant"
    tokens(office.refresh(token))


@pytest.mark.parametrize("token", ["x", "\x00", "é", "a" * 4096])
def test_a_refresh_token_that_is_none_is_refused(office: BackOffice, app_office: BackOffice, token: str) -> None:
    assert refused(office.refresh(token)) == "invalid_grant"
    assert refused(app_office.refresh(token)) == "invalid_grant"


def test_a_refresh_may_ask_for_less_and_may_repeat_what_was_asked(shared_house: House, office: BackOffice) -> None:
    scopes = LOW_OFFLINE | {"email", "profile", "phone"}
    login = log_in(shared_house, add_person(shared_house), office.client_id, scopes=scopes, ticked=frozenset({"name"}))
    refresh_token = tokens(office.redeem(login.code()))["refresh_token"]
    less = tokens(office.refresh(refresh_token, scope="openid email"))
    assert less["scope"] == "email openid"
    assert office.userinfo(less["access_token"]).get_json().keys() == {"sub", "email"}
    without_openid = tokens(office.refresh(refresh_token, scope="email"))
    assert "id_token" not in without_openid
    again, repeated = (tokens(office.refresh(refresh_token, **more)) for more in ({}, {"scope": " ".join(scopes)}))
    assert again["scope"] == repeated["scope"] == "email identity:low offline_access openid profile"
    for never_asked in ("openid address", "openid\temail"):
        assert refused(office.refresh(refresh_token, scope=never_asked)) == "invalid_scope"


def test_a_refresh_that_names_a_lower_level_gets_that_level_this_once(shared_house: House, office: BackOffice) -> None:
    scopes = LOW_OFFLINE | {"identity:medium"}
    login = log_in(shared_house, add_person(shared_house), office.client_id, Level.MEDIUM, scopes=scopes)
    refresh_token = tokens(office.redeem(login.code()))["refresh_token"]
    for level in ("low", "medium"):
        members = tokens(office.refresh(refresh_token, scope=f"openid identity:{level}"))
        info = office.userinfo(members["access_token"]).get_json()
        assert (info["data_level"], "address" in info) == (level, level == "medium")


def test_refreshing_outlives_the_session_and_a_login_without_it_does_not(
    shared_house: House, login: Login, office: BackOffice
) -> None:
    offline = tokens(office.redeem(login.code()))
    online = tokens(office.redeem(login.code(scopes=LOW)))
    sessions.end(shared_house.services, login.session.id, shared_house.clock.now)
    again = tokens(office.refresh(offline["refresh_token"]))
    for each in (offline, again):
        assert office.userinfo(each["access_token"]).status_code == 200
    assert office.userinfo(online["access_token"]).status_code == 401


def refreshable(house: House, *, public: bool) -> tuple[BackOffice, Login, str]:
    """A client of either kind, a login there with offline access, and the refresh token that came of it."""
    secret = None if public else SECRET
    office = BackOffice(house, add_client(house, secret=secret), secret)
    login = log_in(house, add_person(house), office.client_id, scopes=LOW_OFFLINE)
    return office, login, tokens(office.redeem(login.code()))["refresh_token"]


@pytest.mark.parametrize("public", [False, True])
def test_refreshing_ends_with_the_grant(shared_house: House, public: bool) -> None:
    office, login, token = refreshable(shared_house, public=public)
    token = tokens(office.refresh(token)).get("refresh_token", token)
    REFUSED_CODES["the person stops sharing"](login)
    assert refused(office.refresh(token)) == "invalid_grant"


@pytest.mark.parametrize("public", [False, True])
def test_no_refresh_token_outlives_its_grant_however_often_it_was_used(house: House, public: bool) -> None:
    office, login, token = refreshable(house, public=public)
    house.clock.now = login.grant.ends_at
    house.clock.move(seconds=-1)
    members = tokens(office.refresh(token))
    assert members["expires_in"] == 1
    house.clock.move(seconds=1)
    assert refused(office.refresh(members.get("refresh_token", token))) == "invalid_grant"


@pytest.mark.parametrize("public", [False, True])
def test_a_refresh_token_ends_at_its_own_end_and_takes_nothing_down_with_it(shared_house: House, public: bool) -> None:
    office, _, token = refreshable(shared_house, public=public)
    members = tokens(office.refresh(token))
    with shared_house.services.database.write() as db:
        mine = refresh_tokens.c.client_id == office.client_id
        db.execute(refresh_tokens.update().where(mine).values(expires_at=shared_house.clock.now + timedelta(minutes=1)))
    shared_house.clock.move(seconds=59)
    late = tokens(office.refresh(members["refresh_token"]))
    shared_house.clock.move(seconds=1)
    assert refused(office.refresh(late["refresh_token"])) == "invalid_grant"
    assert public or office.introspect(late["refresh_token"]) == {"active": False}
    assert office.userinfo(late["access_token"]).status_code == 200


@pytest.mark.parametrize("public", [False, True])
def test_refreshing_ends_while_the_person_s_account_is_disabled(shared_house: House, public: bool) -> None:
    office, login, token = refreshable(shared_house, public=public)
    REFUSED_CODES["the person is disabled"](login)
    assert refused(office.refresh(token)) == "invalid_grant"


@pytest.mark.parametrize("public", [False, True])
def test_a_refresh_token_lives_on_with_a_grant_that_was_extended_and_no_other_does(house: House, public: bool) -> None:
    office, login, token = refreshable(house, public=public)
    elsewhere, _, _ = refreshable(house, public=public)
    services, now, notice = house.services, house.clock.move(days=300), Notice("en", "Go on")
    card = extension.offer(services, login.grant.id, login.person.id, now).card
    assert card is not None
    after = extension.extend(services, login.grant.id, login.person.id, card.shown, notice, now)
    for moment in (login.grant.ends_at, after.ends_at - timedelta(seconds=1)):
        house.clock.now = moment
        token = tokens(office.refresh(token)).get("refresh_token", token)
    with house.services.database.read() as db:
        kept = refresh_tokens.c.client_id == elsewhere.client_id
        assert db.execute(select(refresh_tokens.c.expires_at).where(kept)).scalar_one() == login.grant.ends_at
    house.clock.now = after.ends_at
    assert refused(office.refresh(token)) == "invalid_grant"


def test_stepping_down_narrows_what_a_refresh_gives(shared_house: House, office: BackOffice) -> None:
    scopes = frozenset(["openid", "email", "address", "offline_access", "identity:low", "identity:medium"])
    login = log_in(shared_house, add_person(shared_house), office.client_id, Level.MEDIUM, scopes=scopes)
    members = tokens(office.redeem(login.code()))
    assert members["scope"] == "address email identity:medium offline_access openid"
    services, now = shared_house.services, shared_house.clock.now
    consents.step_down(services, login.grant.id, login.person.id, Level.LOW, Notice("en", "Less"), now)
    again = tokens(office.refresh(members["refresh_token"]))
    assert again["scope"] == "email identity:low offline_access openid"
    assert tokens(office.refresh(members["refresh_token"], scope=again["scope"]))["scope"] == again["scope"]
    assert "address" not in office.userinfo(again["access_token"]).get_json()


def test_agreeing_to_a_login_without_offline_access_ends_refreshing(
    shared_house: House, login: Login, office: BackOffice
) -> None:
    members = tokens(office.redeem(login.code()))
    log_in(shared_house, login.person, office.client_id)
    assert refused(office.refresh(members["refresh_token"])) == "invalid_grant"
    assert office.introspect(members["refresh_token"]) == {"active": False}
    assert office.introspect(members["access_token"])["scope"] == "identity:low openid"


def test_recovering_an_account_takes_back_every_refresh_token_and_what_was_minted_from_it(
    shared_house: House, login: Login, office: BackOffice
) -> None:
    members = tokens(office.redeem(login.code()))
    other = log_in(shared_house, add_person(shared_house), office.client_id, scopes=LOW_OFFLINE)
    theirs = tokens(office.redeem(other.code()))
    services, now = shared_house.services, shared_house.clock.now
    with services.database.write() as db:
        families.revoke_all_of_person(services, db, login.person.id, now)
    assert refused(office.refresh(members["refresh_token"])) == "invalid_grant"
    assert office.userinfo(members["access_token"]).status_code == 401
    tokens(office.refresh(theirs["refresh_token"]))


def test_a_refusal_never_says_why_to_the_client(login: Login, office: BackOffice) -> None:
    code = login.code()
    tokens(office.redeem(code))
    replayed, unknown = office.redeem(code), office.redeem("AQ" * 100)
    assert replayed.get_json()["error"] == unknown.get_json()["error"]
    assert Refusal("invalid_grant", "x", logged="secret reason").told_client == "x"
