"""The words of a demo shop, Dutch and English side by side in ``texts.toml``, and which a visitor reads."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

from flask import request, session

LANGUAGES = ("nl", "en")

Words = Mapping[str, Mapping[str, str]]


class Texts:
    """All texts of one shop: its own, over those that every shop shares."""

    def __init__(self, *files: Path) -> None:
        self._words: dict[str, Mapping[str, str]] = {}
        for file in files:
            self._words.update(read_words(file))

    def __contains__(self, key: str) -> bool:
        return key in self._words

    def say(self, key: str, language: str, /, **values: object) -> str:
        """Return the text of this key in this language, with ``{name}`` places filled.

        Raises KeyError for a key that is nowhere, so that a missing text cannot reach a page unseen.
        """
        return self._words[key][language].format(**values)


def read_words(file: Path) -> Words:
    """Flatten a file's tables: ``[menu.title]`` with nl and en becomes ``menu.title``."""
    with file.open("rb") as opened:
        return dict(_flatten(tomllib.load(opened), ""))


def _flatten(table: Mapping[str, object], path: str) -> list[tuple[str, Mapping[str, str]]]:
    if table and all(isinstance(value, str) for value in table.values()):
        return [(path, {name: str(value) for name, value in table.items()})]
    found = []
    for name, inner in table.items():
        if not isinstance(inner, Mapping):
            raise ValueError(f"{path}.{name}: a text stands beside tables")
        found += _flatten(inner, f"{path}.{name}" if path else name)
    return found


def language() -> str:
    """The language of this page: the visitor's own choice, else their browser's, else Dutch."""
    chosen = session.get("language")
    if chosen in LANGUAGES:
        return str(chosen)
    # Read by primary subtag: Werkzeug's own match would prefer a later "en" over "nl-BE".
    wanted = (tag.partition("-")[0].lower() for tag in request.accept_languages.values())
    return next((tag for tag in wanted if tag in LANGUAGES), LANGUAGES[0])
