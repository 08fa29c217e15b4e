"""How an answer may be delivered."""

import pytest

from app.crypto.keyring import KeyRing
from app.domain.authorization_request import AuthorizationRequest
from app.domain.errors import Refusal
from app.domain.security_profiles import Door
from app.protocol.asking import Asking
from app.protocol.checks.response_mode import check_response_mode
from app.protocol.parameters import read
from tests.protocol.asked import ISSUER, NOW, a_client, examine, policy, refusal_of


@pytest.mark.parametrize("mode", ["query", "form_post"])
def test_the_modes_of_discovery_are_taken(mode: str) -> None:
    assert examine(response_mode=mode).response_mode == mode


def test_the_default_is_the_query() -> None:
    assert examine().response_mode == "query"


@pytest.mark.parametrize("mode", ["fragment", "web_message", "jwt", "query.jwt", "QUERY", "form_post query"])
def test_other_modes_are_refused(mode: str) -> None:
    assert refusal_of(response_mode=mode) == "invalid_request"


def _to(uri: str, mode: str) -> str:
    asking = Asking(read([("response_mode", mode)]), a_client(), Door.GET, policy(), ISSUER, KeyRing([]), NOW)
    return check_response_mode(asking, AuthorizationRequest("shop", uri, frozenset(), NOW)).response_mode


@pytest.mark.parametrize("uri", ["com.example.app:/cb", "javascript:alert(1)"])
def test_a_form_is_posted_to_web_addresses_only(uri: str) -> None:
    with pytest.raises(Refusal, match="invalid_request"):
        _to(uri, "form_post")


def test_an_app_may_say_that_it_reads_the_query_and_one_on_this_machine_takes_a_form() -> None:
    assert _to("com.example.app:/cb", "query") == "query"
    assert _to("http://127.0.0.1:8765/cb", "form_post") == "form_post"
