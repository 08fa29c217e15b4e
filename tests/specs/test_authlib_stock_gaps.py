"""What Authlib 1.9.9, wired as its documentation teaches, does not do: one promise of ours for each.

The letters are those of the list we keep of its behaviour; every test here fails on that wiring.
"""

import logging
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import requests
from flask.testing import FlaskClient
from sqlalchemy import create_engine, inspect, text

from app.crypto.digests import digest
from app.domain.errors import Problems
from app.domain.token_claims import Authentication, id_token_claims
from app.settings import load_settings
from app.storage import single_use
from app.storage.database import Database
from app.storage.tables.logins import refresh_tokens
from app.storage.tables.parties import clients
from tests.factories import (
    REDIRECT_URI,
    VERIFIER,
    add_client,
    add_person,
    share,
    sign_in,
)
from tests.redeeming import SECRET, BackOffice, Login, basic, id_token_of, log_in, refused, tokens
from tests.servers.house import START, House
from tests.servers.running import RunningHouse
from tests.shops import Shop, answer, refused_page


@pytest.fixture
def visitor(shared_house: House, office: BackOffice) -> tuple[Shop, FlaskClient]:
    """A shop, and the browser of somebody who shared with it and is signed in."""
    browser, person = shared_house.browser(), add_person(shared_house)
    sign_in(shared_house, browser, person)
    share(shared_house, person, office.client_id)
    return Shop(shared_house, office.client_id), browser


def _at_once(posts: int, post: Callable[[], Any]) -> Counter[int]:
    with ThreadPoolExecutor(posts) as threads:
        return Counter(threads.map(lambda _: post().status_code, range(posts)))


def test_al_1_of_eight_posts_of_one_code_one_gets_tokens_and_none_a_fault(login: Login, office: BackOffice) -> None:
    for _ in range(5):
        code = login.code()
        assert _at_once(8, lambda code=code: office.redeem(code)) == {200: 1, 400: 7}


def test_al_2_a_refresh_token_forks_into_no_two_chains(app_login: Login, app_office: BackOffice) -> None:
    token = tokens(app_office.redeem(app_login.code()))["refresh_token"]
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: app_office.refresh(token).get_json(), range(8)))
    assert len({each["refresh_token"] for each in answers}) == 1
    app_login.house.clock.move(seconds=11)
    assert refused(app_office.refresh(token)) == "invalid_grant"
    assert refused(app_office.refresh(answers[0]["refresh_token"])) == "invalid_grant"


def test_al_3_a_replayed_code_takes_back_the_first_tokens(login: Login, office: BackOffice) -> None:
    code = login.code()
    access = tokens(office.redeem(code))["access_token"]
    refused(office.redeem(code))
    assert office.userinfo(access).status_code == 401


@pytest.mark.parametrize("method", ["plain", None, "s256", ""])
def test_al_4_a_challenge_by_any_other_method_than_s256_is_refused(
    visitor: tuple[Shop, FlaskClient], method: str | None
) -> None:
    shop, browser = visitor
    assert answer(shop.begin(browser, code_challenge_method=method))["error"] == "invalid_request"


def test_al_4_a_public_client_without_challenge_gets_no_code(shared_house: House) -> None:
    shop = Shop(shared_house, add_client(shared_house, secret=None))
    browser, person = shared_house.browser(), add_person(shared_house)
    sign_in(shared_house, browser, person)
    share(shared_house, person, shop.client_id)
    back = answer(shop.begin(browser, code_challenge=None, code_challenge_method=None))
    assert back["error"] == "invalid_request"


def test_al_5_a_wrong_hint_does_not_keep_a_token_alive(login: Login, office: BackOffice) -> None:
    members = tokens(office.redeem(login.code()))
    office.revoke(members["access_token"], token_type_hint="refresh_token")
    office.revoke(members["refresh_token"], token_type_hint="access_token")
    assert office.userinfo(members["access_token"]).status_code == 401
    assert refused(office.refresh(members["refresh_token"])) == "invalid_grant"


def test_al_6_access_lives_minutes_and_refreshing_no_longer_than_the_grant(login: Login, office: BackOffice) -> None:
    members = tokens(office.redeem(login.code()))
    assert members["expires_in"] <= 600
    with login.house.services.database.read() as db:
        row = db.execute(refresh_tokens.select().where(refresh_tokens.c.client_id == office.client_id)).one()
    assert row.expires_at == login.grant.ends_at
    assert office.introspect(members["refresh_token"])["exp"] == int(login.grant.ends_at.timestamp())


