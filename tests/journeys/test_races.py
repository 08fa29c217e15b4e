"""Many at once, for one thing that may happen once: real threads against two running servers over one database."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
import requests
from sqlalchemy import func, select

from app.crypto import jwt, keyring
from app.crypto.keyring import KeyRing
from app.services import consents
from app.services.receipts import Notice
from app.storage.tables.parties import clients
from tests.factories import REDIRECT_URI, VERIFIER, add_client, add_person
from tests.redeeming import LOW_OFFLINE, SECRET, Login, basic, bearer, log_in
from tests.servers.databases import BACKENDS, Databases
from tests.servers.running import RunningHouse, run_house

AT_ONCE = 32
ROUNDS = 5
PATIENCE_S = 60
QUOTA = 5


@pytest.fixture(scope="module", params=BACKENDS)
def servers(
    request: pytest.FixtureRequest,
    databases: Databases,
    secrets_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[RunningHouse]:
    """Two nodes of two processes each, for all these tests."""
    folder, environ = tmp_path_factory.mktemp("races"), {"SLUIS_REGISTRATION__PER_SOURCE_PER_HOUR": str(QUOTA)}
    with (
        databases.fresh(request.param) as url,
        run_house(url, secrets_path, folder, nodes=2, environ=environ) as running,
    ):
        yield running


class Crowd:
    """Thirty-two callers who wait for each other before each request."""

    def __init__(self, servers: RunningHouse) -> None:
        self.servers = servers
        self._threads = ThreadPoolExecutor(AT_ONCE)
        self._ready = Barrier(AT_ONCE)
        self._sessions = [requests.Session() for _ in range(AT_ONCE)]
        host = servers.issuer.partition("://")[2]
        for session in self._sessions:
            session.headers["Host"] = host

    def post(
        self, path: str, form: dict[str, str] | None = None, headers: dict[str, str] | None = None, json: Any = None
    ) -> list[requests.Response]:
        """The same post from everybody at once, spread over the nodes."""

        def send(session: requests.Session, node: str) -> requests.Response:
            self._ready.wait(PATIENCE_S)
            return session.post(f"{node}{path}", data=form, json=json, headers=headers, timeout=PATIENCE_S)

        return list(self._threads.map(send, self._sessions, cycle(self.servers.nodes)))

    def end(self) -> None:
        """Close everything."""
        self._threads.shutdown()
        for session in self._sessions:
            session.close()


@pytest.fixture
def crowd(servers: RunningHouse) -> Iterator[Crowd]:
    crowd = Crowd(servers)
    yield crowd
    crowd.end()


def outcomes(responses: list[requests.Response]) -> Counter[tuple[int, str]]:
    """How often which status and error."""
    return Counter((response.status_code, response.json().get("error", "")) for response in responses)


def call(servers: RunningHouse, path: str, form: dict[str, str] | None = None, **kwargs: Any) -> requests.Response:
    """One request to the first node."""
    if form is None:
        return requests.get(servers.issuer + path, timeout=PATIENCE_S, **kwargs)
    return requests.post(servers.issuer + path, data=form, timeout=PATIENCE_S, **kwargs)


def shop(servers: RunningHouse, *, secret: str | None = SECRET, **metadata: Any) -> Login:
    """Somebody logged in at a new client, with offline access."""
    house = servers.house
    client_id = add_client(house, secret=secret, **metadata)
    return log_in(house, add_person(house), client_id, scopes=LOW_OFFLINE)


def code_of(login: Login) -> dict[str, str]:
    """What redeems a new code."""
    login.house.clock.now = datetime.now(UTC)
    return {
        "grant_type": "authorization_code",
        "code": login.code(),
        "redirect_uri": REDIRECT_URI,
        "code_verifier": VERIFIER,
    }


def test_one_code_is_redeemed_once_and_its_replay_takes_everything_back(servers: RunningHouse, crowd: Crowd) -> None:
    login = shop(servers)
    headers = basic(login.client_id, SECRET)
    for _ in range(ROUNDS):
        responses = crowd.post("/token", code_of(login), headers)
        assert outcomes(responses) == {(200, ""): 1, (400, "invalid_grant"): AT_ONCE - 1}
        (won,) = (response.json() for response in responses if response.ok)
        assert call(servers, "/userinfo", headers=bearer(won["access_token"])).status_code == 401
        again = {"grant_type": "refresh_token", "refresh_token": won["refresh_token"]}
        assert call(servers, "/token", again, headers=headers).json()["error"] == "invalid_grant"


def test_one_refresh_token_has_one_successor(servers: RunningHouse, crowd: Crowd) -> None:
    login = shop(servers, secret=None)
    named = {"client_id": login.client_id}
    token = call(servers, "/token", {**code_of(login), **named}).json()["refresh_token"]
    for _ in range(ROUNDS):
        form = {"grant_type": "refresh_token", "refresh_token": token, **named}
        responses = crowd.post("/token", form)
        assert outcomes(responses) == {(200, ""): AT_ONCE}
        successors = {response.json()["refresh_token"] for response in responses}
        assert len(successors) == 1
        (token,) = successors
    assert call(servers, "/token", {"grant_type": "refresh_token", "refresh_token": token, **named}).ok


def test_one_assertion_proves_a_client_once(servers: RunningHouse, crowd: Crowd) -> None:
    now = datetime.now(UTC)
    key = keyring.generate("ES256", now, now)
    metadata = {"token_endpoint_auth_method": "private_key_jwt", "jwks": KeyRing([key]).jwks(now)}
    for _ in range(ROUNDS):
        client_id = add_client(servers.house, secret=None, **metadata)
        issued = int(datetime.now(UTC).timestamp())
        claims = {"iss": client_id, "sub": client_id, "aud": servers.issuer, "exp": issued + 60, "jti": uuid4().hex}
        form = {
            "token": "x",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": jwt.sign(key, claims, typ=None),
        }
        assert outcomes(crowd.post("/revoke", form)) == {(200, ""): 1, (401, "invalid_client"): AT_ONCE - 1}


def test_of_parallel_guesses_no_more_than_three_are_looked_at(servers: RunningHouse, crowd: Crowd) -> None:
    login = shop(servers)
    headers = basic(login.client_id, SECRET)
    form = code_of(login)
    guesses = crowd.post("/token", {**form, "code_verifier": "w" * 43}, headers)
    assert outcomes(guesses) == {(400, "invalid_grant"): AT_ONCE}
    assert call(servers, "/token", form, headers=headers).json()["error"] == "invalid_grant"


def test_after_a_revocation_no_token_of_the_family_works_whenever_it_was_minted(
    servers: RunningHouse, crowd: Crowd
) -> None:
    login = shop(servers)
    headers = basic(login.client_id, SECRET)
    for _ in range(ROUNDS):
        token = call(servers, "/token", code_of(login), headers=headers).json()["refresh_token"]
        with ThreadPoolExecutor(1) as other:
            form = {"grant_type": "refresh_token", "refresh_token": token}
            minting = other.submit(crowd.post, "/token", form, headers)
            assert call(servers, "/revoke", {"token": token}, headers=headers).status_code == 200
            responses = minting.result(PATIENCE_S)
        assert outcomes(responses).keys() <= {(200, ""), (400, "invalid_grant")}
        for minted in (response.json()["access_token"] for response in responses if response.ok):
            assert call(servers, "/userinfo", headers=bearer(minted)).status_code == 401


def test_when_a_person_stops_while_a_shop_redeems_nothing_works_afterwards(servers: RunningHouse, crowd: Crowd) -> None:
    for _ in range(ROUNDS):
        login = shop(servers)
        headers = basic(login.client_id, SECRET)
        form = code_of(login)
        with ThreadPoolExecutor(1) as other:
            redeeming = other.submit(crowd.post, "/token", form, headers)
            services, now = servers.services, datetime.now(UTC)
            consents.stop(services, login.grant.id, login.person.id, Notice("en", "Stop"), now)
            responses = redeeming.result(PATIENCE_S)
        assert outcomes(responses).keys() <= {(200, ""), (400, "invalid_grant")}
        for members in (response.json() for response in responses if response.ok):
            assert call(servers, "/userinfo", headers=bearer(members["access_token"])).status_code == 401
            again = {"grant_type": "refresh_token", "refresh_token": members["refresh_token"]}
            assert call(servers, "/token", again, headers=headers).json()["error"] == "invalid_grant"


def test_a_registration_quota_is_not_outrun(servers: RunningHouse, crowd: Crowd) -> None:
    def registered() -> int:
        with servers.services.database.read() as db:
            return int(db.execute(select(func.count()).select_from(clients)).scalar_one())

    before = registered()
    responses = crowd.post("/clients", json={"redirect_uris": ["https://shop.example/cb"]})
    assert Counter(response.status_code for response in responses) == {201: QUOTA, 429: AT_ONCE - QUOTA}
    assert registered() == before + QUOTA
