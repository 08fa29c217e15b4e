"""What a business may answer to an erasure case: which members belong to which answer, and what each must say.

One reader for the interface and for the page: it judges a document and quotes nothing of it. Whether the answer may
be given now is decided by `cases`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from app.domain.cases import CaseState
from app.domain.errors import Fault, Problems

LONGEST_LAW = 200
LONGEST_MESSAGE = 1000
LATEST_YEARS = 100
"""A date further off than this is no term but "for ever", which GDPR 5(1)(e) knows nothing of."""

_MEMBERS = frozenset({"state", "items", "refusals", "message"})
_REFUSAL_MEMBERS = ("item", "ground", "law", "until")
_NAME = 32  # of an unknown member's name this much is told back
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


class RefusalGround(StrEnum):
    """The grounds on which erasure may be refused: GDPR 17(3), and no others."""

    FREEDOM_OF_EXPRESSION = "freedom_of_expression"
    LEGAL_DUTY = "legal_duty"
    PUBLIC_INTEREST = "public_interest"
    PUBLIC_HEALTH = "public_health"
    ARCHIVING_OR_RESEARCH = "archiving_or_research"
    LEGAL_CLAIMS = "legal_claims"


PARAGRAPHS: Mapping[RefusalGround, str] = MappingProxyType(
    {
        RefusalGround.FREEDOM_OF_EXPRESSION: "17(3)(a)",
        RefusalGround.LEGAL_DUTY: "17(3)(b)",
        RefusalGround.PUBLIC_INTEREST: "17(3)(b)",
        RefusalGround.PUBLIC_HEALTH: "17(3)(c)",
        RefusalGround.ARCHIVING_OR_RESEARCH: "17(3)(d)",
        RefusalGround.LEGAL_CLAIMS: "17(3)(e)",
    }
)
"""Where in the GDPR each ground stands."""


@dataclass(frozen=True)
class RefusedItem:
    """One item that is not erased, why, by which law, and until which day it is kept."""

    item: str
    ground: RefusalGround
    law: str = field(repr=False)
    """The business's own words, which may say more than they should."""
    until: date


@dataclass(frozen=True)
class Content:
    """What one answer says; ``refusals`` in the order of their items."""

    state: CaseState
    refusals: tuple[RefusedItem, ...] = ()
    message: str = field(default="", repr=False)


@dataclass(frozen=True)
class Answer:
    """One answer as it was taken; ``number`` counts from 1 within the case."""

    case_id: str
    number: int
    content: Content
    answered_at: datetime


def read_answer(document: Mapping[str, Any], items: frozenset[str], today: date) -> Content:
    """The answer in a document about a case with these items; raises Problems with everything that is wrong with it.

    ``completed`` says that everything is erased, ``refused`` has a refusal for every item, ``partially_refused``
    for some: the rest is erased; ``extended`` has a message that says why. ``items``, when sent,
    must be exactly what the answer says is erased.
    """
    found = [(name[:_NAME], "is not a member of an answer") for name in sorted(document.keys() - _MEMBERS)]
    # null and absent mean the same, as everywhere in a client's documents.
    said = {name: value for name, value in document.items() if value is not None}
    state = _state(said.get("state"), found)
    refusals = _refusals(said.get("refusals", []), items, today, found)
    message = _message(said.get("message", ""), found)
    if state is None or found:
        raise Problems(tuple(found))
    _check_reason(state, message, found)
    _check_extent(state, refusals, items, found)
    if "items" in said:
        _check_items(said["items"], _erased(state, refusals, items), found)
    if found:
        raise Problems(tuple(found))
    return Content(state, refusals, message)


def is_law(text: str) -> bool:
    """Whether this can be the name of a law: some printable characters in one line."""
    return bool(text.strip()) and len(text) <= LONGEST_LAW and text.isprintable()


def is_message(text: str) -> bool:
    """Whether this can be a message: printable lines, not too long; may be empty."""
    return len(text) <= LONGEST_MESSAGE and all(line.isprintable() for line in text.split("\n"))


def read_until(text: str, today: date) -> date | None:
    """The day in ``YYYY-MM-DD``, when it is one to come within ``LATEST_YEARS``."""
    if _DATE.fullmatch(text) is None:
        return None
    try:
        until = date.fromisoformat(text)
    except ValueError:
        return None
    return until if until > today and until.year - today.year <= LATEST_YEARS else None


