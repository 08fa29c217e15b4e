"""A refusal: one typed no with three audiences, and the one table from its code to HTTP status."""

from http import HTTPStatus
from types import MappingProxyType
from typing import TypeAlias

Fault: TypeAlias = tuple[str, str]
"""What is wrong in a document or in settings: the place, and a sentence about it."""


class Refusal(Exception):
    """A request is refused; nothing was done.

    ``code`` is the registered OAuth/OIDC error code, or a word of ours; ``told_client`` a sentence for the developer
    (RFC 6749 §5.2 character set, never a personal value), ``logged`` what only our log says.
    """

    def __init__(self, code: str, told_client: str, *, logged: str = "", status: int | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.told_client = told_client
        self.logged = logged or code
        self.status = status if status is not None else _HTTP_STATUS.get(code, HTTPStatus.BAD_REQUEST)


class TooMany(Refusal):
    """Refused because there was too much of it; it may be tried again after ``wait_s`` seconds."""

    def __init__(self, told_client: str, *, wait_s: int, logged: str = "") -> None:
        super().__init__("slow_down", told_client, logged=logged)
        self.wait_s = wait_s


class Faulty(Refusal):
    """A document a client sent has faults; ``faults`` lists all of them, quoting no value."""

    def __init__(self, faults: tuple[Fault, ...], *, told_client: str = "The document has faults.") -> None:
        super().__init__("invalid_request", told_client, logged=f"{len(faults)} fault(s)")
        self.faults = faults


_HTTP_STATUS = MappingProxyType(
    {
        "invalid_client": HTTPStatus.UNAUTHORIZED,
        "invalid_token": HTTPStatus.UNAUTHORIZED,
        "insufficient_scope": HTTPStatus.FORBIDDEN,
        "access_denied": HTTPStatus.FORBIDDEN,
        "not_found": HTTPStatus.NOT_FOUND,
        "no_persona": HTTPStatus.NOT_FOUND,
        "conflict": HTTPStatus.CONFLICT,
        "invalid_transition": HTTPStatus.CONFLICT,
        "overtaken": HTTPStatus.CONFLICT,
        "gone": HTTPStatus.GONE,
        "server_error": HTTPStatus.INTERNAL_SERVER_ERROR,
        "temporarily_unavailable": HTTPStatus.SERVICE_UNAVAILABLE,
        "slow_down": HTTPStatus.TOO_MANY_REQUESTS,
    }
)
"""Codes not listed answer 400 (RFC 6749 §5.2)."""


class Problems(Exception):
    """A document (settings, levels, intended use) has faults; ``found`` lists all of them."""

    def __init__(self, found: tuple[Fault, ...]) -> None:
        super().__init__(f"{len(found)} problem(s)")
        self.found = found

    def lines(self) -> list[str]:
        """One line per fault, place first."""
        return [f"{place}: {sentence}" for place, sentence in self.found]
