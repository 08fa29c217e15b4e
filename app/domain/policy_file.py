"""Reads the operator's levels.toml and purposes.toml (already parsed) into a Policy, reporting every fault at once."""

from collections.abc import Container, Mapping
from typing import Any

from app.domain.claims import CATALOGUE
from app.domain.errors import Fault, Problems
from app.domain.levels import Level, LevelRule, Policy
from app.domain.purposes import LANGUAGES, Purpose
from app.domain.retention import Period

HIGHEST_RETENTION = Period.parse("P6M")
"""The term of level high; an operator may shorten it, never lengthen it."""

_LEVEL_KEYS = {"claims", "purposes", "retention", "permissions"}
_PURPOSE_KEYS = {"version", "dpv", *LANGUAGES}
_PERMISSIONS = {"omnichannel_collection"}


def read_policy(levels: Mapping[str, Any], purposes: Mapping[str, Any]) -> Policy:
    """The validated policy; raises Problems with every fault of both files."""
    found: list[Fault] = []
    vocabulary = {name: _purpose(name, raw, found) for name, raw in purposes.items()}
    strange = levels.keys() - {level.word for level in Level}
    found += [(f"levels.{name}", "is not a level: low, medium and high are the levels") for name in sorted(strange)]
    rules: dict[Level, LevelRule] = {}
    below = LevelRule(Level.LOW, frozenset(), frozenset(), HIGHEST_RETENTION)
    for level in Level:
        raw = levels.get(level.word)
        if not isinstance(raw, Mapping):
            found.append((f"levels.{level.word}", "is missing"))
            continue
        rules[level] = below = _rule(level, raw, below, vocabulary, found)
    if found:
        raise Problems(tuple(found))
    return Policy(rules, vocabulary)


def _purpose(name: str, raw: Any, found: list[Fault]) -> Purpose:
    place = f"purposes.{name}"
    if not isinstance(raw, Mapping):
        found.append((place, "must be a table"))
        raw = {}
    found += [(f"{place}.{key}", "is not a known key") for key in sorted(raw.keys() - _PURPOSE_KEYS)]
    text = {language: raw.get(language) for language in LANGUAGES}
    found += [(f"{place}.{lang}", "text is missing") for lang, words in text.items() if not _is_text(words)]
    version, dpv = raw.get("version", 1), raw.get("dpv", "")
    if type(version) is not int or version < 1:
        found.append((f"{place}.version", "must be a whole number from 1"))
    if not (isinstance(dpv, str) and dpv.startswith("https://w3id.org/dpv")):
        found.append((f"{place}.dpv", "must be a W3C DPV IRI"))
    return Purpose(name, version, {language: str(words) for language, words in text.items()}, str(dpv))


def _rule(
    level: Level,
    raw: Mapping[str, Any],
    below: LevelRule,
    vocabulary: Mapping[str, Purpose],
    found: list[Fault],
) -> LevelRule:
    place = f"levels.{level.word}"
    found += [(f"{place}.{key}", "is not a known key") for key in sorted(raw.keys() - _LEVEL_KEYS)]
    claims = _names(raw, "claims", place, CATALOGUE, "is not a claim of the catalogue", found)
    purposes = _names(raw, "purposes", place, vocabulary, "is not in purposes.toml", found)
    permissions = _names(raw, "permissions", place, _PERMISSIONS, "is not a permission", found)
    longest = HIGHEST_RETENTION
    try:
        longest = Period.parse(str(raw.get("retention", "")))
    except ValueError as fault:
        found.append((f"{place}.retention", str(fault)))
    if level is Level.HIGH and longest > HIGHEST_RETENTION:
        found.append((f"{place}.retention", f"may be at most {HIGHEST_RETENTION}"))
    if permissions and level is not Level.HIGH:
        found.append((f"{place}.permissions", "belong to level high only"))
    return LevelRule(level, below.claims | claims, below.purposes | purposes, longest, bool(permissions))


def _names(
    raw: Mapping[str, Any],
    key: str,
    place: str,
    known: Container[str],
    fault: str,
    found: list[Fault],
) -> frozenset[str]:
    names = raw.get(key, [])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        found.append((f"{place}.{key}", "must be a list of names"))
        return frozenset()
    found += [(f"{place}.{key}", f"{name!r} {fault}") for name in names if name not in known]
    return frozenset(names)


def _is_text(words: Any) -> bool:
    return isinstance(words, str) and bool(words.strip())
