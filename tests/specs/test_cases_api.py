"""Erasure cases under /v1: a business lists and answers its own, in their order, and nobody else's exist for it."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Barrier
from typing import Any

import pytest
from werkzeug.test import TestResponse

from app.domain.cases import Case, answer_before_at_most
from app.domain.errors import Refusal
from app.domain.levels import Level
from app.services import erasure, mail
from app.services.receipts import Notice
from app.storage import person_keys
from app.storage.tables.cases import case_answers
from app.storage.tables.people import people
from tests.factories import Shopper, add_business, add_client, add_person, share
from tests.redeeming import SECRET, basic, bearer, refused
from tests.servers.house import House

NOTICE = Notice("en", "Stop sharing and ask to erase")
CANARY = "Nora Canary of Sluisweg 12"
ALL = frozenset({"openid", "identity:low", "identity:medium", "identity:high"})
KEPT = {"item": "address", "ground": "legal_duty", "law": "Article 52 AWR", "until": "2033-12-31"}
KEEPS: dict[str, Any] = {"state": "partially_refused", "refusals": [KEPT]}


@dataclass(frozen=True)
class Office:
    """A business's own system."""

    house: House
    business_id: str
    client_id: str

    def get(self, path: str = "", **kwargs: Any) -> TestResponse:
        headers = kwargs.pop("headers", basic(self.client_id, SECRET))
        return self.house.browser().get(f"/v1/cases{path}", headers=headers, **kwargs)

    def answer(self, case: Case | str, document: Any, **kwargs: Any) -> TestResponse:
        case_id = case if isinstance(case, str) else case.id
        headers = kwargs.pop("headers", basic(self.client_id, SECRET))
        return self.house.browser().post(f"/v1/cases/{case_id}/answers", json=document, headers=headers, **kwargs)

    def case(self, person: Shopper | None = None) -> Case:
        """Somebody stopped, and asks to erase."""
        person = person or add_person(self.house)
        grant = share(self.house, person, self.client_id, Level.MEDIUM, scopes=ALL)
        return erasure.stop_and_erase(self.house.services, grant.id, person.id, NOTICE, self.house.clock.now)


def new_office(house: House) -> Office:
    business_id = add_business(house)
    return Office(house, business_id, add_client(house, business_id=business_id))


@pytest.fixture
def office(shared_house: House) -> Office:
    return new_office(shared_house)


def told(response: TestResponse) -> dict[str, Any]:
    assert response.status_code == 200, response.text
    assert response.headers["Cache-Control"] == "no-store"
    document: dict[str, Any] = response.get_json()
    return document


def states(document: dict[str, Any]) -> list[str]:
    return [each["state"] for each in document["answers"]]


def test_a_business_reads_what_it_is_asked_and_no_value(office: Office) -> None:
    nora = add_person(office.house)
    case = office.case(nora)
    document = told(office.get(f"/{case.id}"))
    assert document == {
        "case_id": case.id,
        "state": "sent",
        "overdue": False,
        "reason": "asked",
        "client_id": office.client_id,
        "sub": case.sub,
        "grant_id": case.grant_id,
        "items": ["email", "address", "account_records"],
        "txn": case.txn,
        "opened_at": f"{case.opened_at:%Y-%m-%dT%H:%M:%SZ}",
        "answer_before": f"{case.answer_before:%Y-%m-%dT%H:%M:%SZ}",
        "closed_at": None,
        "answers": [],
    }
    for value in (nora.email, nora.id, "Nora", "Sluisweg"):
        assert value not in json.dumps(document)


def test_a_business_answers_step_by_step(office: Office) -> None:
    case = office.case()
    for state in ("received", "in_progress", "completed"):
        office.house.clock.move(minutes=5)
        document = told(office.answer(case, {"state": state, "message": f"We say {state}."}))
        assert document["state"] == state
    assert states(document) == ["received", "in_progress", "completed"]
    assert [each["number"] for each in document["answers"]] == [1, 2, 3]
    assert document["closed_at"] == document["answers"][-1]["answered_at"]
    assert told(office.get(f"/{case.id}")) == document


