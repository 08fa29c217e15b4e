"""The nonce."""

import pytest

from tests.protocol.asked import examine, refusal_of


@pytest.mark.parametrize("nonce", ["n", "n" * 512, ' !"\\~'])
def test_a_nonce_is_kept_exactly(nonce: str) -> None:
    assert examine(nonce=nonce).nonce == nonce


def test_a_nonce_is_optional() -> None:
    assert examine().nonce is None


@pytest.mark.parametrize("nonce", ["n" * 513, "é", "a\nb", "a\x00b", "\ud800"])
def test_what_would_not_fit_a_code_is_refused(nonce: str) -> None:
    assert refusal_of(nonce=nonce) == "invalid_request"
