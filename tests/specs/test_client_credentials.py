"""RFC 6749 §4.4: a client gets a token for itself, and what such a token opens."""

import pytest

from app.domain.client_scopes import CLIENT_SCOPES
from app.storage.tables.parties import clients
from tests.factories import REDIRECT_URI, add_client, client_of
from tests.redeeming import SECRET, BackOffice, Login, basic, refused, tokens
from tests.servers.house import House

GRANTS = ["authorization_code", "refresh_token", "client_credentials"]
SCOPE = "openid identity:low ssf.read ssf.manage"


def own_token(office: BackOffice, scope: str | None = None) -> str:
    """A token the client got for itself."""
    asked = {} if scope is None else {"scope": scope}
    return str(tokens(office.post("/token", {"grant_type": "client_credentials", **asked}))["access_token"])


@pytest.fixture
def machine(shared_house: House) -> BackOffice:
    """A client that registered the grant, and the scopes of event streams."""
    return BackOffice(shared_house, add_client(shared_house, grant_types=GRANTS, scope=SCOPE))


def test_the_answer_has_a_token_of_the_scope_asked_and_nothing_of_a_person(machine: BackOffice) -> None:
    members = tokens(machine.post("/token", {"grant_type": "client_credentials", "scope": "ssf.read"}))
    assert members.keys() == {"access_token", "token_type", "expires_in", "scope"}
    assert (members["token_type"], members["expires_in"], members["scope"]) == ("Bearer", 600, "ssf.read")


def test_without_a_scope_the_token_is_of_all_the_client_registered_for_itself(machine: BackOffice) -> None:
    assert tokens(machine.post("/token", {"grant_type": "client_credentials"}))["scope"] == "ssf.manage ssf.read"


@pytest.mark.parametrize(
    "scope", ["openid", "api", "ssf.read openid", "ssf.read\tssf.manage", "ssf.write", "identity:low"]
)
def test_a_scope_not_registered_for_the_client_itself_is_refused(machine: BackOffice, scope: str) -> None:
    answer = machine.post("/token", {"grant_type": "client_credentials", "scope": scope})
    assert refused(answer) == "invalid_scope"


def test_a_client_that_did_not_register_the_grant_is_refused(office: BackOffice) -> None:
    assert refused(office.post("/token", {"grant_type": "client_credentials"})) == "unauthorized_client"


def test_a_public_client_is_refused_whatever_it_registered(shared_house: House) -> None:
    office = BackOffice(shared_house, add_client(shared_house, secret=None, grant_types=GRANTS, scope=SCOPE), None)
    assert refused(office.post("/token", {"grant_type": "client_credentials"}), 401) == "invalid_client"


def test_a_wrong_secret_gets_nothing(machine: BackOffice) -> None:
    headers = basic(machine.client_id, SECRET + "x")
    answer = machine.post("/token", {"grant_type": "client_credentials"}, headers=headers)
    assert refused(answer, 401) == "invalid_client"


def test_a_client_s_own_token_opens_nothing_of_a_person(machine: BackOffice) -> None:
    assert machine.userinfo(own_token(machine)).status_code == 401


def test_a_person_s_token_is_not_the_client_s_own(login: Login, office: BackOffice) -> None:
    access = tokens(office.redeem(login.code()))["access_token"]
    answer = login.house.browser().get("/ssf/streams", headers={"Authorization": f"Bearer {access}"})
    assert refused(answer, 401) == "invalid_token"


def test_the_client_may_introspect_its_own_and_nobody_else_s(machine: BackOffice, office: BackOffice) -> None:
    token = own_token(machine)
    now = int(machine.house.clock.now.timestamp())
    assert machine.introspect(token) == {
        "active": True,
        "iss": "http://localhost:8000",
        "aud": "http://localhost:8000",
        "token_type": "Bearer",
        "client_id": machine.client_id,
        "scope": "ssf.manage ssf.read",
        "iat": now,
        "exp": now + 600,
    }
    assert office.introspect(token) == {"active": False}


def test_a_revoked_token_is_dead_at_once(machine: BackOffice) -> None:
    token = own_token(machine)
    assert machine.revoke(token).status_code == 200
    assert machine.introspect(token) == {"active": False}
    answer = machine.house.browser().get("/ssf/streams", headers={"Authorization": f"Bearer {token}"})
    assert refused(answer, 401) == "invalid_token"


def test_a_client_s_own_token_expires_after_ten_minutes(machine: BackOffice) -> None:
    token = own_token(machine)
    machine.house.clock.move(minutes=10)
    assert machine.introspect(token) == {"active": False}


@pytest.mark.parametrize(
    "lost",
    [{"standing": "disabled"}, {"grant_types": ["authorization_code"]}, {"token_endpoint_auth_method": "none"}],
)
def test_a_client_that_lost_its_right_has_a_dead_token(machine: BackOffice, lost: dict[str, object]) -> None:
    token = own_token(machine)
    registered = dict(client_of(machine.house, machine.client_id).metadata)
    values = lost if "standing" in lost else {"metadata": registered | lost}
    with machine.house.services.database.write() as db:
        db.execute(clients.update().where(clients.c.id == machine.client_id).values(**values))
    answer = machine.house.browser().get("/ssf/streams", headers={"Authorization": f"Bearer {token}"})
    assert refused(answer, 401) == "invalid_token"


def test_a_client_that_is_gone_has_a_dead_token(machine: BackOffice) -> None:
    token = own_token(machine)
    with machine.house.services.database.write() as db:
        db.execute(clients.delete().where(clients.c.id == machine.client_id))
    answer = machine.house.browser().get("/ssf/streams", headers={"Authorization": f"Bearer {token}"})
    assert refused(answer, 401) == "invalid_token"


def test_a_scope_taken_from_the_client_is_taken_from_its_tokens(machine: BackOffice) -> None:
    token = own_token(machine)
    registered = dict(client_of(machine.house, machine.client_id).metadata)
    with machine.house.services.database.write() as db:
        narrowed = {"metadata": registered | {"scope": "openid ssf.read"}}
        db.execute(clients.update().where(clients.c.id == machine.client_id).values(**narrowed))
    headers = {"Authorization": f"Bearer {token}"}
    assert machine.house.browser().get("/ssf/streams", headers=headers).status_code == 200
    assert refused(machine.house.browser().post("/ssf/streams", json={}, headers=headers), 403) == "insufficient_scope"


@pytest.mark.parametrize("scope", CLIENT_SCOPES)
def test_no_person_can_be_asked_for_a_scope_of_the_client_itself(machine: BackOffice, scope: str) -> None:
    asked = {
        "client_id": machine.client_id,
        "redirect_uri": REDIRECT_URI,
        "response_type": "code",
        "scope": f"openid {scope}",
    }
    answer = machine.house.browser().get("/authorize", query_string=asked)
    assert "error=invalid_scope" in answer.headers.get("Location", "")


def test_discovery_tells_of_the_grant_and_its_scopes(shared_house: House) -> None:
    told = shared_house.browser().get("/.well-known/openid-configuration").get_json()
    assert "client_credentials" in told["grant_types_supported"]
    assert set(CLIENT_SCOPES) <= set(told["scopes_supported"])
