"""What the content of a deposit is made of, read from its schema: enough to show it and to make a form of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from app.domain.collection import DATATYPES
from app.services.vault.schemas import schema


class Shape(StrEnum):
    """How one member is written."""

    TEXT = "text"
    AMOUNT = "amount"
    DAY = "day"
    NUMBER = "number"
    CHOICE = "choice"
    TEXTS = "texts"
    """A list of texts."""
    LINES = "lines"
    """A list of objects with members of their own."""


_DEFINED = {"text": Shape.TEXT, "amount": Shape.AMOUNT, "day": Shape.DAY}


@dataclass(frozen=True)
class Member:
    """One member of a deposit's content, or of a line of it."""

    name: str
    shape: Shape
    needed: bool
    choices: tuple[str, ...] = ()
    members: tuple["Member", ...] = ()
    least: int = 0
    most: int = 0
    """How small and how large a number may be."""


@lru_cache(maxsize=len(DATATYPES))
def members(deposit_type: str) -> tuple[Member, ...]:
    """The members of a type's content, in the order of its schema."""
    return _members(schema(deposit_type))


def _members(of: Mapping[str, Any]) -> tuple[Member, ...]:
    needed = of.get("required", ())
    return tuple(_member(name, rule, needed=name in needed) for name, rule in of["properties"].items())


def _member(name: str, rule: Mapping[str, Any], *, needed: bool) -> Member:
    if "enum" in rule:
        return Member(name, Shape.CHOICE, needed, choices=tuple(rule["enum"]))
    if rule.get("type") == "integer":
        return Member(name, Shape.NUMBER, needed, least=rule["minimum"], most=rule["maximum"])
    if rule.get("type") == "array":
        lines = rule["items"]
        if lines.get("type") == "object":
            return Member(name, Shape.LINES, needed, members=_members(lines))
        return Member(name, Shape.TEXTS, needed)
    return Member(name, _DEFINED.get(rule.get("$ref", "").rpartition("/")[2], Shape.TEXT), needed)
