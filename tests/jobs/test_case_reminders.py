"""What time does to an open erasure case: one reminder after three weeks, one mail when the month is over."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import update

from app.domain.cases import Case
from app.jobs import case_reminders
from app.services import addresses, case_links, cases, erasure, leaving, mail
from app.services.receipts import Notice
from app.storage.tables.parties import businesses
from tests.factories import Shopper, add_business, add_client, share
from tests.servers.house import House

CONTACT = "privacy@shop.example"
NOTICE = Notice("en", "Stop sharing and ask to erase")


@pytest.fixture
def business_id(house: House) -> str:
    business_id = add_business(house)
    with house.services.database.write() as db:
        details = {"privacy_contact": CONTACT, "country": "NL"}
        db.execute(update(businesses).where(businesses.c.id == business_id).values(details=details))
    return business_id


def ask(house: House, nora: Shopper, business_id: str) -> Case:
    grant = share(house, nora, add_client(house, business_id=business_id))
    return erasure.stop_and_erase(house.services, grant.id, nora.id, NOTICE, house.clock.now)


@pytest.fixture
def case(house: House, nora: Shopper, business_id: str) -> Case:
    return ask(house, nora, business_id)


def run(house: House) -> dict[str, int]:
    return dict(case_reminders.run(house.services, house.clock.now).counts)


def letters_to(house: House, recipient: str) -> list[str]:
    return [letter.subject for letter in mail.latest(house.services, 500) if letter.recipient == recipient]


def answer(house: House, case: Case, state: str) -> None:
    cases.answer(house.services, case.business_id, case.id, {"state": state}, house.clock.now)


def test_a_business_is_reminded_once_after_three_weeks(house: House, case: Case) -> None:
    house.clock.move(days=21, seconds=-1)
    assert run(house) == {"reminded": 0, "overdue": 0}
    house.clock.move(seconds=1)
    assert run(house) == {"reminded": 1, "overdue": 0}
    assert run(house) == {"reminded": 0, "overdue": 0}
    assert len(letters_to(house, CONTACT)) == 2  # the request, and the reminder


def test_who_says_received_is_reminded_and_who_is_done_is_not(house: House, nora: Shopper, business_id: str) -> None:
    received, done = ask(house, nora, business_id), ask(house, nora, business_id)
    answer(house, received, "received")
    answer(house, done, "completed")
    house.clock.move(days=60)
    assert run(house) == {"reminded": 1, "overdue": 1}


def test_who_took_more_time_is_reminded_a_week_before_its_end(house: House, case: Case) -> None:
    house.clock.move(days=22)
    assert run(house)["reminded"] == 1
    longer = {"state": "extended", "message": "Our archive is moving."}
    taken = cases.answer(house.services, case.business_id, case.id, longer, house.clock.now).case
    house.clock.now = taken.answer_before - timedelta(days=7, seconds=1)
    assert run(house) == {"reminded": 0, "overdue": 0}
    house.clock.move(seconds=1)
    assert run(house) == {"reminded": 1, "overdue": 0}
    assert run(house) == {"reminded": 0, "overdue": 0}


def test_a_reminder_that_comes_too_late_says_that_the_day_is_over(house: House, case: Case) -> None:
    house.clock.move(days=60)
    run(house)
    assert "Je moest antwoorden vóór" in reminder(house)
    assert "De klant ziet dat je niet op tijd antwoordde" in reminder(house)
    assert "Na die dag" not in reminder(house)


def test_of_a_customer_who_left_no_reminder_says_that_they_see_the_answer(
    house: House, case: Case, nora: Shopper
) -> None:
    leaving.erase_account(house.services, nora.id, house.clock.now, NOTICE)
    house.clock.move(days=22)
    run(house)
    assert "Antwoord vóór" in reminder(house)
    assert "ziet de klant" not in reminder(house)


def reminder(house: House) -> str:
    (text,) = (each.text for each in mail.latest(house.services) if each.subject.startswith("Herinnering"))
    return text


def test_both_links_open_the_same_case(house: House, case: Case) -> None:
    house.clock.move(days=22)
    run(house)
    texts = [letter.text for letter in mail.latest(house.services) if letter.recipient == CONTACT]
    secrets = {text.partition("/cases/answer/")[2].split()[0] for text in texts}
    assert len(secrets) == 2
    assert {case_links.behind(house.services, secret).id for secret in secrets} == {case.id}


def test_the_person_is_told_once_that_time_is_over(house: House, case: Case, nora: Shopper) -> None:
    house.clock.now = case.answer_before
    assert run(house)["overdue"] == 1
    house.clock.move(days=400)
    assert run(house) == {"reminded": 0, "overdue": 0}
    assert letters_to(house, nora.email) == ["Shop did not answer a request to erase in time"]


def test_the_person_is_told_where_they_sign_in_and_nowhere_else(house: House, case: Case, nora: Shopper) -> None:
    detail, now = "detail@canary.example", house.clock.now
    with house.services.database.write() as db:
        own = addresses.cipher(house.services, db, nora.id)
        addresses.add(house.services, db, own, nora.id, detail, now, signs_in=False, confirmed=True)
    house.clock.now = case.answer_before
    run(house)
    assert (len(letters_to(house, nora.email)), letters_to(house, detail)) == (1, [])


def test_whoever_is_being_erased_is_told_nothing_any_more(house: House, case: Case, nora: Shopper) -> None:
    leaving.begin(house.services, nora.id, house.clock.now)
    house.clock.now = case.answer_before
    assert run(house)["overdue"] == 1
    assert letters_to(house, nora.email) == []


def test_who_took_three_months_is_not_said_to_have_had_one(house: House, case: Case, nora: Shopper) -> None:
    longer = {"state": "extended", "message": "Our archive is moving."}
    taken = cases.answer(house.services, case.business_id, case.id, longer, house.clock.now).case
    house.clock.now = taken.answer_before
    assert run(house)["overdue"] == 1
    (told,) = (letter.text for letter in mail.latest(house.services) if "in time" in letter.subject)
    assert "three months to answer" in told
    assert "a month" not in told


def test_a_mail_about_a_case_says_no_name_that_the_operator_did_not_look_at(
    house: House, case: Case, nora: Shopper, business_id: str
) -> None:
    with house.services.database.write() as db:
        db.execute(update(businesses).where(businesses.c.id == business_id).values(verified=False))
    house.clock.now = case.answer_before
    run(house)
    assert letters_to(house, nora.email) == ["A business did not answer a request to erase in time"]


def test_two_workers_do_it_once(house: House, case: Case, nora: Shopper) -> None:
    house.clock.now = case.answer_before
    gate = Barrier(4)

    def work(_: int) -> dict[str, int]:
        gate.wait()
        return run(house)

    with ThreadPoolExecutor(4) as workers:
        done = list(workers.map(work, range(4)))
    assert [sum(each[word] for each in done) for word in ("reminded", "overdue")] == [1, 1]
    assert len(letters_to(house, CONTACT)) == 2
    assert len(letters_to(house, nora.email)) == 1


def test_one_case_that_fails_stops_no_other(
    house: House, case: Case, nora: Shopper, business_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(case_reminders, "_BATCH", 1)
    ask(house, nora, business_id)
    house.clock.move(days=22)
    real = case_links.remind

    def fail_for_the_first(services: Any, db: Any, each: Case, *rest: Any) -> None:
        if each.id == case.id:
            raise RuntimeError("broken")
        real(services, db, each, *rest)

    with monkeypatch.context() as patched:
        patched.setattr(case_links, "remind", fail_for_the_first)
        assert run(house)["reminded"] == 1
    assert run(house)["reminded"] == 1  # what failed was not noted as done


def test_a_clock_that_is_set_back_reminds_nobody_again(house: House, case: Case) -> None:
    house.clock.move(days=22)
    run(house)
    house.clock.move(days=-10)
    assert run(house) == {"reminded": 0, "overdue": 0}
    house.clock.move(days=12)
    assert run(house) == {"reminded": 0, "overdue": 0}


def test_a_business_without_an_address_is_noted_and_not_asked_again(house: House, nora: Shopper) -> None:
    ask(house, nora, add_business(house))
    house.clock.move(days=22)
    assert run(house)["reminded"] == 1
    assert run(house)["reminded"] == 0


def test_a_batch_that_is_full_says_there_is_more(
    house: House, nora: Shopper, business_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(case_reminders, "_BATCH", 2)
    for _ in range(3):
        ask(house, nora, business_id)
    house.clock.move(days=22)
    first, second = (case_reminders.run(house.services, house.clock.now) for _ in range(2))
    assert (first.counts["reminded"], first.more) == (2, True)
    assert (second.counts["reminded"], second.more) == (1, False)
