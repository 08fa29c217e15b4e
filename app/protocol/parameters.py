"""Reads the parameters of one request: one value a name, from query and body together, within a length.

Decides nothing about what a parameter means.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from app.domain.errors import Refusal

LONGEST = 4096
_LONG = {
    **dict.fromkeys(("claims", "authorization_details", "id_token_hint", "request", "client_assertion"), 16_384),
    **dict.fromkeys(("code", "token", "access_token"), 8192),  # sealed handles carry what they stand for
}
_LONGEST_TOGETHER = 40_000
_A_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}")
"""What a name may look like to be told back: somebody else may have written the request."""


@dataclass(frozen=True)
class Parameters:
    """The parameters that were sent with exactly one value, and the names that were sent with more."""

    values: Mapping[str, str] = field(repr=False)
    repeated: frozenset[str] = frozenset()

    def get(self, name: str) -> str | None:
        """The value; None when it was not sent, sent empty (RFC 6749 §3.1), or sent twice."""
        return self.values.get(name)

    def words(self, name: str) -> tuple[str, ...]:
        """The value as the space-separated list it is; empty when it was not sent."""
        return words(self.values.get(name, ""))

    def refuse_repeated(self) -> None:
        """Refusal invalid_request, naming them, when anything was said twice (RFC 6749 §3.1 and §3.2).

        One reader taking the first value and one the last is how attacks pass checks.
        """
        if self.repeated:
            told = f"Sent more than once, or in query and body with two values: {_named(self.repeated)}."
            raise Refusal("invalid_request", told)


def words(text: str) -> tuple[str, ...]:
    """What a list like a scope holds: a space separates, and no other white space does (RFC 6749 §3.3)."""
    return tuple(word for word in text.split(" ") if word)


def _named(names: Iterable[str]) -> str:
    return ", ".join(sorted(name if _A_NAME.fullmatch(name) else "a parameter with an odd name" for name in names))


def read(query: Iterable[tuple[str, str]], form: Iterable[tuple[str, str]] = ()) -> Parameters:
    """The parameters of a request by GET (``query``) or POST (``form``, and what stands in the URL beside it).

    A name is repeated when it came twice in one place (RFC 6749 §3.1), or in both with different values. Refusal
    invalid_request for more than an honest request needs.
    """
    values: dict[str, str] = {}
    repeated: set[str] = set()
    for pairs in (query, form):
        here: set[str] = set()
        for name, value in pairs:
            if name in here or values.get(name, value) != value:
                repeated.add(name)
            here.add(name)
            values[name] = value
    if too_long := _named(name for name, value in values.items() if len(value) > _LONG.get(name, LONGEST)):
        raise Refusal("invalid_request", f"Too long: {too_long}.")
    if sum(len(name) + len(value) for name, value in values.items()) > _LONGEST_TOGETHER:
        raise Refusal("invalid_request", "The request is too long.")
    return Parameters(
        {name: value for name, value in values.items() if value and name not in repeated}, frozenset(repeated)
    )
