"""The description of what businesses call is current, and describes every such route and no other."""

import re
from typing import Any

from jsonschema import Draft202012Validator

from setup import openapi
from tests.servers.house import House

_METHODS = {"get", "post", "put", "patch", "delete"}


def test_the_description_is_current() -> None:
    assert openapi.PAGE.read_text("utf-8") == openapi.text(), "run: python setup/openapi.py"


def test_every_route_for_businesses_is_described_and_nothing_else(shared_house: House) -> None:
    served = {
        (re.sub("<[^>]+>", "{}", rule.rule), method.lower())
        for rule in shared_house.app.url_map.iter_rules()
        if rule.rule.startswith(("/v1/", "/grants/", "/ssf/"))
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    described = {
        (re.sub("{[^}]+}", "{}", path), method)
        for path, operations in openapi.document()["paths"].items()
        for method in operations.keys() & _METHODS
    }
    assert len(served) > 10
    assert described == served


def test_every_operation_tells_who_may_call_it_and_what_the_stranger_hears() -> None:
    for path, operations in openapi.document()["paths"].items():
        for method in operations.keys() & _METHODS:
            operation = operations[method]
            assert operation["security"], (path, method)
            # A stream is opened by a token alone, and no secret can be guessed there too often.
            told = {"400", "401", "403"} | (set() if path.startswith("/ssf/") else {"429"})
            assert told <= operation["responses"].keys(), (path, method)
            assert ("413" in operation["responses"]) == ("requestBody" in operation), (path, method)
            assert operation["summary"].endswith("."), (path, method)


def test_every_request_and_answer_with_a_document_has_an_example_that_fits_its_description() -> None:
    document = openapi.document()
    for path, operations in document["paths"].items():
        for method in operations.keys() & _METHODS:
            operation = operations[method]
            answers = {code: answer for code, answer in operation["responses"].items() if code.startswith("2")}
            for where, holder in {**answers, "request": operation.get("requestBody", {})}.items():
                for media in holder.get("content", {}).values():
                    schema = {**media["schema"], "components": document["components"]}
                    assert media.get("examples"), (path, method, where)
                    for name, example in media["examples"].items():
                        faults = [each.message for each in Draft202012Validator(schema).iter_errors(example["value"])]
                        assert not faults, (path, method, where, name)


def test_every_member_has_a_name_that_code_can_be_made_from() -> None:
    names: list[Any] = []
    waiting: list[dict[Any, Any]] = [openapi.document()]
    while waiting:
        for name, value in waiting.pop().items():
            names.append(name)
            waiting += [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, dict)]
    # YAML reads yes as true, and what follows a comma in braces as a member.
    assert [name for name in names if not isinstance(name, str) or " " in name] == []
