"""OpenID Connect Core 1.0: the ID token (§2, §3.1.3), refreshing (§12), and userinfo (§5.3)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from app.crypto import jwt
from app.domain.errors import Refusal
from app.domain.levels import Level
from app.domain.release import Asked
from app.domain.signing_algorithms import SIGNING_ALGORITHMS
from app.protocol.id_token_hint import read_hint
from app.services import consents, personas
from app.services.keys import rotate
from app.services.receipts import Notice
from app.storage import disclosures
from app.storage.disclosures import Disclosure
from app.storage.tables.logins import sessions
from app.storage.tables.parties import clients
from tests.factories import add_client, add_person, share
from tests.redeeming import (
    LOW,
    LOW_OFFLINE,
    SECRET,
    BackOffice,
    Login,
    bearer,
    header_of,
    id_token_of,
    log_in,
    refused,
    tokens,
)
from tests.servers.house import House

PLAIN = frozenset({"openid", "profile", "email", "address", "phone"})


def _login(house: House, office: BackOffice, level: Level = Level.LOW, **asked: Any) -> Login:
    return log_in(house, add_person(house), office.client_id, level, **asked)


def _went(login: Login) -> Sequence[Disclosure]:
    with login.house.services.database.read() as db:
        return disclosures.of_person(db, login.person.id)


def test_an_id_token_holds_protocol_claims_and_data_terms_and_nothing_personal(
    shared_house: House, office: BackOffice
) -> None:
    login = _login(shared_house, office, nonce="n-0S6_WzA2Mj")
    members = tokens(office.redeem(login.code()))
    claims = id_token_of(shared_house, members)
    now = int(shared_house.clock.now.timestamp())
    assert claims.pop("sid")
    assert claims == {
        "iss": "http://localhost:8000",
        "sub": login.grant.sub,
        "aud": office.client_id,
        "iat": now,
        "exp": now + 300,
        "auth_time": now,
        "nonce": "n-0S6_WzA2Mj",
        "acr": "urn:sluis:acr:password",
        "amr": ["pwd"],
        "at_hash": jwt.at_hash("RS256", members["access_token"]),
        "data_level": "low",
        "data_purposes": ["account", "service"],
        "data_retention": {"period": "P1Y", "until": int(login.grant.ends_at.timestamp())},
        "grant_id": login.grant.id,
        "consent_receipt": f"http://localhost:8000/receipts/{login.grant.id}/1",
    }


def test_a_client_that_asked_for_no_level_gets_no_data_terms(shared_house: House) -> None:
    office = BackOffice(shared_house, add_client(shared_house, intended_use=None))
    login = _login(shared_house, office, scopes=PLAIN)
    members = tokens(office.redeem(login.code()))
    claims, info = id_token_of(shared_house, members), office.userinfo(members["access_token"]).get_json()
    assert not {"data_level", "data_purposes", "data_retention", "grant_id", "consent_receipt"} & claims.keys()
    assert info.keys() == {"sub", "name", "given_name", "family_name", "email", "email_verified"}
    assert members["scope"] == "email openid profile"


def _register(office: BackOffice, scope: str) -> None:
    with office.house.services.database.write() as db:
        (found,) = db.execute(select(clients.c.metadata).where(clients.c.id == office.client_id)).one()
        db.execute(update(clients).where(clients.c.id == office.client_id).values(metadata=found | {"scope": scope}))


def test_a_level_taken_from_the_client_is_taken_from_its_tokens(shared_house: House, office: BackOffice) -> None:
    levels = frozenset({"openid", "offline_access", "identity:low", "identity:medium"})
    login = _login(shared_house, office, Level.MEDIUM, scopes=levels)
    pending, members = login.code(), tokens(office.redeem(login.code()))
    assert "address" in office.userinfo(members["access_token"]).get_json()
    _register(office, "openid identity:low offline_access")
    for each in (members, tokens(office.refresh(members["refresh_token"])), tokens(office.redeem(pending))):
        info = office.userinfo(each["access_token"]).get_json()
        assert ("address" in info, info["data_level"]) == (False, "low")
        assert office.introspect(each["access_token"])["scope"] == "identity:low offline_access openid"
    _register(office, "openid identity:low")
    assert refused(office.refresh(members["refresh_token"]), 400) == "invalid_grant"


def test_a_scope_taken_from_the_client_is_taken_from_its_tokens_with_its_claims(shared_house: House) -> None:
    office = BackOffice(shared_house, add_client(shared_house, intended_use=None))
    login = _login(shared_house, office, scopes=PLAIN | {"offline_access"})
    members = tokens(office.redeem(login.code()))
    _register(office, "openid profile offline_access")
    again = tokens(office.refresh(members["refresh_token"]))
    assert again["scope"] == "offline_access openid profile"
    for each in (members, again):
        info = office.userinfo(each["access_token"]).get_json()
        assert info.keys() == {"sub", "name", "given_name", "family_name"}


@pytest.mark.parametrize("alg", ["RS256", "ES256", "PS256", "EdDSA"])
def test_the_client_chooses_the_algorithm_and_the_header_names_the_key(shared_house: House, alg: str) -> None:
    office = BackOffice(shared_house, add_client(shared_house, id_token_signed_response_alg=alg))
    members = tokens(office.redeem(_login(shared_house, office).code()))
    header = header_of(members["id_token"])
    published = {key["kid"]: key["alg"] for key in shared_house.browser().get("/jwks").get_json()["keys"]}
    assert (header["alg"], published[header["kid"]]) == (alg, alg)
    assert id_token_of(shared_house, members)["at_hash"] == jwt.at_hash(alg, members["access_token"])


def test_where_no_nonce_was_sent_none_comes_back(shared_house: House, office: BackOffice) -> None:
    assert "nonce" not in id_token_of(shared_house, tokens(office.redeem(_login(shared_house, office).code())))


def test_one_session_has_another_name_at_every_client_and_for_every_persona(
    shared_house: House, office: BackOffice
) -> None:
    login = _login(shared_house, office)
    other_office = BackOffice(shared_house, add_client(shared_house))
    other = log_in(shared_house, login.person, other_office.client_id)
    mine = Login(shared_house, login.person, other_office.client_id, other.grant, login.session, other.asked)
    here = [id_token_of(shared_house, tokens(office.redeem(login.code()))) for _ in range(2)]
    there = id_token_of(shared_house, tokens(other_office.redeem(mine.code())))
    assert here[0]["sid"] == here[1]["sid"]
    assert there["sid"] != here[0]["sid"]
    assert there["sub"] != here[0]["sub"]
    assert login.session.id not in {here[0]["sid"], there["sid"]}
    work = personas.add(shared_house.services, login.person.id, "Work", "clay", shared_house.clock.now)
    works = share(shared_house, replace(login.person, persona_id=work), office.client_id)
    as_work = id_token_of(shared_house, tokens(office.redeem(login.code(hinted_sub=works.sub))))
    assert as_work["sub"] != here[0]["sub"]
    assert as_work["sid"] != here[0]["sid"]


def test_a_claim_asked_for_the_id_token_is_in_it_when_it_was_given(shared_house: House, office: BackOffice) -> None:
    login = _login(
        shared_house,
        office,
        ticked=frozenset({"name"}),
        claims=Asked(id_token=frozenset({"name", "address", "iss", "made_up"})),
    )
    claims = id_token_of(shared_house, tokens(office.redeem(login.code())))
    assert claims["name"] == "Nora Canary"
    assert claims["iss"] == "http://localhost:8000"
    assert not {"address", "made_up", "email"} & claims.keys()
    (went,) = _went(login)
    assert (went.door, went.claims) == ("id_token", {"name"})


def test_a_refreshed_id_token_is_of_the_same_login(login: Login, office: BackOffice) -> None:
    members = tokens(office.redeem(login.code(nonce="n-1")))
    first = id_token_of(login.house, members)
    login.house.clock.move(minutes=3)
    again = tokens(office.refresh(members["refresh_token"]))
    second = id_token_of(login.house, again)
    for same in ("iss", "sub", "aud", "auth_time", "acr", "amr", "sid"):
        assert first[same] == second[same], same
    assert second["iat"] == first["iat"] + 180
    assert "nonce" not in second
    assert second["at_hash"] == jwt.at_hash("RS256", again["access_token"])


@pytest.mark.parametrize("secret", [SECRET, None], ids=["a confidential client", "a public one"])
def test_refreshing_hands_out_the_id_token_claims_again_and_records_it(shared_house: House, secret: str | None) -> None:
    office = BackOffice(shared_house, add_client(shared_house, secret=secret), secret)
    asked = Asked(id_token=frozenset({"email"}))
    login = _login(shared_house, office, scopes=LOW_OFFLINE, claims=asked)
    members = tokens(office.redeem(login.code()))
    again = tokens(office.refresh(members["refresh_token"]))
    assert id_token_of(shared_house, again)["email"] == id_token_of(shared_house, members)["email"]
    tokens(office.refresh((members | again)["refresh_token"], scope="identity:low"))
    assert [went.door for went in _went(login)] == ["id_token"] * 2


def test_userinfo_asked_by_get_or_by_post_or_with_a_token_in_the_body_answers_alike(
    login: Login, office: BackOffice
) -> None:
    access = tokens(office.redeem(login.code()))["access_token"]
    browser = login.house.browser()
    answers = [
        browser.get("/userinfo", headers=bearer(access)),
        browser.post("/userinfo", headers=bearer(access)),
        browser.post("/userinfo", headers={"Authorization": f"bearer {access}"}),
        browser.post("/userinfo", data={"access_token": access}),
    ]
    assert [answer.status_code for answer in answers] == [200] * 4
    assert all(answer.get_json() == answers[0].get_json() for answer in answers)
    assert answers[0].get_json()["sub"] == login.grant.sub
    assert answers[0].headers["Cache-Control"] == "no-store"


def test_userinfo_says_on_which_terms_it_gives(login: Login, office: BackOffice) -> None:
    info = office.userinfo(tokens(office.redeem(login.code()))["access_token"]).get_json()
    until = int(login.grant.ends_at.timestamp())
    assert info["email"] == login.person.email
    assert info["data_level"] == "low"
    assert info["data_terms"] == {"email": {"purposes": ["account", "service"], "ground": "consent", "until": until}}


def test_every_handing_out_is_recorded_by_name(login: Login, office: BackOffice) -> None:
    access = tokens(office.redeem(login.code()))["access_token"]
    for _ in range(2):
        office.userinfo(access)
    assert [(went.door, went.claims) for went in _went(login)] == [("userinfo", {"email"})] * 2


def test_userinfo_of_a_client_that_asked_for_it_is_signed(shared_house: House) -> None:
    office = BackOffice(shared_house, add_client(shared_house, userinfo_signed_response_alg="RS256"))
    login = _login(shared_house, office)
    response = office.userinfo(tokens(office.redeem(login.code()))["access_token"])
    assert response.content_type == "application/jwt"
    keys = shared_house.services.keys.ring(shared_house.clock.now).kept_public_keys()
    claims = jwt.verify(response.text, keys=keys, algorithms=SIGNING_ALGORITHMS, types=[None])
    assert (claims["iss"], claims["aud"]) == ("http://localhost:8000", office.client_id)
    assert claims["email"] == login.person.email
    assert "nonce" not in claims


def test_a_signed_userinfo_answer_is_no_id_token(shared_house: House) -> None:
    office = BackOffice(shared_house, add_client(shared_house, userinfo_signed_response_alg="RS256"))
    login, now = _login(shared_house, office), shared_house.clock.now
    members = tokens(office.redeem(login.code()))
    ring = shared_house.services.keys.ring(now)
    assert read_hint(members["id_token"], "http://localhost:8000", ring).sub == login.grant.sub
    with pytest.raises(Refusal):
        read_hint(office.userinfo(members["access_token"]).text, "http://localhost:8000", ring)


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Bearer a b", "Bearer é", "Bearer " + "A" * 5000])
def test_a_malformed_token_is_refused(shared_house: House, header: str) -> None:
    response = shared_house.browser().get("/userinfo", headers={"Authorization": header})
    assert refused(response, 401) == "invalid_token"
    assert response.headers["WWW-Authenticate"].startswith('Bearer realm="sluis", error="invalid_token"')


@pytest.mark.parametrize("header", [{}, {"Authorization": "Basic YTpi"}, {"Authorization": ""}])
def test_who_brings_no_token_is_asked_for_one(shared_house: House, header: dict[str, str]) -> None:
    response = shared_house.browser().get("/userinfo", headers=header)
    assert (response.status_code, response.text) == (401, "")
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="sluis"'


def test_a_token_in_the_url_is_refused_even_a_good_one(login: Login, office: BackOffice) -> None:
    access = tokens(office.redeem(login.code()))["access_token"]
    browser = login.house.browser()
    answer = browser.get(f"/userinfo?access_token={access}")
    assert refused(answer) == "invalid_request"
    assert answer.headers["WWW-Authenticate"].startswith('Bearer realm="sluis", error="invalid_request", ')
    assert refused(browser.get(f"/userinfo?access_token={access}", headers=bearer(access))) == "invalid_request"


def test_two_tokens_are_refused_even_the_same_one(login: Login, office: BackOffice) -> None:
    access = tokens(office.redeem(login.code()))["access_token"]
    browser = login.house.browser()
    both = browser.post("/userinfo", data={"access_token": access}, headers=bearer(access))
    assert refused(both) == "invalid_request"
    assert refused(browser.post("/userinfo", data={"access_token": [access, access]})) == "invalid_request"


def test_a_token_in_the_body_of_a_get_is_not_read(login: Login, office: BackOffice) -> None:
    access = tokens(office.redeem(login.code()))["access_token"]
    response = login.house.browser().get(
        "/userinfo", data=f"access_token={access}", content_type="application/x-www-form-urlencoded"
    )
    assert response.status_code == 401


def test_a_token_without_openid_has_no_userinfo(login: Login, office: BackOffice) -> None:
    refresh_token = tokens(office.redeem(login.code()))["refresh_token"]
    access = tokens(office.refresh(refresh_token, scope="identity:low"))["access_token"]
    assert refused(office.userinfo(access), 403) == "insufficient_scope"


EVERYTHING = PLAIN | LOW_OFFLINE | {"identity:medium", "identity:high"}
CLAIMS = frozenset({"address", "phone_number", "birthdate", "payment_account", "email", "name", "ssn"})
PERSONAL = {"address", "phone_number", "birthdate", "payment_account", "name", "ssn", "given_name"}


def test_at_low_a_client_that_asks_for_everything_gets_low(shared_house: House, office: BackOffice) -> None:
    login = _login(shared_house, office, scopes=EVERYTHING, claims=Asked(CLAIMS, CLAIMS))
    members = tokens(office.redeem(login.code()))
    id_token = id_token_of(shared_house, members)
    info = office.userinfo(members["access_token"]).get_json()
    assert "email" in info
    assert "email" in id_token
    assert not PERSONAL & (info.keys() | id_token.keys())
    assert office.introspect(members["access_token"])["data_claims"] == ["email"]


def test_after_a_step_up_and_down_again_every_token_gives_low(shared_house: House, office: BackOffice) -> None:
    asked = {"scopes": EVERYTHING, "claims": Asked(CLAIMS, CLAIMS)}
    login = _login(shared_house, office, **asked)
    early = tokens(office.redeem(login.code()))
    higher = log_in(
        shared_house, login.person, office.client_id, Level.HIGH, **asked, grant_id=login.grant.id, grant_action="merge"
    )
    late = tokens(office.redeem(higher.code()))
    assert "address" in id_token_of(shared_house, late)
    assert "address" in office.introspect(late["access_token"])["data_claims"]
    services, now = shared_house.services, shared_house.clock.now
    consents.step_down(services, login.grant.id, login.person.id, Level.LOW, Notice("en", "Less"), now)
    for each in (early, late):
        assert not PERSONAL & office.userinfo(each["access_token"]).get_json().keys()
        assert office.introspect(each["access_token"])["data_claims"] == ["email"]
        again = id_token_of(shared_house, tokens(office.refresh(each["refresh_token"])))
        assert not PERSONAL & again.keys()
        assert again["data_level"] == "low"


@pytest.mark.parametrize("limit", ["last_seen_at", "expires_at"])
def test_an_online_token_ends_with_its_session_also_when_nobody_ended_it(
    shared_house: House, office: BackOffice, limit: str
) -> None:
    house, settings, login = shared_house, shared_house.services.settings.login, _login(shared_house, office)
    access = tokens(office.redeem(login.code()))["access_token"]
    assert office.userinfo(access).status_code == 200
    now = house.clock.now
    over = {"last_seen_at": now - timedelta(seconds=settings.session_idle_s), "expires_at": now}
    with house.services.database.write() as db:
        db.execute(update(sessions).where(sessions.c.id == login.session.id).values({limit: over[limit]}))
    assert office.userinfo(access).status_code == 401
    assert office.introspect(access) == {"active": False}


def test_stepping_down_narrows_a_token_that_is_out_at_its_next_use(shared_house: House, office: BackOffice) -> None:
    login = _login(shared_house, office, Level.MEDIUM, scopes=LOW | {"identity:medium"})
    access = tokens(office.redeem(login.code()))["access_token"]
    assert "address" in office.userinfo(access).get_json()
    services, now = shared_house.services, shared_house.clock.now
    consents.step_down(services, login.grant.id, login.person.id, Level.LOW, Notice("en", "Less"), now)
    narrowed = office.userinfo(access).get_json()
    assert "address" not in narrowed
    assert narrowed["data_level"] == "low"


def test_stepping_up_never_widens_a_token_that_is_out(shared_house: House, office: BackOffice) -> None:
    login = _login(shared_house, office)
    early = tokens(office.redeem(login.code()))["access_token"]
    higher = log_in(
        shared_house,
        login.person,
        office.client_id,
        Level.MEDIUM,
        scopes=frozenset({"openid", "identity:medium"}),
        grant_id=login.grant.id,
        grant_action="merge",
    )
    late = tokens(office.redeem(higher.code()))["access_token"]
    assert "address" not in office.userinfo(early).get_json()
    assert "address" in office.userinfo(late).get_json()
    assert higher.grant.sub == login.grant.sub


def test_a_key_that_signs_anew_costs_nobody_a_login(house: House) -> None:
    office = BackOffice(house, add_client(house))
    login = _login(house, office, scopes=LOW_OFFLINE)
    before = tokens(office.redeem(login.code()))
    code = login.code()
    services = house.services
    rotate(services, ("RS256",), house.clock.now)
    services.keys.forget()
    id_token_of(house, tokens(office.redeem(code)))
    house.clock.move(minutes=6, seconds=30)
    after = tokens(office.refresh(before["refresh_token"]))
    assert header_of(after["id_token"])["kid"] != header_of(before["id_token"])["kid"]
    id_token_of(house, after)
