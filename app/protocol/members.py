"""Reads the members of a document a business sent; gathers every fault in words that quote nothing of it."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from app.domain.errors import Fault, Faulty
from app.domain.identifiers import is_sub
from app.services.collection_checks import Customer
from app.services.loyalty_numbers import is_number

_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?(?:[Zz]|[+-][0-9]{2}:[0-9]{2})"
)


NO_SUB = "must be a sub as the ID token gave it"
NO_NUMBER = "must have 4 to 64 letters, digits, dots, dashes or underscores"


class Members:
    """One object of the document. Ask for what it should hold, then ``check``."""

    def __init__(self, raw: Mapping[str, Any], known: Iterable[str], place: str = "") -> None:
        self._raw, self._place = raw, place
        self.faults: list[Fault] = []
        known = tuple(known)
        if not raw.keys() <= frozenset(known):
            self.faults.append((place or "document", f"may only have {', '.join(known)}"))

    def check(self) -> None:
        """Faulty when anything asked for was not right."""
        if self.faults:
            raise Faulty(tuple(self.faults))

    def text(self, name: str, *, longest: int = 64, needed: bool = True) -> str:
        """One line of printable text; empty when it is not there, which is a fault if it is needed."""
        value = self._raw.get(name)
        if value is None and not needed:
            return ""
        if isinstance(value, str) and 0 < len(value) <= longest and value.isprintable() and value.strip():
            return value
        wanted = f"printable text of at most {longest} characters"
        return self._wrong(name, f"is missing: {wanted}" if value is None else f"must be {wanted}")

    def object(self, name: str) -> Mapping[str, Any]:
        """An object."""
        value = self._raw.get(name)
        if isinstance(value, dict):
            return value
        self._wrong(name, "is missing: an object" if value is None else "must be an object")
        return {}

    def moment(self, name: str) -> datetime | None:
        """A time with its zone (RFC 3339 §5.6), as UTC; None when it is not there, or is no time, which is a fault."""
        value = self._raw.get(name)
        if value is None:
            return None
        try:
            if isinstance(value, str) and _MOMENT.fullmatch(value):
                return datetime.fromisoformat(value.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
        self._wrong(name, "must be a time such as 2026-11-02T10:00:00Z")
        return None

    def sub(self) -> str:
        """A sub."""
        value = self._raw.get("sub")
        if isinstance(value, str) and is_sub(value):
            return value
        return self._wrong("sub", NO_SUB)

    def loyalty_number(self) -> str:
        """The number of a card."""
        value = self._raw.get("loyalty_number")
        if isinstance(value, str) and is_number(value):
            return value
        return self._wrong("loyalty_number", NO_NUMBER)

    def customer(self) -> Customer:
        """Whom it is about: ``sub`` or ``loyalty_number``, one of the two."""
        sub, number = self._raw.get("sub"), self._raw.get("loyalty_number")
        if (sub is None) == (number is None):
            return Customer(self._wrong("sub", "must be there, or loyalty_number, and not both of them"))
        return Customer(self.sub()) if number is None else Customer(loyalty_number=self.loyalty_number())

    def _wrong(self, name: str, problem: str) -> str:
        self.faults.append((f"{self._place}/{name}" if self._place else name, problem))
        return ""
