import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from zxcvbn import matching

from app.crypto.password_strength import SHORTEST_PASSWORD, Weakness, weakness
from tests.characters import CHARACTERS

JAN = ("jan.dekkerink@postbus-voorbeeld.nl", "Jan", "Dekkerink")


@pytest.mark.parametrize(
    "password",
    [
        "fietsbel in de regen",
        "correct horse battery staple",
        "zeven kleine geitjes 7",
        "gR7$kq!2vX",
        "x7#Kq9vZ",
        "kzqwvx7p",
        "ツリーの上の青い鳥です",
        "x7Jq" * 3 + "k2!Lm",
        "4@8({[<369!1|70$5+7%2",
        "0492716835 is geen nummer",
        "een heel lange zin die een mens wel onthoudt maar een machine niet raadt " * 5,
    ],
)
def test_a_good_password_will_do_whatever_characters_it_has(password: str) -> None:
    assert weakness(password, personal=JAN) is None


@pytest.mark.parametrize("password", ["", "a", "gR7$kq!", "é" * 7, "cafe\u0301gR7"])
def test_under_eight_characters_is_too_short(password: str) -> None:
    assert weakness(password, personal=()) is Weakness.TOO_SHORT


def test_a_letter_with_its_accent_counts_as_one_character() -> None:
    assert weakness("e\u0301" * 7, personal=()) is Weakness.TOO_SHORT


def test_64_characters_and_many_more_are_allowed_and_over_1024_refused() -> None:
    words = "waterlanders kijken naar blauwe schuiten "
    assert weakness((words * 30)[:64], personal=()) is None
    assert weakness((words * 30)[:1024], personal=()) is None
    assert weakness((words * 30)[:1025], personal=()) is Weakness.TOO_LONG


@pytest.mark.parametrize(
    "password",
    [
        "password",
        "PASSWORD",
        "12345678",
        "qwertyuiop",
        "iloveyou",
        "1q2w3e4r5t",
        "qwerty123456",
        "Password123",
    ],
)
def test_a_password_many_people_have_is_common(password: str) -> None:
    assert weakness(password, personal=()) is Weakness.COMMON


@pytest.mark.parametrize("password", ["password", "ｐａｓｓｗｏｒｄ"])
def test_wide_letters_do_not_hide_a_common_password(password: str) -> None:
    assert weakness(password, personal=()) is Weakness.COMMON


def test_the_3000_most_common_passwords_are_all_refused() -> None:
    # ASVS 6.2.4
    commonest = matching.FREQUENCY_LISTS["passwords"][:3000]
    assert {weakness(each, personal=()) for each in commonest} <= {Weakness.COMMON, Weakness.TOO_SHORT}


@pytest.mark.parametrize(
    "password",
    ["aaaaaaaaaaaa", "abcdefghijkl", "Amsterdam1", "sluissluis", "Sluis2026", "19870412", "p@ssw0rd77"],
)
def test_what_a_machine_guesses_soon_is_refused(password: str) -> None:
    assert weakness(password, personal=()) in {Weakness.GUESSABLE, Weakness.COMMON}


@pytest.mark.parametrize("password", ["Dekkerink!", "jan.dekkerink", "dekkerink1987", "D3kkerink99"])
def test_what_others_know_of_a_person_is_no_password_for_them(password: str) -> None:
    assert weakness(password, personal=JAN) is Weakness.PERSONAL


@pytest.mark.parametrize(
    "address",
    [
        "jan@example.nl",
        "x1y2z3q4w5e6r7t8@example.nl",  # more kinds of signs than are scored
        "jan.van-der-meulen-oosterhuis@afdeling.bedrijf.example.nl",  # longer than is scored
    ],
)
def test_no_address_is_a_password_for_who_has_it(address: str) -> None:
    assert weakness(address, personal=(address,)) is Weakness.PERSONAL


def test_another_persons_name_is_nothing_to_this_person() -> None:
    assert weakness("dekkerink1987", personal=("piet@example.nl",)) is None


def test_nothing_personal_stays_behind_in_the_process() -> None:
    weakness("dekkerink1987", personal=JAN)
    assert "user_inputs" not in matching.RANKED_DICTIONARIES


def test_two_people_choosing_at_once_are_not_mixed_up() -> None:
    people = [(f"{name}@example.nl", name) for name in ("vlasmeijer", "oudkerken", "dekkerink", "bontekoer")]
    questions = [(f"{password}1987", personal) for _, password in people for personal in people] * 5
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)  # threads take turns within a call, as they would under load
    try:
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda pair: weakness(pair[0], personal=pair[1]), questions))
    finally:
        sys.setswitchinterval(interval)
    expected = [Weakness.PERSONAL if password.startswith(personal[1]) else None for password, personal in questions]
    assert answers == expected


@given(st.text(CHARACTERS, max_size=120), st.lists(st.text(CHARACTERS, max_size=30), max_size=5))
def test_any_text_gets_an_answer(password: str, personal: list[str]) -> None:
    answer = weakness(password, personal=personal)
    assert answer is None or answer in Weakness
    if len(password) < SHORTEST_PASSWORD // 2:
        assert answer is Weakness.TOO_SHORT


@pytest.mark.parametrize("password", ["\ud800" * 12, "a\x00b\x00c\x00d\x00e\x00", "\n" * 40])
def test_text_that_is_hardly_text_gets_an_answer(password: str) -> None:
    assert weakness(password, personal=("\ud800",)) in {None, *Weakness}


@pytest.mark.parametrize("password", ["4@8({[<369!1|70$5+7%2" * 40, "4@8({[<3691!|0$5" * 40, "<17|69+[abc" * 40])
def test_a_password_made_to_be_slow_is_judged_like_any_other(password: str) -> None:
    started = time.thread_time()
    weakness(password, personal=["x" * 5000] * 500)
    assert time.thread_time() - started < 1