@pytest.mark.parametrize("header", ["Basic w6k6w6k=", "Basic //46//4=", "Basic c2hvcDpzZWNyZXQ", "Basic c2hv\tcA=="])
def test_al_7_an_odd_authorization_header_is_a_401(shared_house: House, header: str) -> None:
    response = shared_house.browser().post("/token", data={"grant_type": "x"}, headers={"Authorization": header})
    assert response.status_code in {400, 401}
    revoked = shared_house.browser().post("/revoke", data={"token": "x"}, headers={"Authorization": header})
    assert refused(revoked, 401) == "invalid_client"


def test_al_7_a_list_is_no_registration(shared_house: House) -> None:
    assert refused(shared_house.browser().post("/clients", json=["x"])) == "invalid_client_metadata"


def test_al_8_an_expired_secret_is_no_secret(shared_house: House) -> None:
    client_id, now = add_client(shared_house), shared_house.clock.now
    secrets = [[digest(SECRET).hex(), int((now - timedelta(seconds=1)).timestamp())]]
    with shared_house.services.database.write() as db:
        db.execute(clients.update().where(clients.c.id == client_id).values(secrets=secrets))
    response = BackOffice(shared_house, client_id).post("/revoke", {"token": "x"})
    assert refused(response, 401) == "invalid_client"


def test_al_8_secrets_codes_and_tokens_are_nowhere_in_the_database(login: Login, office: BackOffice) -> None:
    code = login.code()
    members = tokens(office.redeem(code))
    told = login.house.browser().post("/clients", json={"redirect_uris": [REDIRECT_URI]}).get_json()
    secrets = [
        code,
        members["access_token"],
        members["refresh_token"],
        members["id_token"],
        told["client_secret"],
        told["registration_access_token"],
        SECRET,
    ]
    database = login.house.services.database
    with database.read() as db:
        names = inspect(db).get_table_names()
        everything = str([db.execute(text(f'SELECT * FROM "{name}"')).all() for name in names])  # noqa: S608
    assert office.client_id in everything
    assert [secret for secret in secrets if secret in everything] == []


def test_al_9_a_client_proves_itself_one_way_under_one_name_with_each_parameter_once_and_in_the_body(
    login: Login, office: BackOffice
) -> None:
    form = {
        "grant_type": "authorization_code",
        "code": login.code(),
        "redirect_uri": REDIRECT_URI,
        "code_verifier": VERIFIER,
    }
    both = office.post("/token", {**form, "client_secret": SECRET})
    other_name = office.post("/token", {**form, "client_id": "another"})
    in_url = office.post(f"/token?{urlencode(form)}", {})
    twice = office.post("/token", {**form, "code": [form["code"], form["code"]]})
    assert [refused(each) for each in (both, other_name, in_url, twice)] == ["invalid_request"] * 4
    tokens(office.post("/token", form))


@pytest.mark.parametrize(
    "name",
    ["response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "prompt", "claims", "max_age",
     "code_challenge", "code_challenge_method", "acr_values", "ui_locales", "login_hint", "display", "made_up"],
)  # fmt: skip
def test_al_10_no_parameter_of_a_login_may_come_twice(visitor: tuple[Shop, FlaskClient], name: str) -> None:
    shop, browser = visitor
    pairs = [*shop.parameters().items(), (name, "1"), (name, "2")]
    form = "application/x-www-form-urlencoded"
    for response in (
        browser.get("/authorize", query_string=urlencode(pairs)),
        browser.post("/authorize", data=urlencode(pairs), content_type=form),
    ):
        if name in {"client_id", "redirect_uri"}:
            refused_page(response)
        else:
            assert answer(response)["error"] == "invalid_request"


def test_al_11_a_missing_redirect_uri_is_not_guessed(shared_house: House) -> None:
    two = ["https://shop.example/callback", "https://shop.example/other"]
    shop = Shop(shared_house, add_client(shared_house, redirect_uris=two))
    assert refused_page(shop.begin(shared_house.browser(), redirect_uri=None)) == "invalid_request"


