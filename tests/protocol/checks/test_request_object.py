"""Ways of passing a request that are not taken."""

import pytest

from app.domain.security_profiles import Door
from tests.protocol.asked import examine, refusal_of


@pytest.mark.parametrize("door", Door)
def test_a_request_object_is_refused_never_ignored(door: Door) -> None:
    assert refusal_of(None, door, request="eyJhbGciOiJub25lIn0.e30.") == "request_not_supported"


@pytest.mark.parametrize("door", [Door.GET, Door.POST])
@pytest.mark.parametrize("uri", ["https://shop.example/request.jwt#abc", "http://127.0.0.1:1/", "urn:other:abc", "x"])
def test_a_request_uri_of_somebody_else_is_not_fetched(door: Door, uri: str) -> None:
    assert refusal_of(None, door, request_uri=uri) == "request_uri_not_supported"


def test_a_push_holds_no_request_uri() -> None:
    uri = "urn:ietf:params:oauth:request_uri:abc"
    assert refusal_of(None, Door.PUSHED, request_uri=uri) == "invalid_request"


@pytest.mark.parametrize("door", Door)
def test_registration_within_a_request_is_not_supported(door: Door) -> None:
    assert refusal_of(None, door, registration="{}") == "registration_not_supported"


def test_a_parameter_without_a_value_was_not_sent() -> None:
    assert examine(request="", request_uri="", registration="") == examine()
