"""An erasure case: which answers may follow which, when it is overdue, what it asks to erase."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from app.domain.cases import (
    ACCOUNT_RECORDS,
    REMIND_AFTER,
    Case,
    CaseState,
    Reason,
    answer_before,
    answer_before_at_most,
    case_id,
    collected_datatype,
    in_item_order,
    items_of,
    may_ask_again,
    may_complain,
    may_extend,
    may_follow,
)
from app.domain.claims import CATALOGUE
from app.domain.collection import Collection
from app.domain.identifiers import is_id
from app.domain.retention import Period

NOW = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)
CLOSING = {CaseState.COMPLETED, CaseState.PARTIALLY_REFUSED, CaseState.REFUSED}
ORDER = (CaseState.SENT, CaseState.RECEIVED, CaseState.IN_PROGRESS, CaseState.EXTENDED)
ALLOWED = {
    *((before, after) for number, before in enumerate(ORDER) for after in ORDER[number + 1 :]),
    *((before, after) for before in ORDER for after in CLOSING),
}


def a_case(state: CaseState = CaseState.SENT, closed_at: datetime | None = None) -> Case:
    return Case(
        id="0" * 32,
        business_id="shop",
        client_id="shop-web",
        person_id="nora",
        grant_id="1" * 32,
        sub="sub",
        reason=Reason.ASKED,
        items=frozenset({"email", ACCOUNT_RECORDS}),
        txn="2" * 32,
        opened_at=NOW,
        answer_before=answer_before(NOW),
        state=state,
        closed_at=closed_at,
    )


@pytest.mark.parametrize(("state", "answer"), list(product(CaseState, CaseState)))
def test_every_pair_of_states_is_decided(state: CaseState, answer: CaseState) -> None:
    assert may_follow(state, answer) is ((state, answer) in ALLOWED)


@pytest.mark.parametrize("state", CaseState)
def test_a_case_is_closed_exactly_when_nothing_may_follow(state: CaseState) -> None:
    assert state.closed is (state in CLOSING)


def test_no_way_leads_back() -> None:
    reached, frontier = {CaseState.SENT}, [CaseState.SENT]
    while frontier:
        state = frontier.pop()
        following = {answer for answer in CaseState if may_follow(state, answer)}
        assert not following & {state}
        assert not any(may_follow(answer, state) for answer in following)
        frontier += following - reached
        reached |= following
    assert reached == set(CaseState)


@pytest.mark.parametrize(
    ("opened", "before"),
    [
        ("2026-11-02", "2026-12-02"),
        ("2026-12-31", "2027-01-31"),
        ("2027-01-31", "2027-02-28"),
        ("2028-01-30", "2028-02-29"),
        ("2027-02-28", "2027-03-28"),
        ("2027-05-31", "2027-06-30"),
    ],
)
def test_a_business_has_one_calendar_month(opened: str, before: str) -> None:
    at = datetime.fromisoformat(f"{opened}T10:00:00+00:00")
    assert answer_before(at) == datetime.fromisoformat(f"{before}T10:00:00+00:00")


@pytest.mark.parametrize(("opened", "before"), [("2026-11-02", "2027-02-02"), ("2026-11-30", "2027-02-28")])
def test_one_that_says_so_in_time_has_two_months_more_once(opened: str, before: str) -> None:
    at = datetime.fromisoformat(f"{opened}T10:00:00+00:00")
    case = replace(a_case(), opened_at=at, answer_before=answer_before(at))
    longer = replace(case, answer_before=answer_before_at_most(at))
    assert longer.answer_before == datetime.fromisoformat(f"{before}T10:00:00+00:00")
    assert (case.extended, longer.extended) == (False, True)
    assert may_extend(case, case.answer_before - timedelta(microseconds=1))
    assert not may_extend(case, case.answer_before)
    assert not may_extend(longer, at)
    assert not longer.overdue(case.answer_before)


@pytest.mark.parametrize("state", CaseState)
def test_what_was_refused_and_nothing_else_may_be_asked_again(state: CaseState) -> None:
    assert may_ask_again(a_case(state)) is (state in {CaseState.PARTIALLY_REFUSED, CaseState.REFUSED})


def test_the_reminder_comes_after_three_weeks_and_before_the_month_is_over() -> None:
    assert timedelta(days=21) == REMIND_AFTER
    assert all(
        day + REMIND_AFTER < answer_before(day)
        for day in (datetime(2027, 1, 1, tzinfo=UTC) + timedelta(days=number) for number in range(400))
    )


def test_a_case_is_overdue_from_the_moment_its_month_is_over_until_it_is_closed() -> None:
    case, moment = a_case(), timedelta(microseconds=1)
    assert not case.overdue(case.answer_before - moment)
    assert case.overdue(case.answer_before)
    assert not a_case(CaseState.COMPLETED, NOW).overdue(case.answer_before)
    assert not a_case(CaseState.COMPLETED, NOW).late
    assert a_case(CaseState.COMPLETED, case.answer_before).late
    assert not case.late


@pytest.mark.parametrize("state", CaseState)
def test_there_is_ground_to_complain_when_time_is_over_or_something_is_refused(state: CaseState) -> None:
    closed_at = NOW if state.closed else None
    case = a_case(state, closed_at)
    assert may_complain(case, NOW) is (state in {CaseState.PARTIALLY_REFUSED, CaseState.REFUSED})
    assert may_complain(case, case.answer_before) is (state is not CaseState.COMPLETED)


def test_all_that_was_ever_given_is_asked_for() -> None:
    once = Collection(frozenset({"web"}), frozenset({"visit", "purchase"}), frozenset({"loyalty"}), Period(6))
    items = items_of(["email", "address"], [None, once, None])
    assert items == {"email", "address", "collected:visit", "collected:purchase", ACCOUNT_RECORDS}
    assert items_of([], []) == {ACCOUNT_RECORDS}


def test_items_have_one_order_and_unknown_ones_are_not_shown() -> None:
    items = {"collected:visit", "collected:purchase", ACCOUNT_RECORDS, *CATALOGUE, "collected:secrets", "shoe_size"}
    order = in_item_order(items)
    assert order == (*CATALOGUE, "collected:purchase", "collected:visit", ACCOUNT_RECORDS)
    assert in_item_order({ACCOUNT_RECORDS, "address", "email"}) == ("email", "address", ACCOUNT_RECORDS)


def test_collected_data_is_told_from_claims() -> None:
    assert collected_datatype("collected:visit") == "visit"
    assert collected_datatype("email") is None
    assert collected_datatype(ACCOUNT_RECORDS) is None


def test_a_case_has_one_id_a_round_and_nobody_without_the_key_makes_it() -> None:
    first = case_id(b"key", "grant", 1)
    assert is_id(first)
    assert first == case_id(b"key", "grant", 1)
    assert len({first, case_id(b"key", "grant", 2), case_id(b"key", "other", 1), case_id(b"other", "grant", 1)}) == 4