def test_a_partial_refusal_is_read_back_with_its_reason(office: Office) -> None:
    document = told(office.answer(office.case(), KEEPS | {"message": "Invoices, for the tax office."}))
    assert document["state"] == "partially_refused"
    assert document["answers"][0]["refusals"] == KEEPS["refusals"]
    assert document["answers"][0]["message"] == "Invoices, for the tax office."


@pytest.mark.parametrize("answer", [{"state": "received"}, {"state": "completed", "message": "Done"}, KEEPS], ids=str)
def test_the_same_answer_twice_is_one(office: Office, answer: dict[str, Any]) -> None:
    case = office.case()
    first = told(office.answer(case, answer))
    office.house.clock.move(minutes=3)
    assert told(office.answer(case, answer)) == first
    assert len(first["answers"]) == 1


@pytest.mark.parametrize(
    ("given", "then"),
    [
        (["in_progress"], {"state": "received"}),
        (["received"], {"state": "received", "message": "Again, in other words"}),
        (["received", "in_progress"], {"state": "received"}),
        (["completed"], {"state": "received"}),
        (["completed"], {"state": "in_progress"}),
        (["completed"], {"state": "completed", "message": "And more"}),
        (["completed"], KEEPS),
        (["received", "completed"], KEEPS),
    ],
    ids=str,
)
def test_out_of_order_and_after_closing_nothing_changes(office: Office, given: list[str], then: dict[str, Any]) -> None:
    case = office.case()
    for state in given:
        before = told(office.answer(case, {"state": state}))
    response = office.answer(case, then)
    assert refused(response, 409) == "invalid_transition"
    assert told(office.get(f"/{case.id}")) == before


MORE_TIME = {"state": "extended", "message": "Our archive is moving."}


def test_more_time_is_taken_once_within_the_month_and_with_a_reason(office: Office) -> None:
    nora = add_person(office.house)
    case = office.case(nora)
    assert {fault["place"] for fault in office.answer(case, {"state": "extended"}).get_json()["faults"]} == {"message"}
    document = told(office.answer(case, MORE_TIME))
    assert document["state"] == "extended"
    assert document["answer_before"] == f"{answer_before_at_most(case.opened_at):%Y-%m-%dT%H:%M:%SZ}"
    assert told(office.answer(case, MORE_TIME)) == document
    for then in ({"state": "received"}, {**MORE_TIME, "message": "Still moving."}):
        assert refused(office.answer(case, then), 409) == "invalid_transition"
    assert "Shop needs more time" in next(
        each.subject for each in mail.latest(office.house.services, 500) if each.recipient == nora.email
    )
    assert told(office.answer(case, {"state": "completed"}))["state"] == "completed"


def test_more_time_after_the_month_is_too_late(office: Office) -> None:
    case = office.case()
    now = office.house.clock.now
    office.house.clock.now = case.answer_before
    response = office.answer(case, MORE_TIME)
    assert refused(response, 409) == "invalid_transition"
    assert "within the month" in response.get_json()["error_description"]
    assert told(office.get(f"/{case.id}"))["overdue"] is True
    office.house.clock.now = now


def test_what_was_refused_is_asked_again_as_a_case_of_its_own(office: Office) -> None:
    nora = add_person(office.house)
    first = office.case(nora)

    def again() -> Case:
        return erasure.ask_again(office.house.services, first.id, nora.id, NOTICE, office.house.clock.now)

    with pytest.raises(Refusal, match="nothing_refused"):
        again()
    told(office.answer(first, KEEPS))
    with pytest.raises(Refusal, match="no_case"):
        erasure.ask_again(office.house.services, first.id, add_person(office.house).id, NOTICE, office.house.clock.now)
    second = again()
    assert again().id == second.id
    document = told(office.get(f"/{second.id}"))
    assert (document["items"], document["state"]) == (["address"], "sent")
    assert {each["case_id"] for each in told(office.get())["cases"]} == {first.id, second.id}
    assert told(office.answer(second, {"state": "completed"}))["state"] == "completed"
    assert told(office.get(f"/{first.id}"))["state"] == "partially_refused"


