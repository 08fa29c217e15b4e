"""The question of a till: allowed or not, and nothing more to learn from a no."""

from typing import Any

import pytest
from sqlalchemy import select, update

from app.domain.levels import Level
from app.services import consents, objections, pausing
from app.services.receipts import Notice
from app.services.vault import reading
from app.storage import time_marks
from app.storage.tables.parties import businesses, clients
from tests.factories import add_client, add_person, share
from tests.protocol.test_statements import counting
from tests.redeeming import SECRET, basic, bearer, refused
from tests.servers.house import House
from tests.vault import SCOPES, Customer, Till, open_till, share_high

NOTICE = Notice("en", "Test")
NO = {"allowed": False, "until": None, "receipt": None, "cache_s": 60, "reason": "not_permitted"}


def test_a_till_learns_that_it_may_until_when_and_on_which_receipt(till: Till, customer: Customer) -> None:
    answer = till.ask(customer.sub)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    grant = customer.grant
    assert answer.get_json() == {
        "allowed": True,
        "until": int(grant.ends_at.timestamp()),
        "receipt": f"http://localhost:8000/receipts/{grant.id}/1",
        "cache_s": 60,
    }


def test_every_no_is_the_same_answer_whoever_it_is_about(shared_house: House, till: Till, customer: Customer) -> None:
    low = share(shared_house, add_person(shared_house), till.client_id, Level.LOW, scopes=SCOPES)
    stopped = share_high(shared_house, add_person(shared_house), till.client_id)
    consents.stop(shared_house.services, stopped.id, stopped.person_id, NOTICE, shared_house.clock.now)
    elsewhere = share_high(shared_house, add_person(shared_house), open_till(shared_house).client_id)
    answers = [till.ask(sub) for sub in ("nobody-at-all", low.sub, stopped.sub, elsewhere.sub)]
    answers += [till.ask(None, loyalty_number="2900000000000"), till.ask(customer.sub, channel="app")]
    beside = open_till(shared_house)  # knows people by the same subs, as those of one sector do
    with shared_house.services.database.write() as db:
        shared = select(clients.c.sector).where(clients.c.id == till.client_id).scalar_subquery()
        db.execute(update(clients).where(clients.c.id == beside.client_id).values(sector=shared))
    answers.append(beside.ask(customer.sub))
    assert [answer.get_json() for answer in answers] == [NO] * len(answers)
    assert len({answer.headers["Content-Length"] for answer in answers}) == 1


def test_words_that_do_not_exist_are_refused_as_such_for_anybody(till: Till, customer: Customer) -> None:
    for changes in ({"channel": "moon"}, {"purpose": "spying"}, {"datatype": "payslip"}):
        known, unknown = till.ask(customer.sub, **changes), till.ask("nobody", **changes)
        assert known.get_json() == unknown.get_json() == NO | {"reason": "unknown_terms"}


@pytest.mark.parametrize(
    "changes", [{"channel": "app"}, {"channel": "call_centre"}, {"datatype": "warranty"}, {"purpose": "marketing"}]
)
def test_what_was_not_agreed_is_not_allowed(till: Till, customer: Customer, changes: dict[str, str]) -> None:
    assert till.allowed(customer.sub)
    assert not till.allowed(customer.sub, **changes)


def test_stopping_and_stepping_down_are_known_at_the_next_question(
    shared_house: House, till: Till, customer: Customer
) -> None:
    assert till.allowed(customer.sub)
    now = shared_house.clock.now
    consents.step_down(shared_house.services, customer.grant.id, customer.person.id, Level.LOW, NOTICE, now)
    assert not till.allowed(customer.sub)
    other = share_high(shared_house, add_person(shared_house), till.client_id)
    assert till.allowed(other.sub)
    consents.stop(shared_house.services, other.id, other.person_id, NOTICE, shared_house.clock.now)
    assert not till.allowed(other.sub)


def test_at_the_end_of_the_term_the_answer_is_no_without_any_job(house: House) -> None:
    till = open_till(house)
    grant = share_high(house, add_person(house), till.client_id)
    house.clock.now = grant.ends_at
    house.clock.move(seconds=-10)
    answer = till.ask(grant.sub).get_json()
    assert (answer["allowed"], answer["cache_s"]) == (True, 10)
    house.clock.move(seconds=10)
    assert till.ask(grant.sub).get_json() == NO


def test_a_clock_set_back_brings_no_permission_to_life(house: House) -> None:
    till = open_till(house)
    grant = share_high(house, add_person(house), till.client_id)
    till.deposit(grant.sub)
    with house.services.database.write() as db:
        time_marks.raise_to(db, grant.ends_at)
    assert till.ask(grant.sub).get_json() == NO
    assert refused(till.offer(grant.sub), 403) == "access_denied"
    assert refused(till.get("/v1/deposits", sub=grant.sub), 403) == "access_denied"
    assert till.put("/v1/loyalty-numbers/2900000000018", {"sub": grant.sub}).status_code == 404


