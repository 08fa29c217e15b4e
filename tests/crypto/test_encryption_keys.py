import dataclasses
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.crypto.encryption_keys import Undecryptable, associated_data, rewrap, unwrap, wrap, wrapped_with
from app.crypto.secrets import Secrets, add_key_encryption_key, create, drop_key_encryption_key, load
from tests.characters import CHARACTERS

PARTS = st.lists(st.text(CHARACTERS, max_size=6), max_size=4)


@given(PARTS, PARTS)
def test_different_parts_never_give_the_same_associated_data(left: list[str], right: list[str]) -> None:
    assert (associated_data(*left) == associated_data(*right)) == (left == right)


def test_a_wrapped_value_comes_back_under_its_label_only(installation: Secrets) -> None:
    wrapped = wrap(installation, b"value", "client secret", "c1")
    assert unwrap(installation, wrapped, "client secret", "c1") == b"value"
    for label in [("client secret", "c2"), ("client secretc1",), ("client secret", "c1", ""), ()]:
        with pytest.raises(Undecryptable):
            unwrap(installation, wrapped, *label)


def test_the_name_of_the_key_travels_with_the_value(installation: Secrets) -> None:
    wrapped = wrap(installation, b"value", "x")
    assert wrapped_with(wrapped) == installation.current_key_encryption_id
    assert b"value" not in wrapped


def test_every_changed_byte_is_noticed(installation: Secrets) -> None:
    wrapped = wrap(installation, b"value", "x")
    for position in range(len(wrapped)):
        damaged = bytearray(wrapped)
        damaged[position] ^= 1
        with pytest.raises(Undecryptable):
            unwrap(installation, bytes(damaged), "x")


@given(st.binary(max_size=80))
def test_garbage_is_undecryptable_and_nothing_else(installation: Secrets, garbage: bytes) -> None:
    cut = wrap(installation, bytes(80), "x")[: len(garbage)]
    for stored in (garbage, b"\x01" + garbage, cut):
        with pytest.raises(Undecryptable):
            unwrap(installation, stored, "x")


def test_a_value_moves_to_the_current_key_and_the_old_key_can_go(installation: Secrets) -> None:
    wrapped = wrap(installation, b"value", "x")
    both = dataclasses.replace(
        installation,
        key_encryption={**installation.key_encryption, "kek-next": os.urandom(32)},
        current_key_encryption_id="kek-next",
    )
    moved = rewrap(both, wrapped, "x")
    only_new = dataclasses.replace(both, key_encryption={"kek-next": both.key_encryption["kek-next"]})
    assert unwrap(both, wrapped, "x") == unwrap(only_new, moved, "x") == b"value"
    assert wrapped_with(moved) == "kek-next"
    with pytest.raises(Undecryptable, match="not in the secrets"):
        unwrap(only_new, wrapped, "x")


def test_moving_twice_changes_nothing_so_that_a_halted_rotation_can_go_on(installation: Secrets) -> None:
    wrapped = wrap(installation, b"value", "x")
    assert rewrap(installation, wrapped, "x") == wrapped


def test_a_process_that_runs_wraps_with_the_key_that_was_made_current_since_and_opens_what_it_wrapped(
    tmp_path: Path,
) -> None:
    path = tmp_path / "secrets.toml"
    create(path, development=False)
    running = load(path)
    before = wrap(running, b"value", "x")
    added = add_key_encryption_key(path, make_current=True)
    assert wrapped_with(wrap(running, b"value", "x")) == added.current_key_encryption_id
    drop_key_encryption_key(path, wrapped_with(before))
    moved = rewrap(added, before, "x")
    assert unwrap(running, moved, "x") == b"value"
    assert unwrap(load(path), wrap(running, b"later", "x"), "x") == b"later"


@pytest.mark.parametrize("gone", [Path.unlink, lambda path: path.write_text("half a file")])
def test_what_a_process_read_serves_while_the_file_cannot_be_read(tmp_path: Path, gone: Callable[[Path], Any]) -> None:
    path = tmp_path / "secrets.toml"
    create(path, development=False)
    running = load(path)
    gone(path)
    assert unwrap(running, wrap(running, b"value", "x"), "x") == b"value"
