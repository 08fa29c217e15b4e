"""What a business may answer to an erasure case: members, refusals with ground, law and day, nothing by halves."""

import reprlib
from datetime import date
from typing import Any

import pytest

from app.domain.case_answers import (
    LONGEST_LAW,
    LONGEST_MESSAGE,
    PARAGRAPHS,
    Content,
    RefusalGround,
    RefusedItem,
    read_answer,
)
from app.domain.cases import ACCOUNT_RECORDS, CaseState
from app.domain.errors import Problems

TODAY = date(2026, 11, 2)
ITEMS = frozenset({"email", "address", "collected:purchase", ACCOUNT_RECORDS})
KEPT = {"item": "address", "ground": "legal_duty", "law": "Article 52 AWR", "until": "2033-12-31"}


def refusals_of_all(**changes: str) -> list[dict[str, str]]:
    return [{**KEPT, **changes, "item": item} for item in sorted(ITEMS)]


def places(document: dict[str, Any]) -> list[str]:
    with pytest.raises(Problems) as problems:
        read_answer(document, ITEMS, TODAY)
    return [place for place, _ in problems.value.found]


@pytest.mark.parametrize("state", ["received", "in_progress", "completed"])
def test_an_answer_without_refusals_is_its_state_and_perhaps_a_message(state: str) -> None:
    assert read_answer({"state": state}, ITEMS, TODAY) == Content(CaseState(state))
    said = read_answer({"state": state, "message": " Two weeks.\r\nSorry. ", "refusals": []}, ITEMS, TODAY)
    assert said == Content(CaseState(state), message="Two weeks.\nSorry.")


def test_a_member_that_is_null_is_one_that_is_not_there() -> None:
    said = {"state": "completed", "items": None, "refusals": None, "message": None}
    assert read_answer(said, ITEMS, TODAY) == Content(CaseState.COMPLETED)


def test_more_time_is_taken_with_a_reason() -> None:
    read = read_answer({"state": "extended", "message": "The archive is abroad."}, ITEMS, TODAY)
    assert read == Content(CaseState.EXTENDED, message="The archive is abroad.")


def test_a_partial_refusal_says_item_ground_law_and_day() -> None:
    read = read_answer({"state": "partially_refused", "refusals": [KEPT]}, ITEMS, TODAY)
    kept = RefusedItem("address", RefusalGround.LEGAL_DUTY, "Article 52 AWR", date(2033, 12, 31))
    assert read == Content(CaseState.PARTIALLY_REFUSED, (kept,))


def test_the_order_of_refusals_means_nothing() -> None:
    two = [KEPT, {**KEPT, "item": "email"}]
    assert read_answer({"state": "partially_refused", "refusals": two}, ITEMS, TODAY) == read_answer(
        {"state": "partially_refused", "refusals": two[::-1]}, ITEMS, TODAY
    )


def test_a_refusal_of_all_has_a_reason_for_each() -> None:
    read = read_answer({"state": "refused", "refusals": refusals_of_all()}, ITEMS, TODAY)
    assert {each.item for each in read.refusals} == ITEMS


@pytest.mark.parametrize("ground", RefusalGround)
def test_every_ground_stands_in_article_17(ground: RefusalGround) -> None:
    document = {"state": "partially_refused", "refusals": [{**KEPT, "ground": ground.value}]}
    assert isinstance(read_answer(document, ITEMS, TODAY), Content)
    assert PARAGRAPHS[ground].startswith("17(3)(")


@pytest.mark.parametrize(
    ("document", "place"),
    [
        ({}, "state"),
        ({"state": None}, "state"),
        ({"state": "sent"}, "state"),
        ({"state": "overdue"}, "state"),
        ({"state": "COMPLETED"}, "state"),
        ({"state": "extended"}, "message"),
        ({"state": "extended", "message": "  "}, "message"),
        ({"state": "extended", "message": "Why", "items": []}, "items"),
        ({"state": ["completed"]}, "state"),
        ({"state": {"completed": True}}, "state"),
        ({"state": "completed", "erased": True}, "erased"),
        ({"state": "completed", "x" * 500: 1}, "x" * 32),
        ({"state": "completed", "refusals": [KEPT]}, "refusals"),
        ({"state": "received", "refusals": [KEPT]}, "refusals"),
        ({"state": "completed", "refusals": {}}, "refusals"),
        ({"state": "completed", "refusals": ["address"]}, "refusals"),
        ({"state": "partially_refused"}, "refusals"),
        ({"state": "partially_refused", "refusals": refusals_of_all()}, "state"),
        ({"state": "partially_refused", "refusals": [KEPT, KEPT]}, "refusals/1/item"),
        ({"state": "refused"}, "refusals"),
        ({"state": "refused", "refusals": [KEPT]}, "refusals"),
        ({"state": "refused", "refusals": [KEPT] * 100_000}, "refusals"),
        ({"state": "completed", "message": ["a"]}, "message"),
        ({"state": "completed", "message": "a" * (LONGEST_MESSAGE + 1)}, "message"),
        ({"state": "completed", "message": "a\x00b"}, "message"),
        ({"state": "completed", "message": "a\u202eb"}, "message"),
        ({"state": "received", "items": ["email"]}, "items"),
        ({"state": "completed", "items": ["email"]}, "items"),
        ({"state": "completed", "items": "email"}, "items"),
        ({"state": "completed", "refusals": [KEPT] * 100_000}, "refusals"),
        ({"state": "completed", "items": [1]}, "items"),
        ({"state": "completed", "items": [["email"]]}, "items"),
        ({"state": "completed", "items": dict.fromkeys(ITEMS, True)}, "items"),
        ({"state": "completed", "items": sorted(ITEMS - {"email"} | {"name"})}, "items"),
        ({"state": "completed", "items": [*sorted(ITEMS), "email"]}, "items"),
        ({"state": "partially_refused", "refusals": [KEPT], "items": sorted(ITEMS)}, "items"),
    ],
    ids=reprlib.repr,
)
def test_what_is_no_answer_is_refused_at_its_place(document: dict[str, Any], place: str) -> None:
    assert places(document) == [place]


