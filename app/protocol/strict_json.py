"""Reads JSON that has one meaning only: each member once, no half characters, no numbers that are none (RFC 8259)."""

import json
from http import HTTPStatus
from typing import Any, NoReturn

from app.domain.errors import Refusal

_DEEPEST = 100
"""More levels than anybody means. RFC 8259 §9 lets a reader set a limit, and Python's own differs by its version."""


class NotJson(ValueError):
    """Two readers could read this differently, or not at all. The message says where it fails and quotes nothing."""


def read_json(text: str | bytes) -> Any:
    """What the text holds; raises NotJson."""
    try:
        # Python would take UTF-16 too; between strangers JSON is UTF-8 (§8.1).
        decoded = text.decode("utf-8-sig") if isinstance(text, bytes) else text
        document = json.loads(decoded, object_pairs_hook=_members, parse_constant=_no_constant)
        # Half a character is no text (§8.2), and a number too large to hold is none (§6).
        json.dumps(document, ensure_ascii=False, allow_nan=False).encode("utf-8")
    except NotJson:
        raise
    except RecursionError:
        raise NotJson("it is nested too deeply") from None
    except json.JSONDecodeError as fault:
        raise NotJson(f"line {fault.lineno}, column {fault.colno} is not as JSON is written") from None
    except UnicodeDecodeError:
        raise NotJson("it is not in UTF-8") from None
    except UnicodeEncodeError:
        raise NotJson("it has half a character, a surrogate without its pair") from None
    except ValueError:
        raise NotJson("it has a number too large to hold") from None
    if _is_deep(document):
        raise NotJson("it is nested too deeply")
    return document


def sent_object(content_type: str | None, body: bytes, longest: int, code: str = "invalid_request") -> dict[str, Any]:
    """The one JSON object in the body, each member once; a Refusal of this code for anything else."""
    if content_type != "application/json":
        raise Refusal(code, "The body must be application/json.")
    if len(body) > longest:
        told = f"The document is longer than {longest} bytes."
        raise Refusal(code, told, status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    try:
        document = read_json(body)
    except NotJson as fault:
        raise Refusal(code, f"The body is not well-formed JSON: {fault}.") from None
    if not isinstance(document, dict):
        raise Refusal(code, "The body must be a JSON object.")
    return document


def _is_deep(document: Any) -> bool:
    level = [document]
    for _ in range(_DEEPEST):
        lists = [each.values() if isinstance(each, dict) else each for each in level if isinstance(each, (dict, list))]
        level = [inner for each in lists for inner in each]
    return bool(level)


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise NotJson("an object has the same member twice")
    return members


def _no_constant(_constant: str) -> NoReturn:
    raise NotJson("NaN and Infinity are no numbers in JSON")
