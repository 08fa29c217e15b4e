"""The description of what businesses call is current, and describes every such route and no other."""

import re

from setup import openapi
from tests.servers.house import House

_METHODS = {"get", "post", "put", "patch", "delete"}


def test_the_description_is_current() -> None:
    assert openapi.PAGE.read_text("utf-8") == openapi.text(), "run: python setup/openapi.py"


def test_every_route_for_businesses_is_described_and_nothing_else(shared_house: House) -> None:
    served = {
        (re.sub("<[^>]+>", "{}", rule.rule), method.lower())
        for rule in shared_house.app.url_map.iter_rules()
        if rule.rule.startswith(("/v1/", "/grants/"))
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
            assert {"400", "401", "403", "429"} <= operation["responses"].keys(), (path, method)
            assert operation["summary"].endswith("."), (path, method)