def test_after_a_refusal_nothing_follows(office: Office) -> None:
    case = office.case()
    told(office.answer(case, KEEPS))
    changed = {"state": "partially_refused", "refusals": [{**KEPT, "until": "2034-12-31"}]}
    for answer in ({"state": "completed"}, changed):
        assert refused(office.answer(case, answer), 409) == "invalid_transition"


def test_two_different_answers_at_once_are_one_order(office: Office) -> None:
    answers = [{"state": "completed"}, KEEPS, {"state": "received"}, {"state": "in_progress"}]
    for _ in range(5):
        case, gate = office.case(), Barrier(len(answers))

        def give(answer: dict[str, Any], case: Case = case, gate: Barrier = gate) -> int:
            gate.wait()
            return office.answer(case, answer).status_code

        with ThreadPoolExecutor(len(answers)) as hands:
            statuses = list(hands.map(give, answers))
        document = told(office.get(f"/{case.id}"))
        taken = states(document)
        assert [each["number"] for each in document["answers"]] == list(range(1, len(taken) + 1))
        assert statuses.count(200) == len(taken)
        assert set(statuses) <= {200, 409}
        assert taken[-1] in {"completed", "partially_refused"}
        assert document["state"] == taken[-1]
        assert taken == sorted(taken, key=["received", "in_progress", "completed", "partially_refused"].index)


def test_one_answer_sent_by_many_hands_is_one(office: Office) -> None:
    case, gate = office.case(), Barrier(6)

    def give(_: int) -> int:
        gate.wait()
        return office.answer(case, KEEPS).status_code

    with ThreadPoolExecutor(6) as hands:
        assert set(hands.map(give, range(6))) == {200}
    assert states(told(office.get(f"/{case.id}"))) == ["partially_refused"]


def test_the_case_of_another_business_does_not_exist(office: Office) -> None:
    case, other = office.case(), new_office(office.house)
    missing = other.get("/" + "0" * 32)
    for response in (other.get(f"/{case.id}"), other.answer(case, {"state": "completed"})):
        assert refused(response, 404) == "not_found"
        assert response.get_json() == missing.get_json()
    assert told(other.get())["cases"] == []
    assert told(office.get(f"/{case.id}"))["state"] == "sent"


def test_every_client_of_the_business_may_answer(office: Office) -> None:
    case = office.case()
    second = Office(office.house, office.business_id, add_client(office.house, business_id=office.business_id))
    assert told(second.answer(case, {"state": "completed"}))["state"] == "completed"


@pytest.mark.parametrize("case_id", ["x", "0" * 31, "A" * 32, "%00", "..%2f..", "0" * 5000, "%ff%fe", "'--"])
def test_an_odd_id_is_no_case(office: Office, case_id: str) -> None:
    assert office.get(f"/{case_id}").status_code == 404
    assert office.answer(case_id, {"state": "completed"}).status_code == 404


@pytest.mark.parametrize(
    "headers",
    [{}, basic("nobody", SECRET), {"Authorization": "Basic !!"}, bearer("nonsense"), {"Authorization": "Digest x"}],
    ids=["nothing", "unknown client", "malformed", "bad token", "odd scheme"],
)
def test_without_proof_of_a_client_nothing_is_told_or_done(office: Office, headers: dict[str, str]) -> None:
    case = office.case()
    for response in (
        office.get(headers=headers),
        office.get(f"/{case.id}", headers=headers),
        office.answer(case, {"state": "completed"}, headers=headers),
    ):
        assert response.status_code == 401
        assert case.sub not in response.text
        assert "WWW-Authenticate" in response.headers
    assert told(office.get(f"/{case.id}"))["state"] == "sent"


