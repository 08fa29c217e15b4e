"""How many statements each endpoint of the hot path costs, as docs/performance.md says."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from app.domain.release import Asked
from app.services import cases, erasure
from app.services.receipts import Notice
from tests.factories import add_client, add_person, share
from tests.redeeming import LOW, LOW_OFFLINE, SECRET, BackOffice, basic, log_in, tokens
from tests.servers.house import House


@contextmanager
def counting() -> Iterator[list[str]]:
    """The statements and commits of the block, a word or two each: ``select grants``, ``commit``."""
    seen: list[str] = []

    def execute(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        words = statement.replace('"', "").split()
        if words[0] == "BEGIN":
            return
        after = {"SELECT": "FROM", "INSERT": "INTO", "UPDATE": "UPDATE"}[words[0]]
        last = max(at for at, word in enumerate(words) if word == after)  # the others are in subqueries
        seen.append(f"{words[0].lower()} {words[last + 1]}")

    def commit(_connection: object) -> None:
        seen.append("commit")

    event.listen(Engine, "before_cursor_execute", execute)
    event.listen(Engine, "commit", commit)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", execute)
        event.remove(Engine, "commit", commit)


@pytest.fixture
def office(shared_house: House) -> BackOffice:
    shared_house.services.keys.ring(shared_house.clock.now)  # looked at every second, not at every request
    return BackOffice(shared_house, add_client(shared_house))


def test_redeeming_a_code_is_one_transaction_of_two_statements(shared_house: House, office: BackOffice) -> None:
    code = log_in(shared_house, add_person(shared_house), office.client_id, scopes=LOW).code()
    with counting() as statements:
        tokens(office.redeem(code))
    assert statements == ["select clients", "insert single_use", "select grants", "commit"]


def test_a_refresh_token_costs_one_insert_more(shared_house: House, office: BackOffice) -> None:
    code = log_in(shared_house, add_person(shared_house), office.client_id, scopes=LOW_OFFLINE).code()
    with counting() as statements:
        tokens(office.redeem(code))
    assert statements == [
        "select clients",
        "insert single_use",
        "select grants",
        "insert refresh_tokens",
        "commit",
    ]


def test_a_client_that_hears_of_logouts_costs_one_insert_more(shared_house: House) -> None:
    hears = BackOffice(shared_house, add_client(shared_house, backchannel_logout_uri="https://shop.example/logout"))
    code = log_in(shared_house, add_person(shared_house), hears.client_id, scopes=LOW).code()
    with counting() as statements:
        tokens(hears.redeem(code))
    assert statements == ["select clients", "insert single_use", "select grants", "insert session_grants", "commit"]


def test_claims_in_the_id_token_cost_the_facts_and_the_record(shared_house: House, office: BackOffice) -> None:
    asked = Asked(id_token=frozenset({"email"}))
    code = log_in(shared_house, add_person(shared_house), office.client_id, claims=asked).code()
    with counting() as statements:
        tokens(office.redeem(code))
    assert statements == [
        "select clients",
        "insert single_use",
        "select grants",
        "select facts",
        "insert disclosures",
        "commit",
    ]


def test_userinfo_is_the_gate_the_facts_and_the_record(shared_house: House, office: BackOffice) -> None:
    code = log_in(shared_house, add_person(shared_house), office.client_id).code()
    access = tokens(office.redeem(code))["access_token"]
    with counting() as statements:
        assert office.userinfo(access).status_code == 200
    assert statements == ["select grants", "select facts", "insert disclosures"]


def test_introspection_writes_nothing(shared_house: House, office: BackOffice) -> None:
    code = log_in(shared_house, add_person(shared_house), office.client_id).code()
    access = tokens(office.redeem(code))["access_token"]
    with counting() as statements:
        assert office.introspect(access)["active"] is True
    assert statements == ["select clients", "select grants", "select facts"]


def test_a_confidential_refresh_writes_nothing(shared_house: House, office: BackOffice) -> None:
    login = log_in(shared_house, add_person(shared_house), office.client_id, scopes=LOW_OFFLINE)
    refresh_token = tokens(office.redeem(login.code()))["refresh_token"]
    with counting() as statements:
        tokens(office.refresh(refresh_token))
    assert statements == ["select clients", "select refresh_tokens", "select grants"]


def test_a_rotation_is_one_transaction_of_three_statements(shared_house: House) -> None:
    office = BackOffice(shared_house, add_client(shared_house, secret=None), None)
    login = log_in(shared_house, add_person(shared_house), office.client_id, scopes=LOW_OFFLINE)
    refresh_token = tokens(office.redeem(login.code()))["refresh_token"]
    with counting() as statements:
        tokens(office.refresh(refresh_token))
    assert statements == [
        "select clients",
        "update refresh_tokens",
        "insert refresh_tokens",
        "select grants",
        "commit",
    ]


def test_a_list_of_cases_costs_no_more_for_those_in_which_nothing_was_written(
    shared_house: House, office: BackOffice
) -> None:
    services, now, costs = shared_house.services, shared_house.clock.now, []
    for _ in range(2):
        person = add_person(shared_house)
        grant = share(shared_house, person, office.client_id)
        case = erasure.stop_and_erase(services, grant.id, person.id, Notice("en", "Stop"), now)
        cases.answer(services, grant.business_id, case.id, {"state": "received"}, now)
        with counting() as statements:
            answer = shared_house.browser().get("/v1/cases", headers=basic(office.client_id, SECRET))
        assert answer.status_code == 200
        costs.append(statements)
    assert costs[0] == costs[1] == ["select clients", "select cases", "select case_answers"]


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/jwks"])
def test_public_documents_cost_no_statement(shared_house: House, office: BackOffice, path: str) -> None:
    assert office.client_id
    with counting() as statements:
        assert shared_house.browser().get(path).status_code == 200
    assert statements == []