@pytest.mark.parametrize(
    ("member", "values"),
    [
        ("item", [None, 1, "", "shoe_size", "collected:visit", ["address"], "Address"]),
        ("ground", [None, 3, "", "because", "LEGAL_DUTY", ["legal_duty"]]),
        ("law", [None, 7, "", "   ", "a" * (LONGEST_LAW + 1), "a\nb", "a\tb", "\u202e52 AWR", ["AWR"]]),
        (
            "until",
            [None, 20331231, "", "20331231", "2033-13-01", "2033-02-30", "31-12-2033", "2026-11-02", "2020-01-01",
             "2127-01-01", "9999-12-31", "2033-12-31T00:00:00Z", "2033-W52-1", "２０３３-12-31", " 2033-12-31"],
        ),
        ("note", ["x"]),
    ],
)  # fmt: skip
def test_a_refusal_that_misses_something_says_what(member: str, values: list[Any]) -> None:
    for value in values:
        document = {"state": "partially_refused", "refusals": [{**KEPT, member: value}]}
        assert places(document) == [f"refusals/0/{member}"], value


def test_a_law_a_message_and_a_day_may_go_as_far_as_is_said() -> None:
    kept = {**KEPT, "law": "a" * LONGEST_LAW, "until": "2126-12-31"}
    said = {"state": "partially_refused", "refusals": [kept], "message": "a" * LONGEST_MESSAGE}
    assert read_answer(said, ITEMS, TODAY).refusals[0].until == date(2126, 12, 31)


def test_one_that_names_items_before_the_end_is_told_what_they_belong_to() -> None:
    with pytest.raises(Problems) as problems:
        read_answer({"state": "received", "items": sorted(ITEMS)}, ITEMS, TODAY)
    assert problems.value.found == (("items", "belong to an answer that closes the case"),)


def test_all_faults_are_told_at_once() -> None:
    document = {"state": "done", "refusals": [{"item": "x"}], "message": 1, "more": 2}
    assert places(document) == [
        "more",
        "state",
        "refusals/0/item",
        "refusals/0/ground",
        "refusals/0/law",
        "refusals/0/until",
        "message",
    ]


def test_no_sentence_quotes_what_was_sent() -> None:
    canary = "Nora Canary"
    document = {"state": canary, "refusals": [dict.fromkeys(KEPT, canary)], "message": canary + "\x00", "items": canary}
    with pytest.raises(Problems) as problems:
        read_answer(document, ITEMS, TODAY)
    assert not [sentence for _, sentence in problems.value.found if canary in sentence]


def test_what_is_said_to_be_erased_is_checked_against_the_case() -> None:
    rest = sorted(ITEMS - {"address"})
    assert isinstance(read_answer({"state": "completed", "items": sorted(ITEMS)}, ITEMS, TODAY), Content)
    partly = {"state": "partially_refused", "refusals": [KEPT], "items": rest}
    assert isinstance(read_answer(partly, ITEMS, TODAY), Content)
    refused = {"state": "refused", "refusals": refusals_of_all(), "items": []}
    assert isinstance(read_answer(refused, ITEMS, TODAY), Content)
    assert read_answer(partly, ITEMS, TODAY) == read_answer(
        {"state": "partially_refused", "refusals": [KEPT]}, ITEMS, TODAY
    )


def test_words_of_a_business_are_not_in_a_printed_answer() -> None:
    read = read_answer({"state": "partially_refused", "refusals": [KEPT], "message": "secret words"}, ITEMS, TODAY)
    assert "secret" not in repr(read)
    assert "AWR" not in repr(read)
