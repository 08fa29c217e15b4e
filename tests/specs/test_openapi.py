"""OpenAPI 3.1: the running server answers what docs/openapi.yaml describes, whatever it is sent."""

from typing import Any

import pytest
import schemathesis
import schemathesis.openapi
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app.services import erasure, streams
from app.services.receipts import Notice
from setup import openapi
from tests.factories import ALL_SCOPES, add_person
from tests.redeeming import bearer, tokens
from tests.servers.house import House
from tests.vault import Till, open_till, share_high

DOCUMENT = openapi.document()
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
OPERATIONS = [
    (path, method)
    for path, operations in DOCUMENT["paths"].items()
    for method in operations
    if method in {"get", "post", "put", "patch", "delete"}
]
EXAMPLES = [
    (path, method, example["value"])
    for path, method in OPERATIONS
    for media in DOCUMENT["paths"][path][method].get("requestBody", {}).get("content", {}).values()
    for example in media.get("examples", {}).values()
]
# On the stricter of the two databases: it has no NUL in a text and no end to what it calls out of range.
pytestmark = pytest.mark.parametrize("shared_house", ["postgresql"], indirect=True, scope="module")
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
FEW = settings(
    max_examples=8,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


FEWER = settings(FEW, max_examples=4)
"""For streams: what they take is tried by hand in test_ssf and test_rfc8936."""
OWN = {"grant_types": ["authorization_code", "client_credentials"], "scope": f"{ALL_SCOPES} ssf.read ssf.manage"}


def schema_of(house: House) -> Any:
    """The document, as schemathesis asks this house by it."""
    SCHEMA.app = house.app
    return SCHEMA


def is_of_streams(path: str) -> bool:
    """Whether only a client's own token opens it."""
    return path.startswith("/ssf/")


def headers_for(till: Till, path: str) -> dict[str, str]:
    """What proves the business there."""
    if not is_of_streams(path):
        return till.headers
    form = {"grant_type": "client_credentials", "scope": "ssf.manage"}
    answer = till.house.browser().post("/token", data=form, headers=till.headers, base_url=till.site)
    return bearer(tokens(answer)["access_token"])


def known_to(till: Till) -> dict[str, Any]:
    """Names a business may truly use: a stream; a customer with a deposit, a card, a grant and a case, each its own."""
    house = till.house
    grant = share_high(house, add_person(house), till.client_id)
    over = share_high(house, gone := add_person(house), till.client_id)
    case = erasure.stop_and_erase(house.services, over.id, gone.id, Notice("en", "Test"), house.clock.now)
    number = "2938881601642"
    assert till.put(f"/v1/loyalty-numbers/{number}", {"sub": grant.sub}).status_code == 201
    deposit = till.deposit(grant.sub)
    stream = streams.create(house.services, till.client_id, {}, house.clock.now)
    return {
        "sub": grant.sub, "loyalty_number": number, "number": number, "id": deposit, "grant_id": grant.id,
        "case_id": case.id, "item": "email", "purpose": "loyalty", "version": 1, "stream_id": stream.id,
    }  # fmt: skip


def with_known(sent: Any, known: dict[str, Any]) -> Any:
    """The same, with true names where it has invented ones."""
    if isinstance(sent, dict):
        return {name: known[name] if name in known else with_known(it, known) for name, it in sent.items()}
    return [with_known(it, known) for it in sent] if isinstance(sent, list) else sent


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_whatever_fits_the_description_is_answered_as_described(shared_house: House, path: str, method: str) -> None:
    till = open_till(shared_house, **OWN)
    known, headers = known_to(till), headers_for(till, path)
    seen: set[int] = set()

    @(FEWER if is_of_streams(path) else FEW)
    @given(case=schema_of(shared_house)[path][method].as_strategy(), true=st.booleans())
    def ask(case: Any, true: bool) -> None:
        if true:
            case.path_parameters = with_known(case.path_parameters, known)
            case.query = with_known(case.query, known)
            case.body = with_known(case.body, known)
        if path.startswith("/ssf/poll/"):
            case.body["returnImmediately"] = True
        seen.add(
            case.call_and_validate(shared_house.services.settings.issuer, headers=headers, checks=CHECKS).status_code
        )
        shared_house.clock.move(seconds=5)

    ask()
    assert seen & {200, 201, 202, 204} or "requestBody" in DOCUMENT["paths"][path][method]


@pytest.mark.parametrize(("path", "method", "example"), EXAMPLES)
def test_the_examples_work(shared_house: House, path: str, method: str, example: Any) -> None:
    till = open_till(shared_house, **OWN)
    known, headers = known_to(till), headers_for(till, path)
    operation = schema_of(shared_house)[path][method]
    case = operation.Case(path_parameters=known, body=with_known(example, known), media_type="application/json")
    response = case.call_and_validate(shared_house.services.settings.issuer, headers=headers, checks=CHECKS)
    assert response.status_code < 300, response.text


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_whatever_does_not_fit_is_refused_as_described(shared_house: House, path: str, method: str) -> None:
    till = open_till(shared_house, **OWN)
    operation, headers = schema_of(shared_house)[path][method], headers_for(till, path)

    @(FEWER if is_of_streams(path) else FEW)
    @given(case=operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
    def ask(case: Any) -> None:
        case.call_and_validate(
            shared_house.services.settings.issuer, headers=headers, checks=[*CHECKS, negative_data_rejection]
        )
        shared_house.clock.move(seconds=5)

    ask()


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_a_stranger_is_answered_as_described(shared_house: House, path: str, method: str) -> None:
    @settings(FEW, max_examples=2)
    @given(case=schema_of(shared_house)[path][method].as_strategy())
    def ask(case: Any) -> None:
        response = case.call_and_validate(
            shared_house.services.settings.issuer, headers={"Authorization": "Bearer nonsense"}, checks=CHECKS
        )
        assert response.status_code == 401

    ask()
