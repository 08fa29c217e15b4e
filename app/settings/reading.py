"""Reads the layers and lays one over the other: defaults, files, variables.

Nothing else reads the environment. All problems are reported at once, and nothing starts while there is one.
"""

import os
from collections.abc import Mapping
from dataclasses import Field, fields, replace
from pathlib import Path
from typing import Any, get_type_hints

from app.domain.errors import Fault, Problems
from app.settings.checks import faults
from app.settings.fields import ROOT, Settings
from app.settings.toml_files import read_toml

ENVIRONMENTS = ("development", "testing", "production")
_NOT_SETTINGS = ("SLUIS_DEMO_", "SLUIS_CLIENT_SECRET_", "SLUIS_TEST_")
_NOT_SETTING = frozenset({"SLUIS_ENVIRONMENT", "SLUIS_PORT", "SLUIS_CONFIG"})


def load_settings(environ: Mapping[str, str] | None = None, overrides: Mapping[str, Any] | None = None) -> Settings:
    """Read files and variables (or the given ones); raises Problems with every fault found.

    ``overrides`` are nested like the files and win over everything: for tests.
    """
    settings, found = read_settings(environ, overrides)
    if found:
        raise Problems(tuple(found))
    return settings


def read_settings(
    environ: Mapping[str, str] | None = None, overrides: Mapping[str, Any] | None = None
) -> tuple[Settings, list[Fault]]:
    """The same with the faults beside it, so that more can be found before anything is refused.

    Raises Problems when a file cannot be read.
    """
    environ = os.environ if environ is None else environ
    found: list[Fault] = []
    environment = environ.get("SLUIS_ENVIRONMENT", "development")
    if environment not in ENVIRONMENTS:
        raise Problems((("SLUIS_ENVIRONMENT", f"must be one of {', '.join(ENVIRONMENTS)}"),))
    own = environ.get("SLUIS_CONFIG") or str(ROOT / "config" / f"{environment}.toml")
    merged: dict[str, Any] = {}
    variables, typed = _variables(environ, found)
    unreadable: list[Fault] = []
    files = [
        read_toml(ROOT / "config" / "default.toml", unreadable),
        read_toml(Path(own), unreadable, "SLUIS_CONFIG"),
    ]
    if unreadable:  # whatever else could be said would be about settings that are not meant
        raise Problems((*found, *unreadable))
    for layer in (*files, variables, overrides or {}):
        _merge(merged, layer)
    wrong: list[Fault] = []
    if "environment" in merged:  # it chose the files, and would be passed over in silence
        wrong.append(("environment", "is said by SLUIS_ENVIRONMENT, and by no file"))
    settings: Settings = _build(Settings, {**merged, "environment": environment}, "", wrong)
    found += [(name, sentence) for place, sentence in wrong for name in typed.get(place, [place])]
    settings = replace(settings, database_url=_database_address(settings.database_url))
    return settings, found + faults(settings, environ)


def _database_address(url: str) -> str:
    """The address with our driver, and a file's path below the project's folder like every other path."""
    scheme, colon, rest = url.partition("://")
    if scheme in {"postgres", "postgresql"}:
        return f"postgresql+psycopg{colon}{rest}"
    if scheme == "sqlite" and len(rest) > 1 and rest[0] == "/" and rest[1] not in "/:":
        return f"sqlite:///{ROOT / rest[1:]}"
    return url


def _variables(environ: Mapping[str, str], found: list[Fault]) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """SLUIS_ISSUER sets ``issuer``, SLUIS_MAIL__HOST sets ``mail.host``; NAME_FILE reads the value from a file.

    Beside what they set, the names as they were typed, by the place they set.
    """
    layer: dict[str, Any] = {}
    exact: dict[str, list[str]] = {}
    within: dict[str, list[str]] = {}
    for name, text in environ.items():
        if not name.startswith("SLUIS_") or name in _NOT_SETTING or name.startswith(_NOT_SETTINGS):
            continue
        value, key = text, name.removeprefix("SLUIS_").lower()
        if key.endswith("_file") and key not in {"secrets_file", "levels_file", "purposes_file"}:
            key = key.removesuffix("_file")
            try:
                value = Path(text).read_text("utf-8").strip()
            except (OSError, UnicodeDecodeError):
                found.append((name, "names a file that cannot be read"))
        section, _, leaf = key.rpartition("__")
        inner = layer.setdefault(section, {}) if section else layer
        if isinstance(inner, dict):  # otherwise a variable gave the section itself a value, and that is told
            inner[leaf] = value
        exact.setdefault(f"{section}.{leaf}" if section else leaf, []).append(name)
        within.setdefault(section, []).append(name)
    return layer, within | exact


def _merge(into: dict[str, Any], layer: Mapping[str, Any]) -> None:
    for key, value in layer.items():
        if isinstance(value, Mapping) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = dict(value) if isinstance(value, Mapping) else value


def _build(kind: type, raw: Mapping[str, Any], place: str, found: list[Fault]) -> Any:
    hints, known = get_type_hints(kind), {entry.name: entry for entry in fields(kind)}
    found += [(f"{place}{key}", "is not a setting") for key in sorted(raw.keys() - known.keys())]
    values = {
        key: _value(hints[key], known[key], raw[key], f"{place}{key}", found) for key in known.keys() & raw.keys()
    }
    return kind(**values)


def _value(hint: Any, entry: Field[Any], raw: Any, place: str, found: list[Fault]) -> Any:
    if hasattr(hint, "__dataclass_fields__"):
        if isinstance(raw, Mapping):
            return _build(hint, raw, place + ".", found)
        found.append((place, "is a section"))
        return hint()
    try:
        value = _READERS[hint](raw)
    except (KeyError, ValueError, TypeError, OverflowError):
        found.append((place, f"must be a {_NAMES[hint]}"))
        return entry.default
    if hint in {int, float}:
        least, most = entry.metadata["range"]
        if not least <= value <= most:
            found.append((place, f"must be from {least} to {most}"))
            return entry.default
    return value


def _truth(raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    return {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}[str(raw).lower()]


def _names(raw: Any) -> tuple[str, ...]:
    parts = raw.split(",") if isinstance(raw, str) else raw
    if not all(isinstance(part, str) for part in parts):
        raise TypeError
    return tuple(part.strip() for part in parts if part.strip())


def _text(raw: Any) -> str:
    if not isinstance(raw, str):
        raise TypeError
    return raw


_READERS: dict[Any, Any] = {str: _text, int: int, float: float, bool: _truth, tuple[str, ...]: _names}
_NAMES = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
    tuple[str, ...]: "list of names",
}
