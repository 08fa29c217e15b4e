"""By which doors a client's requests may come."""

import pytest

from app.domain.security_profiles import Door
from tests.protocol.asked import a_client, examine, refusal_of


@pytest.mark.parametrize("door", Door)
def test_a_standard_client_comes_by_any_door(door: Door) -> None:
    assert examine(a_client(), door).client_id == "shop"


@pytest.mark.parametrize("profile", ["strict", "nobody listed this"])
def test_a_strict_clients_request_never_stands_in_a_url(profile: str) -> None:
    client = a_client(security_profile=profile)
    assert refusal_of(client, Door.GET) == "invalid_request"
    assert examine(client, Door.POST).client_id == "shop"
    assert examine(client, Door.PUSHED).client_id == "shop"


@pytest.mark.parametrize("door", [Door.GET, Door.POST])
def test_a_client_that_registered_to_push_its_requests_sends_no_others(door: Door) -> None:
    client = a_client(metadata={"require_pushed_authorization_requests": True})
    assert refusal_of(client, door) == "invalid_request"
    assert examine(client, Door.PUSHED).client_id == "shop"
