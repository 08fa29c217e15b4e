"""Loyalty numbers: a till that only scans a card can ask and deposit; nobody can read a number anywhere."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from app.domain.levels import Level
from app.services import consents
from app.services.receipts import Notice
from app.storage.tables.vault import loyalty_numbers
from tests.factories import add_client, add_person, share
from tests.redeeming import SECRET, basic, refused
from tests.servers.house import House
from tests.vault import SCOPES, Customer, Till, open_till, share_high

NUMBER = "2900000000018"


def register(till: Till, sub: str, number: str = NUMBER) -> int:
    return till.put(f"/v1/loyalty-numbers/{number}", {"sub": sub}).status_code


def test_a_registered_card_stands_for_its_holder(till: Till, customer: Customer) -> None:
    assert not till.allowed(None, loyalty_number=NUMBER)
    assert register(till, customer.sub) == 201
    assert till.allowed(None, loyalty_number=NUMBER)
    assert till.offer(None, loyalty_number=NUMBER).status_code == 201
    assert len(till.read(customer.sub)) == 1


def test_registering_again_changes_nothing_and_another_holder_is_refused(
    shared_house: House, till: Till, customer: Customer
) -> None:
    assert register(till, customer.sub) == 201
    assert register(till, customer.sub) == 200
    other = share_high(shared_house, add_person(shared_house), till.client_id)
    answer = till.put(f"/v1/loyalty-numbers/{NUMBER}", {"sub": other.sub})
    assert refused(answer, 409) == "conflict"
    assert customer.sub not in answer.text


def test_the_number_may_stand_in_the_document_instead(till: Till, customer: Customer) -> None:
    answer = till.post("/v1/loyalty-numbers", {"sub": customer.sub, "loyalty_number": NUMBER})
    assert answer.status_code == 201
    assert till.allowed(None, loyalty_number=NUMBER)


def test_a_number_taken_away_stands_for_nobody_and_may_be_given_out_again(
    shared_house: House, till: Till, customer: Customer
) -> None:
    register(till, customer.sub)
    assert till.delete(f"/v1/loyalty-numbers/{NUMBER}").status_code == 204
    assert refused(till.delete(f"/v1/loyalty-numbers/{NUMBER}"), 404) == "not_found"
    assert not till.allowed(None, loyalty_number=NUMBER)
    other = share_high(shared_house, add_person(shared_house), till.client_id)
    assert register(till, other.sub) == 201


def test_two_businesses_may_use_the_same_number(shared_house: House, till: Till, customer: Customer) -> None:
    other_till = open_till(shared_house)
    other = share_high(shared_house, customer.person, other_till.client_id)
    assert register(till, customer.sub) == 201
    assert register(other_till, other.sub) == 201
    assert refused(open_till(shared_house).delete(f"/v1/loyalty-numbers/{NUMBER}"), 404) == "not_found"
    assert till.allowed(None, loyalty_number=NUMBER)


def test_only_a_customer_with_a_running_grant_has_a_card(shared_house: House, till: Till, customer: Customer) -> None:
    foreign = share_high(shared_house, add_person(shared_house), open_till(shared_house).client_id)
    stopped = share(shared_house, add_person(shared_house), till.client_id, Level.LOW, scopes=SCOPES)
    consents.stop(shared_house.services, stopped.id, stopped.person_id, Notice("en", "Test"), shared_house.clock.now)
    answers = [till.put(f"/v1/loyalty-numbers/{NUMBER}", {"sub": sub}) for sub in ("x", foreign.sub, stopped.sub)]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1


def test_a_card_of_somebody_at_level_low_says_no(shared_house: House, till: Till) -> None:
    low = share(shared_house, add_person(shared_house), till.client_id, Level.LOW, scopes=SCOPES)
    assert register(till, low.sub) == 201
    assert not till.allowed(None, loyalty_number=NUMBER)


@pytest.mark.parametrize("number", ["123", "a" * 65, "12 34", "1234%0a", "é123", "1234;--"])
def test_what_is_no_number_is_refused(till: Till, customer: Customer, number: str) -> None:
    answer = till.put(f"/v1/loyalty-numbers/{number}", {"sub": customer.sub})
    assert refused(answer) == "invalid_request"


def test_the_number_is_nowhere_in_the_database(shared_house: House, till: Till, customer: Customer) -> None:
    register(till, customer.sub)
    with shared_house.services.database.read() as db:
        rows = db.execute(select(loyalty_numbers).where(loyalty_numbers.c.sub == customer.sub)).all()
    assert len(rows) == 1
    assert NUMBER.encode() not in rows[0].number_digest
    assert len(rows[0].number_digest) == 32


def test_two_tills_that_register_one_number_at_once_leave_one_holder(shared_house: House, till: Till) -> None:
    subs = [share_high(shared_house, add_person(shared_house), till.client_id).sub for _ in range(4)]
    with ThreadPoolExecutor(8) as threads:
        answers = sorted(threads.map(lambda sub: register(till, sub), subs * 2))
    assert answers == [200, 201, *[409] * 6]


def test_another_client_of_the_business_knows_the_card_too(shared_house: House, till: Till, customer: Customer) -> None:
    register(till, customer.sub)
    other = add_client(shared_house, business_id=customer.grant.business_id)
    assert Till(shared_house, other, basic(other, SECRET)).allowed(None, loyalty_number=NUMBER)
