"""What a business's own systems hear under /v1 when their request is wrong: what it was, and never a fault of ours."""

from typing import Any

import pytest

from tests.redeeming import refused
from tests.vault import Customer, Till, open_till

QUESTION = {"sub": "x", "channel": "store", "purpose": "loyalty", "datatype": "purchase"}


def faults(answer: Any) -> dict[str, str]:
    """Place to problem."""
    assert refused(answer) == "invalid_request"
    return {fault["place"]: fault["problem"] for fault in answer.get_json()["faults"]}


def test_a_member_sent_twice_is_said_to_be(till: Till) -> None:
    answer = till.house.browser().post(
        "/v1/consent/check",
        data='{"sub": "a", "sub": "b"}',
        content_type="application/json",
        headers=till.headers,
        base_url=till.site,
    )
    assert refused(answer) == "invalid_request"
    told = "The body is not well-formed JSON: an object has the same member twice."
    assert answer.get_json()["error_description"] == told


@pytest.mark.parametrize(
    "limit", ["0", "501", "-1", "1.0", "+1", "\u0663", "a", "0" * 9 + "1", "000000001" + "9" * 21, "9" * 4000]
)
@pytest.mark.parametrize("path", ["/v1/events/dead", "/v1/cases"])
def test_a_limit_that_is_no_number_in_its_range_is_refused(till: Till, path: str, limit: str) -> None:
    assert faults(till.get(path, limit=limit)).keys() == {"limit"}


@pytest.mark.parametrize(("path", "limit"), [("/v1/cases", "1"), ("/v1/events/dead", "500")])
def test_a_limit_may_be_the_first_and_the_last_of_its_range(till: Till, path: str, limit: str) -> None:
    assert till.get(path, limit=limit).status_code == 200


@pytest.mark.parametrize(
    ("path", "name"), [("/v1/events/dead", "limit"), ("/v1/cases", "after"), ("/v1/deposits", "sub")]
)
def test_an_empty_parameter_is_refused(till: Till, path: str, name: str) -> None:
    assert faults(till.get(path, **{name: ""})) == {name: "must not be empty"}


def test_parameters_nobody_knows_are_refused_with_those_there_are(till: Till) -> None:
    assert (
        till.get("/v1/events/dead", page="2").get_json()["error_description"] == "The parameters are limit, once each."
    )
    assert till.get("/v1/cases/x", page="").get_json()["error_description"] == "There are no parameters here."


def test_a_token_in_the_url_is_refused_as_such(till: Till) -> None:
    stranger = Till(till.house)
    answer = stranger.get("/v1/cases", access_token="canary")
    assert refused(answer) == "invalid_request"
    assert "never in the URL" in answer.get_json()["error_description"]


def test_a_document_stands_alone_with_nothing_in_the_url(till: Till) -> None:
    answer = till.post("/v1/consent/check?purpose=loyalty", QUESTION)
    assert answer.get_json()["error_description"] == "Parameters belong in the body, not in the URL."


@pytest.mark.parametrize("name", ["client_id", "client_secret", "client_assertion", "client_assertion_type"])
@pytest.mark.parametrize("value", [7, None, ["x"], {"x": 1}])
def test_credentials_in_a_document_are_text(till: Till, name: str, value: Any) -> None:
    answer = Till(till.house).post("/v1/consent/check", {**QUESTION, "client_id": "shop", name: value})
    assert refused(answer) == "invalid_request"
    assert answer.get_json()["error_description"] == "The credentials of a client are text."


def test_a_request_that_proves_nobody_is_told_so(till: Till) -> None:
    answer = Till(till.house).post("/v1/consent/check", QUESTION)
    assert refused(answer, 401) == "invalid_client"
    assert answer.get_json()["error_description"].startswith("The request names no client")


@pytest.mark.parametrize(("header", "challenge"), [("Bearer", "Bearer"), ("bearer x", "Bearer"), ("Basic x", "Basic")])
def test_a_refusal_asks_for_the_scheme_that_was_tried(till: Till, header: str, challenge: str) -> None:
    answer = till.house.browser().get("/v1/cases", headers={"Authorization": header}, base_url=till.site)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith(f"{challenge} ")


def test_what_is_missing_is_said_to_be_missing(till: Till) -> None:
    told = faults(till.post("/v1/deposits", {"sub": "x", "type": "", "external_id": 5}))
    assert told["channel"] == "is missing: printable text of at most 64 characters"
    assert told["type"] == "must be printable text of at most 64 characters"
    assert told["external_id"] == "must be printable text of at most 100 characters"
    assert told["content"] == "is missing: an object"


@pytest.mark.parametrize("number", ["123", "a" * 65, "12 34", "", "\u00bd" * 4, None, 2938881601642, ["1234"]])
def test_a_loyalty_number_is_refused_in_the_same_words_wherever_it_stands(
    till: Till, customer: Customer, number: Any
) -> None:
    told = {"loyalty_number": "must have 4 to 64 letters, digits, dots, dashes or underscores"}
    assert faults(till.post("/v1/loyalty-numbers", {"sub": customer.sub, "loyalty_number": number})) == told
    if number is not None:
        asked = {**QUESTION, "loyalty_number": number}
        asked.pop("sub")
        assert faults(till.post("/v1/consent/check", asked)) == told


@pytest.mark.parametrize("number", ["a_b.c-1", "....", "____"])
def test_the_characters_it_may_have_are_those_that_are_named(till: Till, customer: Customer, number: str) -> None:
    assert till.post("/v1/loyalty-numbers", {"sub": customer.sub, "loyalty_number": number}).status_code == 201


@pytest.mark.parametrize("path", ["/v1", "/v1/nothing", "/grants", "/ssf", "/v1/cases/"])
def test_an_address_for_systems_that_is_none_is_answered_to_a_system(till: Till, path: str) -> None:
    answer = till.get(path)
    assert answer.status_code == 404
    assert answer.get_json()["error"] == "not_found"


def test_replays_without_end_are_stopped(till: Till) -> None:
    busy = open_till(till.house)
    for _ in range(60):
        assert busy.post("/v1/events/replay", {"dead": True}).status_code == 202
    answer = busy.post("/v1/events/replay", {"dead": True})
    assert refused(answer, 429) == "slow_down"
    assert 3500 < int(answer.headers["Retry-After"]) <= 3601
    assert till.post("/v1/events/replay", {"dead": True}).status_code == 202