def test_a_wrong_secret_a_public_and_a_suspended_client_are_turned_away(office: Office) -> None:
    case, house = office.case(), office.house
    public = add_client(house, business_id=office.business_id, secret=None)
    suspended = add_client(house, business_id=office.business_id, standing="disabled")
    for headers in (basic(office.client_id, "wrong"), basic(public, ""), basic(suspended, SECRET)):
        assert refused(office.answer(case, {"state": "completed"}, headers=headers), 401) == "invalid_client"


def test_credentials_may_stand_in_the_document(office: Office) -> None:
    house = office.house
    client_id = add_client(house, business_id=office.business_id, token_endpoint_auth_method="client_secret_post")
    document = {"state": "received", "client_id": client_id, "client_secret": SECRET}
    assert told(office.answer(office.case(), document, headers={}))["state"] == "received"


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"null", "application/json", 400),
        (b'"completed"', "application/json", 400),
        (b"{", "application/json", 400),
        (b'{"state": "completed", "state": "received"}', "application/json", 400),
        (b'{"state": NaN}', "application/json", 400),
        (b'{"state": "\xff"}', "application/json", 400),
        (b'{"state": "\\ud800"}', "application/json", 400),
        (b'{"state": "completed"}', "text/plain", 400),
        (b"state=completed", "application/x-www-form-urlencoded", 400),
        (b'{"state": "completed", "message": "' + b"a" * 70_000 + b'"}', "application/json", 413),
        (b'{"state": "completed", "message": "' + b"a" * 2_000_000 + b'"}', "application/json", 413),
        (b"[" * 60_000, "application/json", 400),
        (b'{"refusals": ' + b"[" * 30_000 + b"]" * 30_000 + b"}", "application/json", 400),
    ],
    ids=[
        "nothing", "a list", "null", "text", "cut off", "a member twice", "not a number", "not UTF-8",
        "half a character", "another type", "a form", "too long", "far too long", "deep and open", "deep",
    ],
)  # fmt: skip
def test_a_body_that_is_no_answer_changes_nothing(office: Office, body: bytes, content_type: str, status: int) -> None:
    case = office.case()
    response = office.house.browser().post(
        f"/v1/cases/{case.id}/answers",
        data=body,
        content_type=content_type,
        headers=basic(office.client_id, SECRET),
    )
    assert response.status_code == status
    assert response.content_type == "application/json"
    assert response.get_json()["error"] == "invalid_request"
    assert told(office.get(f"/{case.id}"))["answers"] == []


def test_every_fault_is_told_with_its_place(office: Office) -> None:
    response = office.answer(office.case(), {"state": "refused", "refusals": [{"item": CANARY}], "message": 3})
    assert refused(response) == "invalid_request"
    places = {fault["place"] for fault in response.get_json()["faults"]}
    assert places == {"refusals/0/item", "refusals/0/ground", "refusals/0/law", "refusals/0/until", "message"}
    assert CANARY not in response.text


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_a_case_is_neither_changed_nor_deleted(office: Office, method: str) -> None:
    case = office.case()
    call = getattr(office.house.browser(), method)
    response = call(f"/v1/cases/{case.id}", headers=basic(office.client_id, SECRET), json={"state": "completed"})
    assert response.status_code == 405
    assert told(office.get(f"/{case.id}"))["state"] == "sent"


def test_a_page_of_another_site_learns_nothing(office: Office) -> None:
    response = office.get(headers={**basic(office.client_id, SECRET), "Origin": "https://evil.example"})
    assert "Access-Control-Allow-Origin" not in response.headers


def test_cases_come_in_pages_latest_first(office: Office) -> None:
    opened = []
    for number in range(6):
        office.house.clock.move(seconds=number % 2)  # some at the very same moment
        opened.append(office.case())
    expected = [case.id for case in sorted(opened, key=lambda it: (it.opened_at, it.id), reverse=True)]
    listed, after = [], None
    while True:
        query = {"limit": "2"} | ({"after": after} if after else {})
        page = told(office.get(query_string=query))
        assert page["cases"], "a page that was just full does not promise another"
        listed += [each["case_id"] for each in page["cases"]]
        after = page["next"]
        if after is None:
            break
    assert listed == expected
    assert [each["case_id"] for each in told(office.get())["cases"]] == expected


