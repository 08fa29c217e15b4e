import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.crypto.digests import digest, new_secret, same
from tests.characters import CHARACTERS


def test_a_digest_is_sha_256() -> None:
    assert digest("abc").hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@pytest.mark.parametrize("value", ["", "é", "\x00", "\ud800", "x" * 100_000])
def test_any_text_whatever_has_a_digest(value: str) -> None:
    assert digest(value) == hashlib.sha256(value.encode("utf-8", "surrogatepass")).digest()


def test_a_new_secret_holds_256_bits_and_fits_a_url() -> None:
    secret = new_secret()
    assert len(secret) == 43
    assert set(secret) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


def test_no_two_secrets_are_alike() -> None:
    assert len({new_secret(16) for _ in range(1000)}) == 1000


def test_a_secret_under_128_bits_is_not_made() -> None:
    with pytest.raises(ValueError, match="128 bits"):
        new_secret(15)


@given(st.text(CHARACTERS), st.text(CHARACTERS))
def test_same_means_equal(left: str, right: str) -> None:
    assert same(left, right) == (left == right)
    assert same(left, left)


def test_same_takes_text_beside_bytes_and_half_characters() -> None:
    assert same("é", "é".encode())
    assert not same("\ud800", b"?")
