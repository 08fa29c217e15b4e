"""Which pages of other sites may read what a client is told."""

import pytest

from tests.factories import REDIRECT_URI, add_client, add_person
from tests.redeeming import BackOffice, Login, bearer, log_in, tokens
from tests.servers.house import House

OWN = "https://shop.example"
ALLOW = "Access-Control-Allow-Origin"
OTHERS = [
    "https://evil.example",
    "http://shop.example",
    "https://shop.example:8443",
    "null",
    "",
    "https://shop.example.evil",
]


@pytest.fixture
def page(shared_house: House) -> BackOffice:
    """A public client whose pages call us from ``OWN``."""
    told = shared_house.browser().post(
        "/clients", json={"redirect_uris": [REDIRECT_URI], "token_endpoint_auth_method": "none"}
    )
    return BackOffice(shared_house, told.get_json()["client_id"], None)


@pytest.fixture
def page_login(shared_house: House, page: BackOffice) -> Login:
    return log_in(shared_house, add_person(shared_house), page.client_id, scopes=frozenset({"openid", "email"}))


def _redeem(page: BackOffice, code: str, origin: str) -> str | None:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT_URI}
    return page.post("/token", form, headers={"Origin": origin}).headers.get(ALLOW)


def test_a_page_of_the_client_reads_its_tokens_and_its_refusals(page_login: Login, page: BackOffice) -> None:
    assert _redeem(page, page_login.code(), OWN) == OWN
    assert _redeem(page, "wrong", OWN) == OWN


@pytest.mark.parametrize("origin", OTHERS)
def test_no_other_page_reads_anything(page_login: Login, page: BackOffice, origin: str) -> None:
    assert _redeem(page, page_login.code(), origin) is None
    access = tokens(page.redeem(page_login.code()))["access_token"]
    answer = page.house.browser().get("/userinfo", headers={**bearer(access), "Origin": origin})
    assert ALLOW not in answer.headers


def test_a_page_of_the_client_reads_userinfo(page_login: Login, page: BackOffice) -> None:
    access = tokens(page.redeem(page_login.code()))["access_token"]
    answer = page.house.browser().get("/userinfo", headers={**bearer(access), "Origin": OWN})
    assert answer.headers[ALLOW] == OWN
    assert "Origin" in answer.headers["Vary"]
    assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize("origin", [OWN, *OTHERS])
def test_while_it_is_not_known_who_asks_pages_of_clients_read_the_refusal(page: BackOffice, origin: str) -> None:
    browser = page.house.browser()
    allowed = OWN if origin == OWN else None
    ended = browser.get("/userinfo", headers={**bearer("ended"), "Origin": origin})
    assert (ended.status_code, ended.headers.get(ALLOW)) == (401, allowed)
    unknown = browser.post("/token", data={"grant_type": "refresh_token"}, headers={"Origin": origin})
    assert (unknown.status_code, unknown.headers.get(ALLOW)) == (401, allowed)


@pytest.mark.parametrize("path", ["/token", "/userinfo", "/revoke"])
def test_a_browser_that_asks_first_hears_yes_for_pages_of_clients_only(
    shared_house: House, page: BackOffice, path: str
) -> None:
    asking = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    browser = shared_house.browser()
    yes = browser.options(path, headers={"Origin": OWN, **asking})
    assert yes.status_code == 204
    assert yes.headers[ALLOW] == OWN
    assert "Authorization" in yes.headers["Access-Control-Allow-Headers"]
    for origin in OTHERS:
        assert ALLOW not in browser.options(path, headers={"Origin": origin, **asking}).headers


def test_what_one_client_registers_anew_takes_no_page_of_another_away(shared_house: House) -> None:
    browser, asking = shared_house.browser(), {"Access-Control-Request-Method": "POST"}
    first, second, third = (f"https://{name}.example" for name in ("first", "second", "third"))
    told = [browser.post("/clients", json={"redirect_uris": [f"{page}/cb"]}).get_json() for page in (first, second)]
    anew = {"client_id": told[0]["client_id"], "redirect_uris": [f"{third}/cb"]}
    browser.put(f"/clients/{anew['client_id']}", json=anew, headers=bearer(told[0]["registration_access_token"]))
    read = [
        browser.options("/token", headers={"Origin": page, **asking}).headers.get(ALLOW)
        for page in (first, second, third)
    ]
    assert read == [None, second, third]


@pytest.mark.parametrize("path", ["/introspect", "/clients", "/authorize", "/sign-in"])
def test_what_is_no_business_of_pages_has_no_permission_at_all(shared_house: House, path: str) -> None:
    client_id = add_client(shared_house)
    for method in ("OPTIONS", "GET", "POST"):
        answer = shared_house.browser().open(
            path, method=method, headers={"Origin": OWN}, query_string={"client_id": client_id}
        )
        assert ALLOW not in answer.headers
