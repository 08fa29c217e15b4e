"""Recognises a payment card number in text, so that none is ever kept. Says nothing of other numbers.

The Luhn check is ISO/IEC 7812-1 annex B; lengths 13 to 19 are those that card schemes issue.
"""

import unicodedata
from urllib.parse import unquote

_LENGTHS = range(13, 20)
_CARD_FIRST_DIGITS = "23456"  # ISO/IEC 7812-1 major industry identifiers under which consumer cards are issued


def carries_card_number(text: str) -> bool:
    """True when digits of any script, whole or in groups with no letter between, pass as a card number."""
    return any(_passes_luhn(number) for number in _candidates(text))


def address_carries_card_number(url: str) -> bool:
    """The same for a web address, where other long numbers are usual: it must also start as a card does."""
    return any(
        number[0] in _CARD_FIRST_DIGITS and _passes_luhn(number)
        for text in (url, unquote(url))
        for number in _candidates(text)
    )


def mail_address_carries_card_number(address: str) -> bool:
    """The same for an e-mail address, where dates and phone numbers stand side by side: all of it in one piece too."""
    groups = [group for chain in _chains(address) for group in chain if len(group) in _LENGTHS]
    return any(group[0] in _CARD_FIRST_DIGITS and _passes_luhn(group) for group in groups)


def _candidates(text: str) -> list[str]:
    """Runs of adjacent groups with a card's length; "4111 1111 1111 1111 12/29" has one among others."""
    found = []
    for chain in _chains(text):
        for start in range(len(chain)):
            number = ""
            for group in chain[start:]:
                number += group
                if len(number) > _LENGTHS[-1]:
                    break
                if len(number) in _LENGTHS:
                    found.append(number)
    return found


def _chains(text: str) -> list[list[str]]:
    """Groups of digits in order, in a new list wherever a letter stands between two groups."""
    chains: list[list[str]] = [[]]
    group = ""
    for char in text:
        digit = unicodedata.numeric(char, -1)
        if digit in range(10):
            group += str(int(digit))
            continue
        if group:
            chains[-1].append(group)
            group = ""
        if char.isalpha() and chains[-1]:
            chains.append([])
    if group:
        chains[-1].append(group)
    return chains


def _passes_luhn(number: str) -> bool:
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in number[-2::-2])
    return (sum(int(digit) for digit in number[-1::-2]) + sum(doubled)) % 10 == 0