def test_cases_are_filtered_by_how_they_stand(office: Office) -> None:
    waiting, working, done, kept = (office.case() for _ in range(4))
    office.answer(working, {"state": "in_progress"})
    office.answer(done, {"state": "completed"})
    office.answer(kept, KEEPS)

    def listed(state: str) -> set[str]:
        return {each["case_id"] for each in told(office.get(query_string={"state": state}))["cases"]}

    assert listed("sent") == {waiting.id}
    assert listed("in_progress") == {working.id}
    assert listed("completed") == {done.id}
    assert listed("partially_refused") == {kept.id}
    assert listed("refused") == listed("received") == set()
    assert listed("open") == {waiting.id, working.id}
    assert listed("overdue") == set()
    office.house.clock.now = waiting.answer_before
    assert listed("overdue") == {waiting.id, working.id}
    assert told(office.get(f"/{waiting.id}"))["overdue"] is True
    assert told(office.get(f"/{done.id}"))["overdue"] is False


@pytest.mark.parametrize(
    "query",
    [
        "state=done",
        "state=",
        "after=",
        "limit=0",
        "limit=101",
        "limit=-1",
        "limit=abc",
        "limit=%D9%A3",
        "limit=99999999999999999999",
        "after=" + "0" * 32,
        "after=%00",
        "after=x",
        "state=open&state=sent",
        "colour=blue",
    ],
)
def test_an_odd_question_is_refused(office: Office, query: str) -> None:
    assert refused(office.get(f"?{query}")) == "invalid_request"


def test_a_page_never_starts_at_another_business_s_case(office: Office) -> None:
    theirs = new_office(office.house).case()
    assert refused(office.get(query_string={"after": theirs.id})) == "invalid_request"


def test_a_late_answer_is_taken(office: Office) -> None:
    case = office.case()
    office.house.clock.now = case.answer_before
    office.house.clock.move(days=40)
    document = told(office.answer(case, {"state": "completed"}))
    assert (document["state"], document["overdue"]) == ("completed", False)


def test_what_a_business_writes_is_sealed(office: Office) -> None:
    case = office.case()
    words = {"refusals": [{**KEPT, "law": CANARY}], "message": CANARY}
    told(office.answer(case, {"state": "partially_refused", **words}))
    with office.house.services.database.read() as db:
        (row,) = db.execute(case_answers.select().where(case_answers.c.case_id == case.id)).all()
    assert CANARY not in repr(row)
    assert CANARY.encode() not in (row.words_sealed or b"")
    assert told(office.get(f"/{case.id}"))["answers"][0]["message"] == CANARY


def test_a_case_of_an_erased_account_is_answered_and_its_words_are_gone(office: Office) -> None:
    nora = add_person(office.house)
    case = office.case(nora)
    told(office.answer(case, {"state": "received", "message": CANARY}))
    with office.house.services.database.write() as db:
        person_keys.destroy(db, nora.id)
    assert CANARY not in office.get(f"/{case.id}").text
    assert told(office.answer(case, {"state": "received", "message": CANARY}))["state"] == "received"
    with office.house.services.database.write() as db:
        db.execute(people.delete().where(people.c.id == nora.id))
    document = told(office.answer(case, KEEPS | {"message": CANARY}))
    assert states(document) == ["received", "partially_refused"]
    assert CANARY not in json.dumps(document)
    assert told(office.answer(case, KEEPS | {"message": CANARY})) == document


def test_the_person_is_mailed_once_when_the_case_is_closed(office: Office) -> None:
    nora = add_person(office.house)
    case = office.case(nora)
    for answer in ({"state": "received"}, {"state": "completed"}, {"state": "completed"}):
        told(office.answer(case, answer))
    letters = [each for each in mail.latest(office.house.services, 500) if each.recipient == nora.email]
    (letter,) = letters
    assert letter.subject == "Shop answered a request to erase"
    assert f"/cases/{case.id}" in letter.text