def test_a_pause_says_no_and_resuming_says_yes_again(shared_house: House, till: Till, customer: Customer) -> None:
    services, now = shared_house.services, shared_house.clock.now
    till.deposit(customer.sub)
    pausing.pause(services, customer.grant.id, customer.person.id, NOTICE, now)
    assert till.ask(customer.sub).get_json() == NO
    assert refused(till.offer(customer.sub), 403) == "access_denied"
    assert refused(till.get("/v1/deposits", sub=customer.sub), 403) == "access_denied"
    pausing.resume(services, customer.grant.id, customer.person.id, NOTICE, now)
    assert till.allowed(customer.sub)
    assert len(till.read(customer.sub)) == 1
    whys = {each.record.why for each in reading.looked_up(services, customer.person.id) if each.record.kind == "check"}
    assert whys == {"paused", ""}


def test_a_purpose_objected_to_is_not_collected_for(shared_house: House, till: Till, customer: Customer) -> None:
    services, now = shared_house.services, shared_house.clock.now
    objections.object_to(services, customer.grant.id, customer.person.id, "loyalty", NOTICE, now)
    assert not till.allowed(customer.sub)
    assert refused(till.offer(customer.sub, purpose=None), 403) == "access_denied"
    objections.allow(services, customer.grant.id, customer.person.id, "loyalty", NOTICE, now)
    assert till.allowed(customer.sub)


def test_a_batch_is_answered_in_its_order(till: Till, customer: Customer) -> None:
    good = {"sub": customer.sub, "channel": "store", "purpose": "loyalty", "datatype": "purchase"}
    answer = till.post(
        "/v1/consent/check", {"checks": [good, good | {"sub": "nobody"}, good | {"channel": "app"}, good]}
    )
    assert [each["allowed"] for each in answer.get_json()["checks"]] == [True, False, False, True]


def test_a_batch_looks_each_customer_up_once(till: Till, customer: Customer) -> None:
    question = {"sub": customer.sub, "channel": "store", "purpose": "loyalty", "datatype": "purchase"}
    costs = []
    for checks in ([question], [question, question | {"channel": "app"}]):
        with counting() as statements:
            assert till.post("/v1/consent/check", {"checks": checks}).status_code == 200
        costs.append(statements)
    assert costs[0] == costs[1]


def test_every_question_is_there_for_the_person_to_see(shared_house: House, till: Till, customer: Customer) -> None:
    till.ask(customer.sub, place="store in Utrecht")
    till.ask(customer.sub, channel="app")
    services = shared_house.services
    seen = reading.looked_up(services, customer.person.id)
    found = {(each.record.allowed, each.record.why, each.record.channel, each.place) for each in seen}
    assert found == {(True, "", "store", "store in Utrecht"), (False, "channel", "app", "")}


def test_the_place_is_sealed_and_a_made_up_word_is_not_kept(
    shared_house: House, till: Till, customer: Customer
) -> None:
    till.ask(customer.sub, place="Canary Wharf", channel="nora@canary.example"[:19])
    record = reading.looked_up(shared_house.services, customer.person.id)[0].record
    assert record.place_sealed is not None
    assert b"Canary" not in record.place_sealed
    assert (record.channel, record.allowed) == ("unknown", False)


def test_another_client_of_the_same_business_may_ask(shared_house: House, till: Till, customer: Customer) -> None:
    other = add_client(shared_house, business_id=customer.grant.business_id)
    assert Till(shared_house, other, basic(other, SECRET)).allowed(customer.sub)


BAD: list[Any] = [
    {},
    {"sub": "x"},
    {"sub": "x", "loyalty_number": "2912", "channel": "store", "purpose": "loyalty", "datatype": "purchase"},
    {"sub": "x" * 256, "channel": "store", "purpose": "loyalty", "datatype": "purchase"},
    {"sub": "x\x00", "channel": "store", "purpose": "loyalty", "datatype": "purchase"},
    {"sub": ["x"], "channel": "store", "purpose": "loyalty", "datatype": "purchase"},
    {"sub": "x", "channel": 1, "purpose": "loyalty", "datatype": "purchase"},
    {"sub": "x", "channel": "store", "purpose": None, "datatype": "purchase"},
    {"sub": "x", "channel": "store", "purpose": "loyalty", "datatype": {}},
    {"sub": "x", "channel": "store", "purpose": "loyalty", "datatype": "purchase", "canary-name": "x"},
    {"sub": "x", "channel": "store", "purpose": "loyalty", "datatype": "purchase", "place": "a" * 61},
    {"sub": "x", "channel": "store", "purpose": "loyalty", "datatype": "purchase", "place": "a\nb"},
    {"sub": "x", "channel": "store", "purpose": "loyalty", "datatype": "purchase", "place": "a\u202eb"},
    {"loyalty_number": "29", "channel": "store", "purpose": "loyalty", "datatype": "purchase"},
    {"checks": []},
    {"checks": {}},
    {"checks": ["x"]},
    {"checks": [{"sub": "x", "channel": "store", "purpose": "loyalty", "datatype": "purchase"}], "sub": "x"},
    {"checks": [{"sub": "x", "channel": "store", "purpose": "loyalty", "datatype": "purchase"}] * 101},
    {"checks": [{"checks": []}]},
]


