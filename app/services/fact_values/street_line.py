"""Street, house number and addition as one line, and taken apart again.

A Dutch line ends in one word that holds number and addition ("12A", "12-3", "12-hs"), so that it comes apart
without doubt even in Plein 1944.
"""

import re
from typing import NamedTuple

_LONGEST_ADDITION = 10
_HOUSE = re.compile(r"0*([1-9]\d{0,4})(?!\d)[\s/-]*(.*)")
_ADDITION = re.compile(r"[A-Za-z0-9][A-Za-z0-9./-]*")
_COMPOSED = re.compile(
    r"(?P<street>.*[^\s/-]) (?P<number>[1-9]\d{0,4})(?:-(?P<after>\S+)|(?P<letter>[A-Za-z](?![A-Za-z])\S*))?"
)
_ALONE = re.compile(r"0*[1-9]\d{0,4}[A-Za-z]?")
YEAR = re.compile(r"1[5-9]\d\d|20\d\d")
"""Beside another number it is a part of the street's name: Plein 1944."""

NUMBER_FIRST = frozenset(
    "AU CA FR GB GG IE IM IN JE LU MC MY NZ PH SG US ZA".split()  # noqa: SIM905 - a list of codes reads as one
)
"""Countries that write 12 High Street; all others are taken to write High Street 12."""


class House(NamedTuple):
    """A house number and what tells its doors apart."""

    number: str
    addition: str


def split_house(number: str, addition: str) -> House | None:
    """The two parts, also when both were typed in the first field; None without a house number."""
    match = _HOUSE.fullmatch(number)
    if not match:
        return None
    typed = "-".join(part for part in (match[2], addition) if part)
    joined = re.sub(r"[\s_-]+", "-", typed).strip("-/.")
    return House(match[1], joined.upper() if len(joined) == 1 else joined)


def is_addition(text: str) -> bool:
    """True for what may follow a Dutch house number: letters, digits, and signs between them."""
    return not text or (len(text) <= _LONGEST_ADDITION and _ADDITION.fullmatch(text) is not None)


def compose_dutch(street: str, house: House) -> str:
    """Keizersgracht 12, Keizersgracht 12A, Keizersgracht 12-3."""
    return f"{street_alone(street, house)} {_last_word(house)}"


def street_alone(street: str, house: House) -> str:
    """The street without this house: a browser that fills in the whole line has put the number there too."""
    name = street.replace("\n", " ")
    endings = (_last_word(house), " ".join(part for part in house if part), house.number)
    while ending := next((f" {it}" for it in endings if name.endswith(f" {it}")), None):
        name = name.removesuffix(ending)
    return name


def _last_word(house: House) -> str:
    number, addition = house
    letter_first = re.match(r"[A-Za-z](?![A-Za-z.])", addition)
    return number + ("" if letter_first or not addition else "-") + addition


def take_apart_dutch(line: str) -> tuple[str, House]:
    """Street and house; a line that another system composed is read as well as it can be."""
    match = _COMPOSED.fullmatch(line)
    if match:
        return match["street"], House(match["number"], match["after"] or match["letter"] or "")
    return _as_written_elsewhere(line) or (line, House("", ""))


def _as_written_elsewhere(line: str) -> tuple[str, House] | None:
    """Damrak 12/2, Damrak 1-3 hs, Damrak 12 t.o.: what follows the last number, and a number right before it, belongs
    to the house.
    """
    words = re.sub(r"(?<=\d)\s*[-/]\s*", "-", line).split()
    begins = next((at for at in range(len(words) - 1, 0, -1) if re.match("0*[1-9]", words[at])), 0)
    before = words[begins - 1] if begins > 1 else ""
    if _ALONE.fullmatch(before) and not YEAR.fullmatch(before):
        begins -= 1  # Damrak 12 3 hoog
    house = split_house(" ".join(words[begins:]), "") if begins else None
    if house is None or not is_addition(house.addition):
        return None
    return " ".join(words[:begins]), house


def compose_abroad(country: str, street: str, number: str, addition: str) -> str:
    """The number before or after the first line of the street, as the country does, if not there already."""
    first, *rest = street.split("\n")
    if number and number not in re.split(r"[\s,]+", first):
        first = f"{number} {first}" if country in NUMBER_FIRST else f"{first} {number}"
    if addition:
        first = f"{first}, {addition}" if country in NUMBER_FIRST else f"{first} {addition}"
    return "\n".join((first, *rest))
