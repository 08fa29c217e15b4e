"""Reads JSON that has one meaning only: each member once, no half characters, no numbers that are none (RFC 8259)."""

import json
from typing import Any, NoReturn


def read_json(text: str | bytes) -> Any:
    """What the text holds; ValueError for everything that two readers could read differently, or not at all."""
    try:
        document = json.loads(text, object_pairs_hook=_members, parse_constant=_no_constant)
        # Half a character is no text (§8.2), and a number too large to hold is none (§6).
        json.dumps(document, ensure_ascii=False, allow_nan=False).encode("utf-8")
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return document


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member twice")
    return members


def _no_constant(constant: str) -> NoReturn:
    raise ValueError(constant)
