"""Deposits over the wire: kept once, under a live permission only, read back by whoever put them there."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from app.domain.levels import Level
from app.jobs import vault_deletion
from app.services import consents, pausing
from app.services.local_time import rfc3339
from app.services.receipts import Notice
from app.services.vault import corrections, reading
from app.storage.tables.people import people
from app.storage.tables.vault import deposits
from tests.factories import INTENDED_USE, add_person, share
from tests.redeeming import refused
from tests.servers.house import House
from tests.vault import PURCHASE, SCOPES, Customer, Till, open_till, share_high

NOTICE = Notice("en", "Test")
FIT: dict[str, list[Any]] = {
    "visit": [{"place": "Utrecht"}, {"place": "app", "minutes": 12, "looked_at": ["cheese", "bread"]}],
    "purchase": [PURCHASE],
}


def test_a_deposit_is_in_the_vault_at_once_and_read_back_by_the_business(
    shared_house: House, till: Till, customer: Customer
) -> None:
    answer = till.offer(customer.sub, external_id="bon-1")
    assert answer.status_code == 201
    made = answer.get_json()
    assert made["delete_at"] == rfc3339(customer.grant.ends_at)
    found = till.read(customer.sub)
    assert [(each["id"], each["external_id"], each["content"]) for each in found] == [(made["id"], "bon-1", PURCHASE)]
    own = reading.of_person(shared_house.services, customer.person.id, shared_house.clock.now)
    assert [each.document.content for each in own] == [PURCHASE]


def test_the_database_holds_nothing_that_was_bought(shared_house: House, till: Till, customer: Customer) -> None:
    till.deposit(customer.sub, external_id="canary-external-id")
    with shared_house.services.database.read() as db:
        row = db.execute(select(deposits).where(deposits.c.person_id == customer.person.id)).one()
    everything = repr(tuple(row))
    for value in ("Canary", "canary-external-id", "6.47", "store"):
        assert value not in everything


def test_the_same_deposit_again_is_the_same_deposit(till: Till, customer: Customer) -> None:
    at = till.house.clock.now.isoformat()
    first = till.offer(customer.sub, external_id="bon-1", occurred_at=at)
    again = till.offer(customer.sub, external_id="bon-1", occurred_at=at)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.get_json() == again.get_json()
    assert len(till.read(customer.sub)) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"content": {**PURCHASE, "total": "6.48"}},
        {"channel": "web"},
        {"purpose": None},
        {"type": "visit", "content": {"place": "Utrecht"}},
        {"occurred_at": "2026-11-02T10:00:01Z"},
    ],
)
def test_another_deposit_under_the_same_external_id_is_refused(
    till: Till, customer: Customer, changes: dict[str, Any]
) -> None:
    at = till.house.clock.now.isoformat()
    till.deposit(customer.sub, external_id="bon-1", occurred_at=at)
    answer = till.offer(customer.sub, **{"external_id": "bon-1", "occurred_at": at, **changes})
    assert refused(answer, 409) == "conflict"
    assert len(till.read(customer.sub)) == 1


def test_an_external_id_belongs_to_one_customer_of_one_business(
    shared_house: House, till: Till, customer: Customer
) -> None:
    at = shared_house.clock.now.isoformat()
    till.deposit(customer.sub, external_id="bon-1", occurred_at=at)
    neighbour = share_high(shared_house, add_person(shared_house), till.client_id)
    at = shared_house.clock.now.isoformat()
    assert refused(till.offer(neighbour.sub, external_id="bon-1", occurred_at=at), 409) == "conflict"
    elsewhere = open_till(shared_house)
    other = share_high(shared_house, customer.person, elsewhere.client_id)
    elsewhere.deposit(other.sub, external_id="bon-1", occurred_at=shared_house.clock.now.isoformat())


def test_of_one_deposit_sent_at_once_from_eight_tills_one_is_kept(till: Till, customer: Customer) -> None:
    at = till.house.clock.now.isoformat()
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: till.offer(customer.sub, external_id="bon-1", occurred_at=at), range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert len({answer.get_json()["id"] for answer in answers}) == 1
    assert len(till.read(customer.sub)) == 1


def test_eight_different_deposits_under_one_external_id_leave_one(till: Till, customer: Customer) -> None:
    at = till.house.clock.now.isoformat()

    def offer(number: int) -> int:
        content = {**PURCHASE, "total": f"{number}.00"}
        return till.offer(customer.sub, external_id="bon-1", occurred_at=at, content=content).status_code

    with ThreadPoolExecutor(8) as threads:
        answers = sorted(threads.map(offer, range(8)))
    assert answers == [201] + [409] * 7


def test_what_may_not_be_kept_is_refused_alike_for_anybody(shared_house: House, till: Till, customer: Customer) -> None:
    low = share(shared_house, add_person(shared_house), till.client_id, Level.LOW, scopes=SCOPES)
    foreign = share_high(shared_house, add_person(shared_house), open_till(shared_house).client_id)
    answers = [till.offer(sub) for sub in ("nobody", low.sub, foreign.sub)]
    answers += [
        till.offer(None, loyalty_number="2912345"),
        till.offer(customer.sub, channel="app"),
        till.offer(customer.sub, purpose="marketing"),
        till.offer(customer.sub, type="preference", content={"topic": "a", "choice": "b", "source": "stated"}),
    ]
    assert {refused(answer, 403) for answer in answers} == {"access_denied"}
    assert len({answer.text for answer in answers}) == 1
    assert till.read(customer.sub) == []
    services = shared_house.services
    assert reading.of_person(services, low.person_id, shared_house.clock.now) == ()
    tried = reading.looked_up(services, low.person_id)
    assert [(each.record.kind, each.record.allowed, each.record.why) for each in tried] == [
        ("deposit", False, "below_high")
    ]


def test_after_the_end_the_business_gets_nothing_and_the_person_keeps_what_is_theirs(
    shared_house: House, till: Till, customer: Customer
) -> None:
    services, person_id = shared_house.services, customer.person.id
    deposit_id = till.deposit(customer.sub)
    consents.stop(services, customer.grant.id, person_id, NOTICE, shared_house.clock.now)
    assert refused(till.offer(customer.sub), 403) == "access_denied"
    assert refused(till.get("/v1/deposits", sub=customer.sub), 403) == "access_denied"
    assert refused(till.delete(f"/v1/deposits/{deposit_id}"), 404) == "not_found"
    assert [each.id for each in reading.of_person(services, person_id, shared_house.clock.now)] == [deposit_id]


def test_a_new_permission_does_not_open_what_was_deposited_under_the_one_before(
    shared_house: House, till: Till, customer: Customer
) -> None:
    deposit_id = till.deposit(customer.sub)
    consents.stop(shared_house.services, customer.grant.id, customer.person.id, NOTICE, shared_house.clock.now)
    again = share_high(shared_house, customer.person, till.client_id)
    assert again.sub == customer.sub
    assert till.read(customer.sub) == []
    assert refused(till.delete(f"/v1/deposits/{deposit_id}"), 404) == "not_found"


def test_a_number_used_under_the_permission_before_is_refused_and_doubles_nothing(
    shared_house: House, till: Till, customer: Customer
) -> None:
    till.deposit(customer.sub, external_id="bon-1", occurred_at=None)
    consents.stop(shared_house.services, customer.grant.id, customer.person.id, NOTICE, shared_house.clock.now)
    share_high(shared_house, customer.person, till.client_id)
    answer = till.offer(customer.sub, external_id="bon-1", occurred_at=None)
    assert refused(answer, 409) == "conflict"
    assert len(reading.of_person(shared_house.services, customer.person.id, shared_house.clock.now)) == 1


def test_at_its_day_a_deposit_is_gone_for_everybody_and_soon_from_the_database(house: House) -> None:
    till = open_till(house)
    grant = share_high(house, add_person(house), till.client_id)
    till.deposit(grant.sub)
    services = house.services
    house.clock.now = grant.ends_at - timedelta(seconds=1)
    assert vault_deletion.run(services, house.clock.now).counts["deposits"] == 0
    assert len(reading.of_person(services, grant.person_id, house.clock.now)) == 1
    house.clock.move(seconds=1)
    assert reading.of_person(services, grant.person_id, house.clock.now) == ()
    assert vault_deletion.run(services, house.clock.now).counts["deposits"] == 1
    assert vault_deletion.run(services, house.clock.now).counts["deposits"] == 0
    with services.database.read() as db:
        assert db.execute(select(deposits.c.id)).all() == []


def test_a_deposit_never_outlives_the_term_it_was_made_under(house: House) -> None:
    short = {**INTENDED_USE, "high": {**INTENDED_USE["high"], "omnichannel_collection": {
        **INTENDED_USE["high"]["omnichannel_collection"], "retention": "P14D"}}}  # fmt: skip
    till = open_till(house, intended_use=short)
    grant = share_high(house, add_person(house), till.client_id)
    house.clock.move(days=10)
    till.deposit(grant.sub)
    kept = reading.of_person(house.services, grant.person_id, house.clock.now)[0]
    assert kept.delete_at == grant.given_at + timedelta(days=14)
    house.clock.move(days=4)
    assert refused(till.offer(grant.sub), 403) == "access_denied"


def test_the_job_deletes_in_batches_and_asks_to_go_on(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vault_deletion, "_BATCH", 2)
    monkeypatch.setattr(vault_deletion, "_BATCHES", 2)
    till = open_till(house)
    grant = share_high(house, add_person(house), till.client_id)
    for _ in range(5):
        till.deposit(grant.sub)
    house.clock.now = grant.ends_at
    first = vault_deletion.run(house.services, house.clock.now)
    assert (first.counts["deposits"], first.more) == (4, True)
    second = vault_deletion.run(house.services, house.clock.now)
    assert (second.counts["deposits"], second.more) == (1, False)


def test_questions_are_kept_for_a_year_and_those_about_nobody_for_a_day(house: House) -> None:
    till = open_till(house)
    grant = share_high(house, add_person(house), till.client_id)
    till.ask(grant.sub)
    till.ask("nobody")
    house.clock.move(days=2)
    assert vault_deletion.run(house.services, house.clock.now).counts["look-ups"] == 1
    assert len(reading.looked_up(house.services, grant.person_id)) == 1
    house.clock.move(days=364)
    assert vault_deletion.run(house.services, house.clock.now).counts["look-ups"] == 1
    assert reading.looked_up(house.services, grant.person_id) == ()


def test_what_happened_before_the_permission_or_has_yet_to_happen_is_refused(till: Till, customer: Customer) -> None:
    now = till.house.clock.now
    for moment, ok in (
        (now - timedelta(days=1), False),
        (now - timedelta(seconds=30), True),
        (now + timedelta(minutes=4), True),
        (now + timedelta(hours=1), False),
    ):
        answer = till.offer(customer.sub, occurred_at=moment.isoformat())
        assert (answer.status_code == 201) is ok, answer.text
    answer = till.offer(customer.sub, occurred_at=(now - timedelta(days=1)).isoformat())
    assert answer.get_json()["faults"][0]["place"] == "occurred_at"


def test_what_happened_while_the_permission_was_paused_is_refused_after_it_too(till: Till, customer: Customer) -> None:
    services, clock = till.house.services, till.house.clock
    begun = clock.now
    paused = clock.move(hours=1)
    pausing.pause(services, customer.grant.id, customer.person.id, NOTICE, paused)
    resumed = clock.move(hours=1)
    pausing.resume(services, customer.grant.id, customer.person.id, NOTICE, resumed)
    clock.move(hours=1)
    for moment, ok in (
        (begun + timedelta(minutes=30), True),
        (paused + timedelta(seconds=30), True),
        (paused + timedelta(minutes=30), False),
        (resumed - timedelta(seconds=30), True),
        (resumed + timedelta(minutes=30), True),
    ):
        answer = till.offer(customer.sub, occurred_at=moment.isoformat())
        assert (answer.status_code == 201) is ok, answer.text


def test_pages_follow_each_other_and_hold_everything_once(
    till: Till, customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "PAGE", 3)
    made = [till.deposit(customer.sub) for _ in range(7)]
    same = datetime(2039, 5, 1, 10, 0, 1, 3, tzinfo=UTC)  # as a number of seconds a float lies just below it
    with till.house.services.database.write() as db:
        db.execute(update(deposits).values(deposited_at=same))
    found: list[str] = []
    following: dict[str, str] = {}
    for _ in range(3):
        page = till.get("/v1/deposits", sub=customer.sub, **following).get_json()
        found += [each["id"] for each in page["deposits"]]
        following = {"after": page["next"]} if page["next"] else {}
    assert following == {}
    assert sorted(found) == sorted(made)


def test_one_type_can_be_read_alone(till: Till, customer: Customer) -> None:
    till.deposit(customer.sub)
    till.deposit(customer.sub, type="visit", content={"place": "Utrecht"})
    assert [each["type"] for each in till.read(customer.sub, type="visit")] == ["visit"]
    assert till.read(customer.sub, type="warranty") == []


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"sub": ""},
        {"sub": "a b"},
        {"sub": "x", "type": "payslip"},
        {"sub": "x", "after": "nonsense"},
        {"sub": "x", "after": "MC4x"},
        {"sub": "x", "limit": "5"},
        {"loyalty_number": "2912345"},
    ],
)
def test_a_read_with_faults_is_refused(till: Till, query: dict[str, str]) -> None:
    assert refused(till.get("/v1/deposits", **query)) == "invalid_request"


def test_a_business_takes_back_its_own_and_a_retry_revives_nothing(
    shared_house: House, till: Till, customer: Customer
) -> None:
    at = shared_house.clock.now.isoformat()
    deposit_id = till.deposit(customer.sub, external_id="bon-1", occurred_at=at)
    stranger = open_till(shared_house)
    assert refused(stranger.delete(f"/v1/deposits/{deposit_id}"), 404) == "not_found"
    assert till.delete(f"/v1/deposits/{deposit_id}").status_code == 204
    assert refused(till.delete(f"/v1/deposits/{deposit_id}"), 404) == "not_found"
    assert refused(till.delete("/v1/deposits/nonsense"), 404) == "not_found"
    assert till.read(customer.sub) == []
    assert refused(till.offer(customer.sub, external_id="bon-1", occurred_at=at), 410) == "gone"
    with shared_house.services.database.read() as db:
        row = db.execute(select(deposits.c.document_sealed).where(deposits.c.id == deposit_id)).one()
    assert row.document_sealed is None


def test_a_deposit_the_person_deleted_is_not_revived_by_a_retry(
    shared_house: House, till: Till, customer: Customer
) -> None:
    at = shared_house.clock.now.isoformat()
    deposit_id = till.deposit(customer.sub, external_id="bon-1", occurred_at=at)
    corrections.remove(shared_house.services, customer.person.id, deposit_id, shared_house.clock.now)
    assert refused(till.offer(customer.sub, external_id="bon-1", occurred_at=at), 410) == "gone"
    assert till.read(customer.sub) == []


def test_every_read_is_there_for_the_person_to_see(shared_house: House, till: Till, customer: Customer) -> None:
    till.deposit(customer.sub)
    till.read(customer.sub)
    seen = reading.looked_up(shared_house.services, customer.person.id)
    assert [(each.record.kind, each.record.allowed) for each in seen] == [("read", True)]


@pytest.mark.parametrize(("deposit_type", "content"), [(name, each) for name in FIT for each in FIT[name]])
def test_what_fits_its_schema_is_kept(till: Till, customer: Customer, deposit_type: str, content: Any) -> None:
    till.deposit(customer.sub, type=deposit_type, content=content)
    assert till.read(customer.sub)[0]["content"] == content


UNFIT: list[tuple[dict[str, Any], set[str]]] = [
    ({"content": {}}, {"content"}),
    ({"content": None}, {"content"}),
    ({"content": []}, {"content"}),
    ({"content": {**PURCHASE, "canary": "x"}}, {"content"}),
    ({"content": {**PURCHASE, "items": []}}, {"content/items"}),
    ({"content": {**PURCHASE, "items": [{"name": "Canary"}]}}, {"content/items/0"}),
    ({"content": {**PURCHASE, "total": 6.47}}, {"content/total"}),
    ({"content": {**PURCHASE, "total": "6.47\n"}}, {"content/total"}),
    ({"content": {**PURCHASE, "currency": "canary"}}, {"content/currency"}),
    ({"content": {**PURCHASE, "store": "Canary\u0000"}}, {"content/store"}),
    ({"content": {**PURCHASE, "store": "Canary\u202e"}}, {"content/store"}),
    ({"content": {**PURCHASE, "store": "Canary\u2066"}}, {"content/store"}),
    ({"content": {**PURCHASE, "store": "Canary\u0085"}}, {"content/store"}),
    ({"content": {**PURCHASE, "store": "c" * 121}}, {"content/store"}),
    (
        {"content": {**PURCHASE, "total": "canary", "currency": "canary", "items": [{"name": "", "price": "x"}]}},
        {"content/total", "content/currency", "content/items/0/name", "content/items/0/price"},
    ),
    ({"type": "payslip"}, {"type"}),
    ({"type": None, "channel": None, "external_id": None}, {"type", "channel", "external_id"}),
    ({"channel": "moon"}, {"channel"}),
    ({"purpose": "canary"}, {"purpose"}),
    ({"external_id": "c" * 101}, {"external_id"}),
    ({"external_id": ""}, {"external_id"}),
    ({"external_id": 7}, {"external_id"}),
    ({"occurred_at": "yesterday"}, {"occurred_at"}),
    ({"occurred_at": "2026-11-02T10:00:00"}, {"occurred_at"}),
    ({"occurred_at": "2026-13-02T10:00:00Z"}, {"occurred_at"}),
    ({"occurred_at": 1762077600}, {"occurred_at"}),
    ({"sub": None}, {"sub"}),
    ({"loyalty_number": "2912345"}, {"sub"}),
    ({"delete_at": "2099-01-01T00:00:00Z"}, {"document"}),
]


@pytest.mark.parametrize(("changes", "places"), UNFIT, ids=range(len(UNFIT)))
def test_every_fault_of_a_deposit_is_told_and_no_value_quoted(
    till: Till, customer: Customer, changes: dict[str, Any], places: set[str], caplog: pytest.LogCaptureFixture
) -> None:
    answer = till.offer(**{"sub": customer.sub, **changes})
    assert refused(answer) == "invalid_request"
    assert {each["place"] for each in answer.get_json()["faults"]} == places
    assert "anary" not in answer.text
    assert "anary" not in caplog.text
    assert till.read(customer.sub) == []


def test_a_deposit_may_be_thirty_two_kilobytes_and_not_more(till: Till, customer: Customer) -> None:
    lines = [{"name": "Bread", "price": "2.49"}] * 200
    assert till.offer(customer.sub, content={**PURCHASE, "items": lines}).status_code == 201
    lines = [{"name": "c" * 120, "article": "d" * 120, "price": "2.49"}] * 200
    assert refused(till.offer(customer.sub, content={**PURCHASE, "items": lines}), 413) == "invalid_request"
    lines *= 20
    assert refused(till.offer(customer.sub, content={**PURCHASE, "items": lines}), 413) == "invalid_request"


def test_methods_that_are_not_there_are_refused_in_json(till: Till) -> None:
    answer = till.house.browser().patch("/v1/deposits", headers=till.headers)
    assert refused(answer, 405) == "invalid_request"


def test_a_person_out_of_service_has_a_closed_vault(house: House) -> None:
    till = open_till(house)
    grant = share_high(house, add_person(house), till.client_id)
    till.deposit(grant.sub)
    with house.services.database.write() as db:
        db.execute(update(people).where(people.c.id == grant.person_id).values(standing="disabled"))
    assert not till.allowed(grant.sub)
    assert refused(till.offer(grant.sub), 403) == "access_denied"
    assert refused(till.get("/v1/deposits", sub=grant.sub), 403) == "access_denied"


def test_too_many_deposits_of_one_client_wait(make_house: Any) -> None:
    house = make_house(vault={"deposits_per_minute": 2})
    till = open_till(house)
    grant = share_high(house, add_person(house), till.client_id)
    assert [till.offer(grant.sub).status_code for _ in range(3)] == [201, 201, 429]
