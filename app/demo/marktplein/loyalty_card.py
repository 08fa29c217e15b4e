"""The loyalty card: its number, and the bars of an EAN-13 that a till can read."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

# GS1 keeps prefixes 20-29 for numbers that mean something inside one company only.
_IN_STORE_PREFIX = "29"
_ODD = ["0001101", "0011001", "0010011", "0111101", "0100011", "0110001", "0101111", "0111011", "0110111", "0001011"]
_PARITY = ["LLLLLL", "LLGLGG", "LLGGLG", "LLGGGL", "LGLLGG", "LGGLLG", "LGGGLL", "LGLGLG", "LGLGGL", "LGGLGL"]


@dataclass(frozen=True)
class LoyaltyCard:
    """A card number of thirteen digits and its bars, ``1`` dark, 95 modules wide."""

    number: str
    bars: str

    @property
    def grouped(self) -> str:
        return f"{self.number[0]} {self.number[1:7]} {self.number[7:]}"

    @property
    def stripes(self) -> list[tuple[int, int]]:
        """The dark stripes as (start, width) in modules."""
        found, start = [], None
        for at, module in enumerate(f"{self.bars}0"):
            if module == "1" and start is None:
                start = at
            elif module == "0" and start is not None:
                found.append((start, at - start))
                start = None
        return found


def card_for(sub: str) -> LoyaltyCard:
    """The card of this person here; made from their pairwise ``sub``, so it says nothing anywhere else."""
    digits = int.from_bytes(sha256(f"marktplein card {sub}".encode()).digest()) % 10**10
    number = f"{_IN_STORE_PREFIX}{digits:010d}"
    number += check_digit(number)
    return LoyaltyCard(number, bars(number))


def check_digit(twelve: str) -> str:
    """The thirteenth digit of an EAN-13 (GS1 General Specifications §7.9)."""
    weighted = sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(twelve))
    return str(-weighted % 10)


def bars(number: str) -> str:
    """Encode an EAN-13 as modules: guards, six digits by the first one's parity, guard, six digits."""
    left = "".join(_left(int(digit), side) for digit, side in zip(number[1:7], _PARITY[int(number[0])], strict=True))
    right = "".join(_inverted(_ODD[int(digit)]) for digit in number[7:])
    return f"101{left}01010{right}101"


def _left(digit: int, side: str) -> str:
    return _ODD[digit] if side == "L" else _inverted(_ODD[digit])[::-1]


def _inverted(modules: str) -> str:
    return modules.translate(str.maketrans("01", "10"))