def _state(raw: Any, found: list[Fault]) -> CaseState | None:
    answers = [state for state in CaseState if state is not CaseState.SENT]
    state = next((state for state in answers if state.value == raw), None)
    if state is None:
        found.append(("state", f"must be one of {', '.join(answers)}"))
    return state


def _refusals(raw: Any, items: frozenset[str], today: date, found: list[Fault]) -> tuple[RefusedItem, ...]:
    if not isinstance(raw, list) or not all(isinstance(entry, Mapping) for entry in raw):
        found.append(("refusals", "must be a list of objects"))
        return ()
    if len(raw) > len(items):
        found.append(("refusals", "has more entries than the case has items"))
        return ()
    refusals: dict[str, RefusedItem] = {}
    for index, entry in enumerate(raw):
        refused = _refusal(entry, items, today)
        if isinstance(refused, RefusedItem) and refused.item in refusals:
            refused = [("item", "is refused twice")]
        if isinstance(refused, RefusedItem):
            refusals[refused.item] = refused
        else:
            found += [(f"refusals/{index}/{member}", sentence) for member, sentence in refused]
    return tuple(refusals[item] for item in sorted(refusals))


def _refusal(entry: Mapping[str, Any], items: frozenset[str], today: date) -> RefusedItem | list[Fault]:
    found = [(name[:_NAME], "is not a member of a refusal") for name in sorted(entry.keys() - set(_REFUSAL_MEMBERS))]
    item, ground, law, until = (entry.get(name) for name in _REFUSAL_MEMBERS)
    grounds = {ground.value: ground for ground in RefusalGround}
    if not isinstance(item, str) or item not in items:
        found.append(("item", "must be one of the items of the case"))
    if not isinstance(ground, str) or ground not in grounds:
        found.append(("ground", f"must be one of {', '.join(grounds)}"))
    if not isinstance(law, str) or not is_law(law):
        found.append(("law", f"must name the law, in one line of at most {LONGEST_LAW} characters"))
    day = read_until(until, today) if isinstance(until, str) else None
    if day is None:
        found.append(("until", f"must be a day to come within {LATEST_YEARS} years, as YYYY-MM-DD"))
    if found or day is None:
        return found
    return RefusedItem(str(item), grounds[str(ground)], str(law).strip(), day)


def _message(raw: Any, found: list[Fault]) -> str:
    if isinstance(raw, str) and is_message(text := raw.replace("\r\n", "\n").strip()):
        return text
    found.append(("message", f"must be text of at most {LONGEST_MESSAGE} printable characters"))
    return ""


def _check_reason(state: CaseState, message: str, found: list[Fault]) -> None:
    if state is CaseState.EXTENDED and not message:
        found.append(("message", "must tell the customer why more time is needed (GDPR 12(3))"))


def _check_extent(
    state: CaseState, refusals: tuple[RefusedItem, ...], items: frozenset[str], found: list[Fault]
) -> None:
    refused = {entry.item for entry in refusals}
    if state is CaseState.REFUSED and refused != items:
        found.append(("refusals", "must have an entry for every item: each refusal has its own reason"))
    elif state is CaseState.PARTIALLY_REFUSED and not refused:
        found.append(("refusals", "must have at least one entry"))
    elif state is CaseState.PARTIALLY_REFUSED and refused == items:
        found.append(("state", "must be refused when every item is"))
    elif refused and state not in {CaseState.REFUSED, CaseState.PARTIALLY_REFUSED}:
        found.append(("refusals", "belong to partially_refused or refused only"))


def _erased(state: CaseState, refusals: tuple[RefusedItem, ...], items: frozenset[str]) -> frozenset[str] | None:
    if not state.closed:
        return None
    return items - {entry.item for entry in refusals}


def _check_items(raw: Any, erased: frozenset[str] | None, found: list[Fault]) -> None:
    if erased is None:
        found.append(("items", "belong to an answer that closes the case"))
    elif not isinstance(raw, list) or not all(isinstance(item, str) for item in raw):
        found.append(("items", "must be a list of names"))
    elif frozenset(raw) != erased or len(raw) != len(erased):
        found.append(("items", "must be exactly the items of the case that are not refused"))
