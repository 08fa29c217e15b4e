"""Receipts under /v1: a business fetches the bytes the person holds, while it runs, after it ended, and ever after."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.domain.grants import Grant
from app.domain.levels import Level
from app.jobs import cleanup
from app.services import erasure, leaving, receipt_reading
from app.services.receipts import Notice
from app.storage.tables.leaving import kept_receipts
from tests.factories import Shopper, add_client, add_person, share
from tests.redeeming import SECRET, BackOffice, basic, bearer, refused, tokens
from tests.servers.house import House

NOTICE = Notice("nl", "Stop en vraag om te wissen")


@pytest.fixture
def nora(shared_house: House) -> Shopper:
    return add_person(shared_house)


def given(house: House, nora: Shopper, client_id: str) -> Grant:
    return share(house, nora, client_id, Level.LOW)


def ask(house: House, client_id: str, path: str) -> TestResponse:
    return house.browser().get(f"/v1/receipts/{path}", headers=basic(client_id, SECRET))


def fetched(house: House, client_id: str, grant: Grant) -> list[str]:
    response = ask(house, client_id, grant.id)
    assert response.status_code == 200, response.text
    document: Any = response.get_json()
    assert document["grant_id"] == grant.id
    assert [each["version"] for each in document["receipts"]] == list(range(1, len(document["receipts"]) + 1))
    return [each["receipt"] for each in document["receipts"]]


def held(house: House, nora: Shopper, grant: Grant, version: int) -> str:
    receipt = receipt_reading.of_version(house.services, nora.id, grant.id, version)
    assert receipt is not None
    return receipt.signed


def test_a_business_holds_the_same_bytes_before_the_end_after_it_and_after_the_account(
    shared_house: House, nora: Shopper
) -> None:
    house, client_id = shared_house, add_client(shared_house)
    grant = given(house, nora, client_id)
    assert fetched(house, client_id, grant) == [held(house, nora, grant, 1)]
    erasure.stop_and_erase(house.services, grant.id, nora.id, NOTICE, house.clock.now)
    after = [held(house, nora, grant, version) for version in (1, 2, 3)]
    assert fetched(house, client_id, grant) == after
    one = ask(house, client_id, f"{grant.id}/2")
    assert (one.text, one.mimetype, one.headers["Cache-Control"]) == (after[1], "application/jose", "no-store")
    leaving.erase_account(house.services, nora.id, house.clock.now, NOTICE)
    assert fetched(house, client_id, grant) == after
    assert ask(house, client_id, f"{grant.id}/3").text == after[2]


def test_another_client_of_the_business_and_its_own_token_open_them_too(shared_house: House, nora: Shopper) -> None:
    client_id = add_client(shared_house)
    grant = given(shared_house, nora, client_id)
    machine = add_client(shared_house, business_id=grant.business_id, grant_types=["client_credentials"], scope="api")
    granted = BackOffice(shared_house, machine).post("/token", {"grant_type": "client_credentials", "scope": "api"})
    header = bearer(tokens(granted)["access_token"])
    assert shared_house.browser().get(f"/v1/receipts/{grant.id}", headers=header).status_code == 200


def test_another_business_finds_nothing_there(shared_house: House, nora: Shopper) -> None:
    grant = given(shared_house, nora, add_client(shared_house))
    stranger = add_client(shared_house)
    for path in (grant.id, f"{grant.id}/1"):
        answers = [ask(shared_house, stranger, each) for each in (path, path.replace(grant.id, "0" * 32))]
        assert [refused(each, 404) for each in answers] == ["not_found", "not_found"]
        assert answers[0].data == answers[1].data
    leaving.erase_account(shared_house.services, nora.id, shared_house.clock.now)
    assert ask(shared_house, stranger, grant.id).status_code == 404


def test_a_version_that_does_not_exist_and_a_stranger_are_refused(shared_house: House, nora: Shopper) -> None:
    client_id = add_client(shared_house)
    grant = given(shared_house, nora, client_id)
    assert refused(ask(shared_house, client_id, f"{grant.id}/2"), 404) == "not_found"
    assert refused(ask(shared_house, client_id, f"{grant.id}?version=1")) == "invalid_request"
    assert shared_house.browser().get(f"/v1/receipts/{grant.id}").status_code == 401


def test_what_is_kept_of_an_erased_account_goes_after_its_time(shared_house: House, nora: Shopper) -> None:
    house, client_id = shared_house, add_client(shared_house)
    grant = given(house, nora, client_id)
    leaving.erase_account(house.services, nora.id, house.clock.now)
    with house.services.database.read() as db:
        until = db.execute(select(kept_receipts.c.keep_until).where(kept_receipts.c.grant_id == grant.id)).scalars()
        assert {each - house.clock.now for each in until} == {timedelta(days=1856)}
    cleanup.run(house.services, house.clock.now + timedelta(days=1856))
    assert ask(house, client_id, grant.id).status_code == 200
    cleanup.run(house.services, house.clock.now + timedelta(days=1856, seconds=1))
    assert ask(house, client_id, grant.id).status_code == 404