@pytest.mark.parametrize(
    "members",
    [
        {"redirect_uris": ["javascript:alert(1)"]},
        {"redirect_uris": ["data:text/html,x"]},
        {"redirect_uris": ["http://shop.example/"]},
        {"redirect_uris": ["https://*.shop.example/"]},
        {"redirect_uris": ["https://192.0.2.1/"]},
        {"logo_uri": "javascript:alert(1)"},
        {"policy_uri": "javascript:alert(1)"},
        {"jwks_uri": "http://192.0.2.1/"},
        {"client_name": {"a": "b"}},
        {"client_name": "\u202eevil"},
        {"scope": "openid everything"},
    ],
)
def test_al_12_hostile_metadata_is_refused(shared_house: House, members: dict[str, Any]) -> None:
    document = {"redirect_uris": [REDIRECT_URI], **members}
    assert shared_house.browser().post("/clients", json=document).status_code == 400


def test_al_13_an_unknown_scope_is_refused_aloud(visitor: tuple[Shop, FlaskClient]) -> None:
    shop, browser = visitor
    assert answer(shop.begin(browser, scope="openid identity:low everything"))["error"] == "invalid_scope"


def test_al_13_a_state_of_200_kilobytes_is_not_echoed(visitor: tuple[Shop, FlaskClient]) -> None:
    shop, browser = visitor
    response = browser.post("/authorize", data=shop.parameters(state="x" * 200_000))
    assert response.status_code in {400, 413}
    assert len(response.data) < 100_000
    assert "x" * 100 not in response.text


def test_al_13_a_code_is_not_cached_and_leaks_through_no_referrer(visitor: tuple[Shop, FlaskClient]) -> None:
    shop, browser = visitor
    response = shop.begin(browser)
    assert "code" in answer(response)
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Referrer-Policy"] == "no-referrer"


def test_al_14_nothing_that_opens_a_door_is_logged_even_at_debug(
    login: Login, office: BackOffice, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG), caplog.at_level(logging.DEBUG, "authlib"):
        code = login.code()
        members = tokens(office.redeem(code))
        again = tokens(office.refresh(members["refresh_token"]))
        office.userinfo(again["access_token"])
        office.redeem(code)
        office.post("/token", {"grant_type": "x"}, headers=basic(office.client_id, "wrong-secret"))
    written = caplog.text
    secrets = [code, VERIFIER, SECRET, "wrong-secret", members["refresh_token"], login.person.email]
    secrets += [each[name] for each in (members, again) for name in ("access_token", "id_token")]
    assert "sluis.web" in written
    assert [secret for secret in secrets if secret in written] == []


def test_al_15_behind_a_proxy_that_ends_tls_everything_works(make_house: Callable[..., House]) -> None:
    house = make_house(issuer="https://id.example.org")
    office = BackOffice(house, add_client(house))
    login = log_in(house, add_person(house), office.client_id)
    form = {
        "grant_type": "authorization_code",
        "code": login.code(),
        "redirect_uri": REDIRECT_URI,
        "code_verifier": VERIFIER,
    }
    tokens(office.post("/token", form, base_url="http://id.example.org"))


