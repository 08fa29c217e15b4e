import base64
import os
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.crypto.sealed import LONGEST_HANDLE, Sealer
from tests.characters import CHARACTERS

KEYS = {"old": os.urandom(32), "new": os.urandom(32)}
SEALER = Sealer(KEYS, "new")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(CHARACTERS, max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(CHARACTERS, max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(CHARACTERS, max_size=8), JSON, max_size=6))
def test_what_was_sealed_comes_back(content: dict[str, Any]) -> None:
    assert SEALER.open("code", SEALER.seal("code", content)) == content


def test_the_same_content_never_gives_the_same_handle() -> None:
    assert len({SEALER.seal("code", {"n": 1}) for _ in range(500)}) == 500


def test_a_handle_shows_nothing_of_its_content() -> None:
    handle = SEALER.seal("access", {"grant": "canary-grant"})
    raw = base64.urlsafe_b64decode(handle + "=" * (-len(handle) % 4))
    assert b"canary" not in raw
    assert raw[:5] == b"\x01\x03new"


def test_a_512_character_nonce_fits() -> None:
    content = {"nonce": "n" * 512, "state": "s" * 512, "challenge": "c" * 43, "scope": "openid " * 20}
    opened = SEALER.open("code", SEALER.seal("code", content))
    assert opened is not None
    assert opened["nonce"] == "n" * 512


@pytest.mark.parametrize("other", ["access", "cod", "code ", "", "refresh-successor"])
def test_a_handle_opens_for_its_own_purpose_only(other: str) -> None:
    assert SEALER.open(other, SEALER.seal("code", {"a": 1})) is None


@pytest.mark.parametrize("purpose", ["c", "bc"])
def test_a_handle_cannot_be_relabelled_with_another_key_id(purpose: str) -> None:
    key = os.urandom(32)
    handle = Sealer({"ab": key}, "ab").seal("c", {})
    raw = base64.urlsafe_b64decode(handle + "=" * (-len(handle) % 4))
    relabelled = base64.urlsafe_b64encode(b"\x01\x01a" + raw[4:]).rstrip(b"=").decode()
    assert Sealer({"a": key}, "a").open(purpose, relabelled) is None


@pytest.mark.parametrize("position", range(0, 120, 3))
def test_one_changed_bit_anywhere_makes_it_nothing(position: int) -> None:
    handle = SEALER.seal("code", {"a": "b" * 30})
    raw = bytearray(base64.urlsafe_b64decode(handle + "=" * (-len(handle) % 4)))
    raw[position % len(raw)] ^= 0x10
    assert SEALER.open("code", base64.urlsafe_b64encode(raw).rstrip(b"=").decode()) is None


@given(
    st.text(CHARACTERS, max_size=200) | st.binary(max_size=200).map(lambda raw: base64.urlsafe_b64encode(raw).decode())
)
def test_garbage_opens_to_nothing(garbage: str) -> None:
    assert SEALER.open("code", garbage) is None


@given(st.integers(0, 400), CHARACTERS)
def test_a_handle_with_one_character_replaced_opens_to_nothing(position: int, character: str) -> None:
    handle = SEALER.seal("code", {"a": 1})
    position %= len(handle)
    changed = handle[:position] + character + handle[position + 1 :]
    assert changed == handle or SEALER.open("code", changed) is None


@pytest.mark.parametrize("extra", ["=", "==", " ", "\n", "A", "%3D", "."])
def test_a_handle_has_one_spelling_only(extra: str) -> None:
    handle = SEALER.seal("code", {"a": 1})
    assert SEALER.open("code", handle + extra) is None
    assert SEALER.open("code", extra + handle) is None


def test_unused_bits_at_the_end_give_no_second_spelling() -> None:
    # The digest of the handle is what makes a code single use: two spellings would be two uses.
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    tried = 0
    for length in range(3):
        handle = SEALER.seal("code", {"a": "x" * length})
        for last in alphabet:
            if last != handle[-1]:
                tried += 1
                assert SEALER.open("code", handle[:-1] + last) is None
    assert tried == 3 * 63


def test_the_standard_base64_alphabet_is_not_accepted() -> None:
    handle = next(h for h in iter(lambda: SEALER.seal("code", {}), "") if "-" in h and "_" in h)
    assert SEALER.open("code", handle.replace("-", "+").replace("_", "/")) is None


@pytest.mark.parametrize("cut", [1, 2, 4, 16, 40])
def test_a_cut_handle_opens_to_nothing(cut: int) -> None:
    handle = SEALER.seal("code", {"a": 1})
    assert SEALER.open("code", handle[:-cut]) is None
    assert SEALER.open("code", handle[:cut]) is None


def test_an_old_key_still_opens_and_a_removed_one_does_not() -> None:
    handle = Sealer(KEYS, "old").seal("access", {"a": 1})
    assert SEALER.open("access", handle) is not None
    assert Sealer({"new": KEYS["new"]}, "new").open("access", handle) is None


def test_another_installations_key_of_the_same_name_opens_nothing() -> None:
    assert Sealer({"new": os.urandom(32)}, "new").open("code", SEALER.seal("code", {})) is None


def test_a_handle_over_the_limit_is_neither_made_nor_looked_at() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        SEALER.seal("code", {"a": "x" * LONGEST_HANDLE})
    assert SEALER.open("code", "A" * (LONGEST_HANDLE + 1)) is None


@pytest.mark.parametrize(
    ("keys", "current"),
    [({"a": b"short"}, "a"), ({"a": bytes(32)}, "b"), ({"": bytes(32)}, ""), ({"é": bytes(32)}, "é")],
)
def test_keys_that_do_not_fit_are_refused_at_once(keys: dict[str, bytes], current: str) -> None:
    with pytest.raises(ValueError, match="sealing key"):
        Sealer(keys, current)


def test_a_number_json_has_not_is_refused() -> None:
    with pytest.raises(ValueError, match="JSON"):
        SEALER.seal("code", {"a": float("nan")})


def test_the_keys_do_not_show_in_a_repr() -> None:
    assert repr(SEALER) == "Sealer(current_key_id='new')"
    assert repr(KEYS["new"]) not in repr(vars(SEALER))
