"""When the database does not answer, or clients dawdle: nothing consumed, nobody kept, well by itself afterwards."""

import socket
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack, closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from tests.factories import REDIRECT_URI, VERIFIER, add_client, add_person
from tests.redeeming import LOW_OFFLINE, SECRET, Login, basic, bearer, log_in
from tests.servers.databases import Databases, migrate
from tests.servers.postgresql import PostgresServer, serve_postgresql
from tests.servers.running import RunningHouse, run_house, wait_until

BUSY_TIMEOUT_S = 5
PATIENCE_S = 30


def redeem(servers: RunningHouse, login: Login, code: str) -> requests.Response:
    """One attempt of the shop to redeem a code."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": REDIRECT_URI,
        "code_verifier": VERIFIER,
    }
    return call(servers, login, form)


def refresh(servers: RunningHouse, login: Login, token: str) -> requests.Response:
    """One attempt of the shop to use a refresh token."""
    return call(servers, login, {"grant_type": "refresh_token", "refresh_token": token})


def call(servers: RunningHouse, login: Login, form: dict[str, str]) -> requests.Response:
    headers = basic(login.client_id, SECRET)
    return requests.post(f"{servers.issuer}/token", data=form, headers=headers, timeout=PATIENCE_S)


def logged_in(servers: RunningHouse) -> Login:
    """A person who shares with a shop, ready to be redeemed."""
    client_id = add_client(servers.house, secret=SECRET)
    return log_in(servers.house, add_person(servers.house), client_id, scopes=LOW_OFFLINE)


def assert_try_again(response: requests.Response) -> None:
    assert response.status_code == 503, response.text
    assert response.json()["error"] == "temporarily_unavailable"
    assert int(response.headers["Retry-After"]) > 0
    assert response.headers["Cache-Control"] == "no-store"


@pytest.fixture(scope="module")
def on_sqlite(
    databases: Databases, secrets_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningHouse]:
    """Servers over a file that somebody else may lock."""
    folder = tmp_path_factory.mktemp("locked")
    with databases.fresh("sqlite") as url, run_house(url, secrets_path, folder) as running:
        yield running


@pytest.fixture
def outsider(on_sqlite: RunningHouse) -> Iterator[sqlite3.Connection]:
    """Another program with the same file open."""
    file = on_sqlite.services.settings.database_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(file, isolation_level=None, check_same_thread=False)) as connection:
        yield connection


def test_a_short_lock_is_waited_for(on_sqlite: RunningHouse, outsider: sqlite3.Connection) -> None:
    login = logged_in(on_sqlite)
    code = login.code()
    outsider.execute("BEGIN IMMEDIATE")
    with ThreadPoolExecutor() as shop:
        answer = shop.submit(redeem, on_sqlite, login, code)
        assert wait([answer], timeout=1).not_done, "it waits for the lock"
        outsider.execute("ROLLBACK")
        assert answer.result(PATIENCE_S).status_code == 200


def test_a_long_lock_is_503_and_consumes_nothing(on_sqlite: RunningHouse, outsider: sqlite3.Connection) -> None:
    login = logged_in(on_sqlite)
    tokens = redeem(on_sqlite, login, login.code()).json()
    code = login.code()
    outsider.execute("BEGIN IMMEDIATE")
    refused = redeem(on_sqlite, login, code)
    assert_try_again(refused)
    assert refused.elapsed.total_seconds() >= BUSY_TIMEOUT_S
    assert requests.get(f"{on_sqlite.issuer}/jwks", timeout=PATIENCE_S).ok, "what is only read goes on"
    outsider.execute("ROLLBACK")
    assert redeem(on_sqlite, login, code).status_code == 200
    assert refresh(on_sqlite, login, tokens["refresh_token"]).status_code == 200


def test_many_that_send_slowly_keep_nobody_waiting(on_sqlite: RunningHouse) -> None:
    login = logged_in(on_sqlite)
    address = urlsplit(on_sqlite.issuer)
    head = f"POST /token HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    with ExitStack() as slow:
        for how in ("Content-Length: 1000\r\n\r\ngrant", "Transfer-Encoding: chunked\r\n\r\n5\r\ngr", "X-Slow: "):
            for _ in range(40):
                sender = slow.enter_context(socket.create_connection((address.hostname, address.port)))
                sender.sendall((head + how).encode())
        answers = [redeem(on_sqlite, login, login.code()) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200] * 5
    assert max(answer.elapsed.total_seconds() for answer in answers) < BUSY_TIMEOUT_S


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgresServer]:
    """A server of these tests' own, to stop and to start."""
    # Stopped at once it loses what it holds back from its log, unless it holds nothing back.
    with serve_postgresql(synchronous_commit="on") as server:
        yield server


@pytest.fixture(scope="module")
def on_postgresql(
    postgres: PostgresServer, secrets_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningHouse]:
    """Servers over that PostgreSQL."""
    with postgres.administer() as db:
        db.execute("CREATE DATABASE sluis")
    url = postgres.url("sluis")
    migrate(url)
    with run_house(url, secrets_path, tmp_path_factory.mktemp("gone")) as running:
        yield running


def test_while_the_database_is_gone_it_is_503_and_afterwards_all_is_there(
    on_postgresql: RunningHouse, postgres: PostgresServer
) -> None:
    login = logged_in(on_postgresql)
    tokens = redeem(on_postgresql, login, login.code()).json()
    code = login.code()
    postgres.stop()
    for _ in range(8):
        assert_try_again(redeem(on_postgresql, login, code))
        assert_try_again(refresh(on_postgresql, login, tokens["refresh_token"]))
        userinfo = requests.get(
            f"{on_postgresql.issuer}/userinfo", headers=bearer(tokens["access_token"]), timeout=PATIENCE_S
        )
        assert_try_again(userinfo)
    page = requests.get(f"{on_postgresql.issuer}/sign-in?next=/sharing", timeout=PATIENCE_S)
    assert page.status_code in {200, 503}
    assert requests.get(f"{on_postgresql.issuer}/healthz", timeout=PATIENCE_S).json() == {"status": "database"}
    postgres.start()
    wait_until(lambda: redeem(on_postgresql, login, code).status_code == 200, longest_s=5)
    assert refresh(on_postgresql, login, tokens["refresh_token"]).status_code == 200
    assert b'"error": "OperationalError"' in on_postgresql.log.read_bytes()


def test_connections_that_the_database_ended_are_replaced_before_they_are_used(
    on_postgresql: RunningHouse, postgres: PostgresServer
) -> None:
    login = logged_in(on_postgresql)
    for _ in range(5):
        code = login.code()
        on_postgresql.services.database.dispose()  # our own connections are none of the servers'
        with postgres.administer() as db:
            db.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = 'sluis'")
        answers = [redeem(on_postgresql, login, code) for _ in range(6)]
        statuses = [answer.status_code for answer in answers]
        assert statuses == [200, *[400] * 5]
        login = logged_in(on_postgresql)