def test_al_15_production_does_not_start_with_the_switch_that_allows_plain_http(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
    environ = {
        "SLUIS_ENVIRONMENT": "production",
        "SLUIS_CONFIG": str(Path(__file__).parents[2] / "config" / "production.example.toml"),
    }
    with pytest.raises(Problems) as problems:
        load_settings(environ)
    assert ("AUTHLIB_INSECURE_TRANSPORT", "must not be set") in problems.value.found


def test_al_16_an_error_page_does_not_repeat_what_an_attacker_wrote(shared_house: House, office: BackOffice) -> None:
    shop = Shop(shared_house, office.client_id)
    hostile = 'https://evil.example/"><script>alert(1)</script>'
    response = shop.begin(shared_house.browser(), redirect_uri=hostile, state="repeat-me", scope="repeat-me")
    assert refused_page(response) == "invalid_request"
    assert not any(part in response.text for part in ("evil.example", "alert(1)", "repeat-me"))


def test_al_17_three_wrong_verifiers_burn_the_code(login: Login, office: BackOffice) -> None:
    code = login.code()
    for _ in range(3):
        refused(office.redeem(code, code_verifier="w" * 43))
    assert refused(office.redeem(code)) == "invalid_grant"


def test_al_18_what_a_consent_form_says_beside_the_choice_changes_nothing(
    shared_house: House, office: BackOffice
) -> None:
    shop, person, browser = Shop(shared_house, office.client_id), add_person(shared_house), shared_house.browser()
    sign_in(shared_house, browser, person)
    path = shop.begin(browser).headers["Location"]
    page = browser.get(path).text

    def hidden(name: str) -> str:
        return page.partition(f'name="{name}" value="')[2].partition('"')[0]

    forged = {
        "scope": "openid profile address identity:high offline_access",
        "claims": '{"userinfo":{"address":null}}',
        "client_id": add_client(shared_house),
        "redirect_uri": "https://evil.example/",
        "level": "high",
        "person_id": "somebody",
        "nonce": "forged",
    }
    chosen = {"profile": "low", "shown-low": hidden("shown-low"), "decision": "share"}
    form = {"csrf_token": hidden("csrf_token"), **chosen, **forged}
    response = browser.post(path, query_string=forged, data=form)
    back = answer(browser.get(response.headers["Location"]))
    members = tokens(office.redeem(back["code"]))
    assert members["scope"] == "identity:low openid"
    assert office.introspect(members["access_token"])["data_claims"] == ["email"]
    assert id_token_of(shared_house, members)["nonce"] == "n-0S6_WzA2Mj"


def test_al_19_a_fact_named_like_a_protocol_claim_stays_out() -> None:
    forged = dict.fromkeys(("iss", "sub", "aud", "exp", "nonce", "acr", "auth_time", "azp", "sid"), "forged")
    claims = id_token_claims(
        "https://id.example",
        "shop",
        "sub",
        Authentication(START, "urn:sluis:acr:password", frozenset({"pwd"})),
        issued_at=START,
        lifetime_s=300,
        sid="sid",
        at_hash="hash",
        nonce=None,
        released=forged,
        terms={},
    )
    assert "forged" not in claims.values()


def test_al_20_what_the_library_lacks_is_here(visitor: tuple[Shop, FlaskClient]) -> None:
    shop, browser = visitor
    metadata = browser.get("/.well-known/openid-configuration").get_json()
    assert metadata["pushed_authorization_request_endpoint"]
    assert metadata["claims_parameter_supported"] is True
    assert metadata["subject_types_supported"] == ["pairwise"]
    shop.house.clock.move(seconds=5)
    assert shop.begin(browser, max_age="1").headers["Location"].startswith("/sign-in")
    away = answer(shop.begin(browser, request_uri="https://evil.example/request", prompt="none"))
    assert away["error"] == "request_uri_not_supported"


def test_al_21_of_sixteen_claims_to_use_something_once_one_wins(house: House) -> None:
    database, now = house.services.database, house.clock.now

    def claim() -> bool:
        with database.write() as db:
            return single_use.claim_once(db, b"once", "code", now, now)

    with ThreadPoolExecutor(16) as threads:
        assert Counter(threads.map(lambda _: claim(), range(16))) == {True: 1, False: 15}


def test_al_22_a_writer_that_reads_first_waits_and_is_not_turned_away(house: House) -> None:
    database, now = house.services.database, house.clock.now

    def read_then_write(number: int) -> bool:
        with database.write() as db:
            single_use.was_used(db, b"anything")
            return single_use.claim_once(db, b"%d" % number, "code", now, now)

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(read_then_write, range(64)))


def test_al_22_sqlite_runs_as_we_say_and_not_as_it_likes(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'a.db'}")
    with database.engine.connect() as db:
        told = {name: db.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in _PRAGMAS}
    database.dispose()
    assert told == _PRAGMAS


_PRAGMAS = {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2, "busy_timeout": 5000, "secure_delete": 1}


def test_al_23_what_was_deleted_is_not_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    database, canary = Database(f"sqlite:///{path}"), "canary-" * 20
    with database.engine.begin() as db:
        db.exec_driver_sql("CREATE TABLE t (v TEXT)")
        db.exec_driver_sql("INSERT INTO t VALUES (?)", (canary,))
    with database.engine.begin() as db:
        db.exec_driver_sql("DELETE FROM t")
    database.dispose()
    checkpoint = create_engine(f"sqlite:///{path}", isolation_level="AUTOCOMMIT")
    with checkpoint.connect() as db:
        db.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    checkpoint.dispose()
    assert all(canary.encode() not in file.read_bytes() for file in tmp_path.iterdir())


def test_al_24_a_long_login_by_get_reaches_us(running_house: RunningHouse) -> None:
    client_id = add_client(running_house.house)
    claims = '{"userinfo":{' + ",".join(f'"claim_{n:04}":null' for n in range(330)) + "}}"
    shop = Shop(running_house.house, client_id)
    address = f"{running_house.issuer}/authorize?{urlencode(shop.parameters(claims=claims))}"
    assert len(address) > 8000
    response = requests.get(address, allow_redirects=False, timeout=10)
    assert response.status_code == 303
    assert response.headers["Location"].startswith("/sign-in")