@pytest.mark.parametrize("document", BAD, ids=range(len(BAD)))
def test_a_question_with_faults_is_refused_and_quoted_nowhere(till: Till, document: Any) -> None:
    answer = till.post("/v1/consent/check", document)
    assert refused(answer) == "invalid_request"
    assert answer.get_json()["faults"]
    assert "canary" not in answer.text


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"nonsense",
        b'"text"',
        b'{"sub":"a","sub":"b"}',
        b'{"sub":NaN}',
        b'{"sub":1e999}',
        b'{"sub":"\\ud800"}',
        b"\xff",
        b"[" * 40_000,
        b'{"a":' * 9_000 + b"1" + b"}" * 9_000,
    ],
    ids=range(11),
)
def test_what_is_no_document_is_refused(till: Till, body: bytes) -> None:
    headers = till.headers | {"Content-Type": "application/json"}
    answer = till.house.browser().post("/v1/consent/check", data=body, headers=headers)
    assert refused(answer) == "invalid_request"


def test_a_bomb_of_questions_is_refused_before_it_is_read(till: Till) -> None:
    asked = {"sub": "x", "channel": "store", "purpose": "loyalty", "datatype": "purchase"}
    assert refused(till.post("/v1/consent/check", {"checks": [asked] * 2000}), 413) == "invalid_request"


def test_only_a_client_that_proves_itself_is_answered(shared_house: House, till: Till, customer: Customer) -> None:
    asked = {"sub": customer.sub, "channel": "store", "purpose": "loyalty", "datatype": "purchase"}
    public = add_client(shared_house, secret=None)
    for headers in ({}, basic(till.client_id, "wrong"), basic("nobody", SECRET), bearer("nonsense")):
        answer = shared_house.browser().post("/v1/consent/check", json=asked, headers=headers)
        assert answer.status_code == 401
        assert refused(answer, 401) in {"invalid_client", "invalid_token"}
    answer = shared_house.browser().post("/v1/consent/check", json=asked | {"client_id": public})
    assert refused(answer, 401) == "invalid_client"


def test_a_client_may_prove_itself_in_the_document(shared_house: House) -> None:
    till = open_till(shared_house, token_endpoint_auth_method="client_secret_post")
    sub = share_high(shared_house, add_person(shared_house), till.client_id).sub
    credentials = {"client_id": till.client_id, "client_secret": SECRET}
    asked = {"sub": sub, "channel": "store", "purpose": "loyalty", "datatype": "purchase"}
    answer = shared_house.browser().post("/v1/consent/check", json=asked | credentials)
    assert answer.get_json()["allowed"] is True


def test_a_token_of_the_client_itself_opens_it_with_the_scope_for_it(shared_house: House) -> None:
    scope = " ".join(sorted({*SCOPES, "api", "ssf.read"}))
    till = open_till(
        shared_house, grant_types=["authorization_code", "refresh_token", "client_credentials"], scope=scope
    )
    sub = share_high(shared_house, add_person(shared_house), till.client_id).sub
    asked = {"sub": sub, "channel": "store", "purpose": "loyalty", "datatype": "purchase"}
    for wanted, status in (("api", 200), ("ssf.read", 403)):
        form = {"grant_type": "client_credentials", "scope": wanted}
        token = shared_house.browser().post("/token", data=form, headers=till.headers).get_json()["access_token"]
        answer = shared_house.browser().post("/v1/consent/check", json=asked, headers=bearer(token))
        assert answer.status_code == status


def test_nothing_in_the_address_and_no_page_of_another_site(till: Till, customer: Customer) -> None:
    asked = {"sub": customer.sub, "channel": "store", "purpose": "loyalty", "datatype": "purchase"}
    answer = till.house.browser().post("/v1/consent/check?x=1", json=asked, headers=till.headers)
    assert refused(answer) == "invalid_request"
    headers = till.headers | {"Origin": "https://shop.example"}
    answer = till.house.browser().post("/v1/consent/check", json=asked, headers=headers)
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_too_many_questions_of_one_client_wait_and_another_client_does_not(make_house: Any) -> None:
    house = make_house(vault={"checks_per_minute": 3})
    till, other = open_till(house), open_till(house)
    for _ in range(3):
        assert till.ask("nobody").status_code == 200
    answer = till.ask("nobody")
    assert refused(answer, 429) == "slow_down"
    assert 0 < int(answer.headers["Retry-After"]) <= 61
    assert other.ask("nobody").status_code == 200
    house.clock.move(seconds=61)
    assert till.ask("nobody").status_code == 200


def test_a_suspended_business_asks_in_vain(house: House) -> None:
    till = open_till(house)
    grant = share_high(house, add_person(house), till.client_id)
    with house.services.database.write() as db:
        db.execute(update(businesses).where(businesses.c.id == grant.business_id).values(standing="disabled"))
    assert refused(till.ask(grant.sub), 401) == "invalid_client"
