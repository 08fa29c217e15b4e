import threading
from concurrent.futures import ThreadPoolExecutor

import argon2
import pytest

from app.crypto.passwords import LONGEST_PASSWORD, HashingBusy, PasswordHasher

PEPPER = b"p" * 32


def cheap(**changed: object) -> PasswordHasher:
    """A hasher of the smallest cost, for rules that do not depend on it."""
    parameters: dict[str, object] = {"pepper": PEPPER, "time_cost": 1, "memory_kib": 64, **changed}
    return PasswordHasher(**parameters)  # type: ignore[arg-type]


def test_a_password_fits_its_own_hash_and_no_other_password_does() -> None:
    hasher = cheap()
    stored = hasher.hash("fietsbel in de regen")
    assert hasher.verify(stored, "fietsbel in de regen")
    for wrong in ["fietsbel in de rege", "fietsbel in de regen ", "Fietsbel in de regen", ""]:
        assert not hasher.verify(stored, wrong)


def test_the_defaults_are_argon2id_with_19_mib_two_passes_and_one_lane() -> None:
    stored = PasswordHasher(pepper=PEPPER).hash("x")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_the_same_password_is_stored_differently_each_time() -> None:
    hasher = cheap()
    assert hasher.hash("x") != hasher.hash("x")


def test_without_the_pepper_a_stored_hash_fits_nothing() -> None:
    stored = cheap().hash("fietsbel")
    assert not cheap(pepper=b"q" * 32).verify(stored, "fietsbel")
    with pytest.raises(argon2.exceptions.VerifyMismatchError):
        argon2.PasswordHasher().verify(stored, "fietsbel")


def test_the_same_word_typed_on_another_keyboard_is_the_same_password() -> None:
    hasher = cheap()
    assert hasher.verify(hasher.hash("cafe\u0301 \ufb01ets"), "caf\u00e9 fiets")


@pytest.mark.parametrize("password", ["\ud800", "\x00a", "👩‍👩‍👧", "x" * LONGEST_PASSWORD, ""])
def test_any_text_can_be_a_password(password: str) -> None:
    hasher = cheap()
    assert hasher.verify(hasher.hash(password), password)


def test_nothing_is_cut_off() -> None:
    hasher = cheap()
    assert not hasher.verify(hasher.hash("a" * 1000 + "b"), "a" * 1000 + "c")
    assert not hasher.verify(hasher.hash("a\x00b"), "a\x00c")


def test_a_password_over_the_limit_costs_no_hashing() -> None:
    hasher = cheap()
    stored = hasher.hash("x")
    too_long = "x" * (LONGEST_PASSWORD + 1)
    with pytest.raises(ValueError, match="longer"):
        hasher.hash(too_long)
    assert not hasher.verify(stored, too_long)
    assert not hasher.verify_nobody(too_long)


@pytest.mark.parametrize("stored", ["", "x", "$argon2id$", "$2b$12$abc", "$argon2id$v=19$m=1,t=0,p=0$YQ$YQ"])
def test_an_unreadable_hash_fits_no_password_and_wants_replacing(stored: str) -> None:
    assert not cheap().verify(stored, "x")
    assert cheap().needs_rehash(stored)


def test_a_hash_made_with_other_parameters_still_fits_and_wants_replacing() -> None:
    old, today = cheap(), cheap(memory_kib=128)
    stored = old.hash("x")
    assert today.verify(stored, "x")
    assert today.needs_rehash(stored)
    assert not old.needs_rehash(stored)


def test_nobody_has_no_password_but_costs_as_much_as_somebody() -> None:
    hasher = PasswordHasher(pepper=PEPPER, time_cost=3, memory_kib=256)
    nobodys, somebodys = hasher._nobodys_hash, hasher.hash("x")
    assert argon2.extract_parameters(nobodys) == argon2.extract_parameters(somebodys)
    assert len(nobodys) == len(somebodys)
    assert not hasher.verify_nobody("x")


def test_no_more_hash_at_once_than_allowed_and_the_rest_is_told_to_come_back() -> None:
    hasher = cheap(concurrent=2, wait_s=0.01)
    inside, leave = threading.Barrier(3), threading.Event()

    def occupy() -> None:
        with hasher._turn():
            inside.wait(5)
            leave.wait(5)

    with ThreadPoolExecutor(2) as pool:
        occupied = [pool.submit(occupy) for _ in range(2)]
        inside.wait(5)
        with pytest.raises(HashingBusy):
            hasher.verify_nobody("x")
        leave.set()
        for each in occupied:
            each.result(5)
    assert hasher.verify(hasher.hash("x"), "x")


def test_a_turn_is_given_back_when_hashing_fails() -> None:
    hasher = cheap(concurrent=1, wait_s=0.01)
    for _ in range(3):
        assert not hasher.verify("unreadable", "x")
    assert hasher.hash("x")


def test_many_threads_get_right_answers() -> None:
    hasher = cheap(concurrent=2, wait_s=30)
    stored = {word: hasher.hash(word) for word in ("one", "two", "three")}
    questions = [(word, guess) for word in stored for guess in stored] * 10
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda pair: hasher.verify(stored[pair[0]], pair[1]), questions))
    assert answers == [word == guess for word, guess in questions]


def test_the_pepper_does_not_show_in_a_repr() -> None:
    assert repr(cheap()) == "PasswordHasher()"
