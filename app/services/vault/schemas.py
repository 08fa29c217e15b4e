"""What a deposit may hold, by JSON Schema per type (config/deposits), and every fault in words that quote no value."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from app.domain.collection import DATATYPES
from app.domain.errors import Fault
from app.settings import ROOT

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

LONGEST = 32 * 1024
"""Bytes of one deposit as it arrives."""

_FOLDER = ROOT / "config" / "deposits"
_MOST_FAULTS = 50
_KINDS: Mapping[str, str] = MappingProxyType(
    {"string": "text", "integer": "a whole number", "array": "a list", "object": "an object"}
)
_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "minLength": "must have at least {} character(s)",
        "maxLength": "must have at most {} characters",
        "minimum": "must be at least {}",
        "maximum": "must be at most {}",
        "minItems": "must have at least {} item(s)",
        "maxItems": "must have at most {} items",
        "pattern": "must match {}",
        "format": "must be a {} that exists",
    }
)


@lru_cache(maxsize=len(DATATYPES))
def schema(deposit_type: str) -> Mapping[str, Any]:
    """The schema of a type, which is one of ``DATATYPES``."""
    read: dict[str, Any] = json.loads((_FOLDER / f"{deposit_type}.schema.json").read_text("utf-8"))
    return read


def faults(deposit_type: str, content: object) -> tuple[Fault, ...]:
    """Everything that is wrong with the content of a deposit; empty when it may be kept.

    Places name members of the schema and indexes only. The library's own messages quote what was sent: they are
    not used.
    """
    errors = _validator(deposit_type).iter_errors(content)
    # A number is no text with control characters: that it is no text at all is said already.
    found = {_fault(each) for each in errors if each.validator != "not" or isinstance(each.instance, str)}
    return tuple(sorted(found))[:_MOST_FAULTS]


@lru_cache(maxsize=len(DATATYPES))
def _validator(deposit_type: str) -> Draft202012Validator:
    from jsonschema import Draft202012Validator, FormatChecker  # noqa: PLC0415 - dear to load, and for deposits alone

    Draft202012Validator.check_schema(schema(deposit_type))
    return Draft202012Validator(schema(deposit_type), format_checker=FormatChecker(["date"]))


def _fault(error: ValidationError) -> Fault:
    where = "/".join(["content", *map(str, error.absolute_path)])
    wanted: Any = error.validator_value
    if error.validator == "required":
        missing = [name for name in wanted if isinstance(error.instance, dict) and name not in error.instance]
        return where, f"must have {', '.join(missing)}"
    if error.validator == "additionalProperties":
        known = error.schema.get("properties", {}) if isinstance(error.schema, dict) else {}
        return where, f"may only have {', '.join(known)}"
    if error.validator == "enum":
        return where, f"must be one of {', '.join(map(str, wanted))}"
    if error.validator == "type":
        return where, f"must be {_KINDS.get(str(wanted), wanted)}"
    if error.validator == "not":
        return where, "holds control characters"
    return where, _WORDS.get(str(error.validator), "is not right").format(wanted)
