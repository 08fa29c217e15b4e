"""Every no is a page in words for people, JSON for clients, and one line in the log without a value."""

import logging
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import abort
from psycopg.errors import ReadOnlySqlTransaction
from sqlalchemy.exc import IntegrityError, InternalError, NoResultFound, OperationalError

from app.crypto.passwords import HashingBusy
from app.domain.errors import Refusal
from app.services.outbound import FetchingBusy
from app.storage.tables import metadata
from tests.servers.house import House, build_house
from tests.servers.visitor import Visitor, words

CANARY = "zilverreiger-canary"
FAULTS = {
    "value": ValueError(CANARY),
    "database": OperationalError(f"INSERT {CANARY}", {"x": CANARY}, sqlite3.DatabaseError(CANARY)),
    "gone": IntegrityError(f"INSERT {CANARY}", {"x": CANARY}, Exception(CANARY)),
    "erased": NoResultFound(CANARY),
    "read-only": InternalError(f"INSERT {CANARY}", {"x": CANARY}, ReadOnlySqlTransaction(CANARY)),
    "busy": HashingBusy(),
    "fetching": FetchingBusy(),
    "refusal": Refusal("invalid_thing", "The thing is not right.", logged="thing"),
}


@pytest.fixture
def failing(database_url: str, secrets_path: Path, tmp_path: Path) -> Iterator[Visitor]:
    """A browser at a house with pages that fail, in an application of its own."""
    house = build_house(database_url, secrets_path, tmp_path)

    def fail(kind: str) -> None:
        raise FAULTS[kind]

    house.app.config["PROPAGATE_EXCEPTIONS"] = False
    house.app.add_url_rule("/fail/<kind>", "fail", fail)
    house.app.add_url_rule("/token/fail/<kind>", "token_fail", fail)
    house.app.add_url_rule("/forbidden", "forbidden", lambda: abort(403))
    yield Visitor(house)
    house.services.database.dispose()


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/fail/value", 500, "server_error"),
        ("/fail/database", 503, "temporarily_unavailable"),
        ("/fail/gone", 503, "temporarily_unavailable"),
        ("/fail/erased", 503, "temporarily_unavailable"),
        ("/fail/read-only", 503, "temporarily_unavailable"),
        ("/fail/busy", 503, "temporarily_unavailable"),
        ("/fail/fetching", 503, "temporarily_unavailable"),
        ("/fail/refusal", 400, "invalid_thing"),
        ("/forbidden", 403, "403"),
        ("/nothing", 404, "404"),
        ("/language", 405, "405"),
    ],
)
def test_a_person_gets_a_page(failing: Visitor, path: str, status: int, code: str) -> None:
    response = failing.get(path)
    assert response.status_code == status
    assert f'<code id="error-code">{code}</code>' in response.text
    assert 'id="error-title"' in response.text
    assert 'id="error-description"' in response.text
    assert ('<a class="button button-primary" href="/">' in response.text) is (status == 404)
    assert CANARY not in response.text
    assert "Traceback" not in response.text


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/token/fail/value", 500, "server_error"),
        ("/token/fail/database", 503, "temporarily_unavailable"),
        ("/token/fail/refusal", 400, "invalid_thing"),
        ("/clients/", 404, "not_found"),
    ],
)
def test_a_client_gets_json(failing: Visitor, path: str, status: int, code: str) -> None:
    response = failing.get(path)
    assert (response.status_code, response.get_json()["error"]) == (status, code)
    assert CANARY not in response.text


def test_a_busy_house_says_when_to_come_back(failing: Visitor) -> None:
    assert int(failing.get("/fail/database").headers["Retry-After"]) > 0


def test_the_log_names_the_place_and_the_reference_but_no_value(
    failing: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        page = failing.get("/fail/value")
        failing.get("/fail/database")
    reference = page.text.rpartition("<code>")[2].partition("<")[0]
    assert len(reference) == 8
    lines = [vars(record) for record in caplog.records if record.name == "sluis.web"]
    assert [(line["error"], line.get("reference")) for line in lines] == [
        ("ValueError", reference),
        ("DatabaseError", None),
    ]
    assert CANARY not in caplog.text + repr(lines)


def test_an_error_page_needs_no_database(failing: Visitor) -> None:
    failing.client.set_cookie("sluis-session", "something")
    metadata.drop_all(failing.house.services.database.engine)
    assert failing.get("/nothing").status_code == 404


def test_a_wrong_method_names_the_right_ones(shared_house: House) -> None:
    assert "POST" in Visitor(shared_house).get("/language").headers["Allow"]


@pytest.mark.parametrize("language", ["nl", "en"])
def test_an_error_page_speaks_the_language_of_the_browser(shared_house: House, language: str) -> None:
    page = Visitor(shared_house).get("/nothing", headers={"Accept-Language": language})
    assert f'<html lang="{language}">' in page.text
    assert words(page)
