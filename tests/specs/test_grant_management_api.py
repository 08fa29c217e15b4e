"""Grant Management for OAuth 2.0, draft 03 §6: a client looks its grants up and gives them back."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from app.services import pausing
from app.services.receipts import Notice
from tests.factories import add_client, add_person
from tests.redeeming import LOW_OFFLINE, SECRET, BackOffice, Login, basic, bearer, log_in, refused, tokens
from tests.servers.house import House

OWN = ["authorization_code", "refresh_token", "client_credentials"]


@pytest.fixture
def members(login: Login, office: BackOffice) -> dict[str, str]:
    """What a login gave the client: tokens and the grant's id."""
    return tokens(office.redeem(login.code()))


def test_a_client_sees_what_its_grant_allows_by_name(
    shared_house: House, login: Login, office: BackOffice, members: dict[str, str]
) -> None:
    answer = shared_house.browser().get(f"/grants/{members['grant_id']}", headers=basic(office.client_id, SECRET))
    grant = answer.get_json()
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert grant["claims"]
    assert "identity:" in grant["scopes"][0]["scope"]
    assert grant["created_at"] <= grant["last_updated_at"] < grant["expires_at"]
    shared_house.clock.move(minutes=5)
    pausing.pause(shared_house.services, login.grant.id, login.person.id, Notice("en", "Pause"), shared_house.clock.now)
    paused = shared_house.browser().get(f"/grants/{members['grant_id']}", headers=basic(office.client_id, SECRET))
    assert paused.get_json()["paused"]
    assert paused.get_json()["last_updated_at"] == int(shared_house.clock.now.timestamp())


def test_a_grant_given_back_is_dead_at_once_everywhere(
    shared_house: House, office: BackOffice, members: dict[str, str]
) -> None:
    browser, proof = shared_house.browser(), basic(office.client_id, SECRET)
    other = log_in(shared_house, add_person(shared_house), office.client_id, scopes=LOW_OFFLINE)
    elsewhere = tokens(office.redeem(other.code()))
    assert browser.delete(f"/grants/{members['grant_id']}", headers=proof).status_code == 204
    assert office.userinfo(members["access_token"]).status_code == 401
    assert refused(office.refresh(members["refresh_token"])) == "invalid_grant"
    assert browser.delete(f"/grants/{members['grant_id']}", headers=proof).status_code == 404
    assert browser.get(f"/grants/{members['grant_id']}", headers=proof).status_code == 404
    assert office.refresh(elsewhere["refresh_token"]).status_code == 200


def test_a_grant_given_back_twice_at_once_is_there_for_one_and_gone_for_the_other(
    shared_house: House, office: BackOffice, members: dict[str, str]
) -> None:
    proof, path = basic(office.client_id, SECRET), f"/grants/{members['grant_id']}"
    with ThreadPoolExecutor(6) as threads:
        answers = threads.map(lambda _: shared_house.browser().delete(path, headers=proof).status_code, range(6))
        assert sorted(answers) == [204, *[404] * 5]


def test_a_grant_of_another_client_looks_like_one_that_never_was(
    shared_house: House, office: BackOffice, members: dict[str, str]
) -> None:
    other = add_client(shared_house)
    browser = shared_house.browser()
    known = browser.get(f"/grants/{members['grant_id']}", headers=basic(other, SECRET))
    unknown = browser.get("/grants/0000", headers=basic(other, SECRET))
    assert (known.status_code, known.data) == (unknown.status_code, unknown.data) == (404, unknown.data)
    assert browser.delete(f"/grants/{members['grant_id']}", headers=basic(other, SECRET)).status_code == 404
    assert office.userinfo(members["access_token"]).status_code == 200


def test_nobody_looks_up_a_grant_without_proving_who_they_are(shared_house: House, members: dict[str, str]) -> None:
    assert shared_house.browser().get(f"/grants/{members['grant_id']}").status_code == 401
    token = bearer(members["access_token"])
    assert shared_house.browser().get(f"/grants/{members['grant_id']}", headers=token).status_code == 401


@pytest.mark.parametrize(
    ("scope", "method", "status"),
    [
        ("grant_management_query", "GET", 404),
        ("grant_management_revoke", "GET", 403),
        ("grant_management_revoke", "DELETE", 404),
        ("grant_management_query", "DELETE", 403),
    ],
)
def test_a_client_s_own_token_opens_what_its_scope_says(
    shared_house: House, scope: str, method: str, status: int
) -> None:
    client_id = add_client(shared_house, grant_types=OWN, scope=f"openid identity:low {scope}")
    machine = BackOffice(shared_house, client_id)
    own = tokens(machine.post("/token", {"grant_type": "client_credentials", "scope": scope}))["access_token"]
    answer = shared_house.browser().open("/grants/0000", method=method, headers=bearer(own))
    assert answer.status_code == status
