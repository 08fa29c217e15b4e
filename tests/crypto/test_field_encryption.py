import dataclasses
import os
from typing import TypedDict, Unpack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.crypto import field_encryption
from app.crypto.encryption_keys import rewrap
from app.crypto.field_encryption import (
    PersonCipher,
    Undecryptable,
    blind_index,
    new_person_key,
    unwrap,
)
from app.crypto.secrets import Secrets


class Place(TypedDict, total=False):
    table: str
    column: str
    version: int


PLACE: Place = {"table": "facts", "column": "value", "version": 7}
KEY = os.urandom(36)
CIPHER = PersonCipher(KEY, "p1")


def elsewhere(**changed: Unpack[Place]) -> Place:
    return {**PLACE, **changed}


@given(st.binary(max_size=300))
def test_a_fact_comes_back_as_it_was(plaintext: bytes) -> None:
    assert CIPHER.open(CIPHER.seal(plaintext, **PLACE), **PLACE) == plaintext


@pytest.mark.parametrize(
    "place",
    [
        elsewhere(table="persons"),
        elsewhere(column="note"),
        elsewhere(version=8),
        elsewhere(table="factsvalue", column=""),
        elsewhere(column="valuep", version=17),
    ],
)
def test_a_fact_moved_to_another_place_is_not_read(place: Place) -> None:
    sealed = CIPHER.seal(b"Jan", **PLACE)
    with pytest.raises(Undecryptable):
        CIPHER.open(sealed, **place)


@pytest.mark.parametrize(("person_id", "version"), [("p2", 7), ("p", 17)])
def test_a_fact_of_one_person_is_not_read_as_anothers(person_id: str, version: int) -> None:
    sealed = CIPHER.seal(b"Jan", **PLACE)
    with pytest.raises(Undecryptable):
        PersonCipher(KEY, person_id).open(sealed, **elsewhere(version=version))


def test_every_changed_byte_is_noticed() -> None:
    sealed = CIPHER.seal(b"Jan", **PLACE)
    for position in range(len(sealed)):
        damaged = bytearray(sealed)
        damaged[position] ^= 0x80
        with pytest.raises(Undecryptable):
            CIPHER.open(bytes(damaged), **PLACE)


@given(st.integers(0, 40))
def test_cut_bytes_are_undecryptable(length: int) -> None:
    sealed = CIPHER.seal(b"Jan Jansen in de Dorpsstraat", **PLACE)
    with pytest.raises(Undecryptable):
        CIPHER.open(sealed[:length], **PLACE)


def test_the_same_fact_twice_looks_different() -> None:
    assert len({CIPHER.seal(b"Jan", **PLACE) for _ in range(200)}) == 200


def test_a_sealed_fact_names_its_version_and_its_key(installation: Secrets) -> None:
    first = unwrap(installation, new_person_key(installation, "p1"), "p1").seal(b"x", **PLACE)
    second = unwrap(installation, new_person_key(installation, "p1"), "p1").seal(b"x", **PLACE)
    assert first[0] == second[0] == field_encryption.VERSION
    assert first[1:5] != second[1:5]


def test_each_person_has_a_key_that_reads_nobody_elses_facts(installation: Secrets) -> None:
    jan = unwrap(installation, new_person_key(installation, "jan"), "jan")
    piet = unwrap(installation, new_person_key(installation, "piet"), "piet")
    with pytest.raises(Undecryptable, match="this person"):
        piet.open(jan.seal(b"x", **PLACE), **PLACE)


def test_a_persons_key_put_in_another_persons_row_is_not_unwrapped(installation: Secrets) -> None:
    with pytest.raises(Undecryptable):
        unwrap(installation, new_person_key(installation, "jan"), "piet")


def test_a_rotation_of_the_wrapping_key_leaves_the_facts_as_they_are(installation: Secrets) -> None:
    wrapped = new_person_key(installation, "jan")
    sealed = unwrap(installation, wrapped, "jan").seal(b"Jan", **PLACE)
    rotated = dataclasses.replace(
        installation,
        key_encryption={**installation.key_encryption, "kek-next": os.urandom(32)},
        current_key_encryption_id="kek-next",
    )
    moved = rewrap(rotated, wrapped, "person key", "jan")
    without_old = dataclasses.replace(rotated, key_encryption={"kek-next": rotated.key_encryption["kek-next"]})
    assert unwrap(without_old, moved, "jan").open(sealed, **PLACE) == b"Jan"


def test_a_key_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="36 bytes"):
        PersonCipher(bytes(32), "p1")


def test_an_address_is_found_by_a_keyed_hash_that_another_key_does_not_give(installation: Secrets) -> None:
    other = dataclasses.replace(installation, email_index=os.urandom(32))
    index = blind_index(installation, "jan@example.nl")
    assert len(index) == 32
    assert index == blind_index(installation, "jan@example.nl")
    assert index != blind_index(installation, "jan@example.com")
    assert index != blind_index(other, "jan@example.nl")


def test_the_keyed_hash_is_hmac_sha_256(installation: Secrets) -> None:
    # RFC 4231, test case 2, with its key padded by zeros as HMAC itself does.
    known = dataclasses.replace(installation, email_index=b"Jefe" + bytes(28))
    assert (
        blind_index(known, "what do ya want for nothing?").hex()
        == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    )


def test_a_cipher_does_not_show_its_key() -> None:
    assert repr(CIPHER) == "PersonCipher()"
