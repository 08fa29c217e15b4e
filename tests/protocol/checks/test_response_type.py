"""A code, and nothing else, leaves through the browser."""

import pytest

from tests.protocol.asked import a_client, examine, refusal_of


@pytest.mark.parametrize(
    "response_type",
    [
        "token",
        "id_token",
        "id_token token",
        "code token",
        "code id_token",
        "code code",
        "none",
        "CODE",
        "code ",
        "",
        None,
    ],
)
def test_every_other_response_type_is_unsupported(response_type: str | None) -> None:
    assert refusal_of(response_type=response_type) == "unsupported_response_type"


def test_a_client_without_the_grant_gets_no_code() -> None:
    client = a_client(grant_types=frozenset({"refresh_token"}))
    assert refusal_of(client) == "unauthorized_client"


def test_code_is_taken() -> None:
    assert examine(response_type="code").client_id == "shop"
