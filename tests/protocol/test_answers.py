"""What a refusal looks like to the client that is refused."""

import pytest

from app.domain.errors import Refusal
from app.protocol.answers import refused


@pytest.mark.parametrize(
    ("scheme", "code", "begins"),
    [
        ("Basic", "invalid_client", 'Basic realm="sluis", charset="UTF-8", error="invalid_client", '),
        ("Basic", "invalid_request", None),
        ("Basic", "invalid_grant", None),
        ("Bearer", "invalid_token", 'Bearer realm="sluis", error="invalid_token", '),
        ("Bearer", "insufficient_scope", 'Bearer realm="sluis", error="insufficient_scope", '),
        ("Bearer", "invalid_request", 'Bearer realm="sluis", error="invalid_request", '),
        ("Bearer", "not_found", None),
    ],
)
def test_who_may_bring_something_better_is_challenged_and_nobody_else(
    scheme: str, code: str, begins: str | None
) -> None:
    headers = dict(refused(Refusal(code, "No."), scheme).headers)
    assert headers.keys() == (set() if begins is None else {"WWW-Authenticate"})
    assert begins is None or headers["WWW-Authenticate"] == begins + 'error_description="No."'
