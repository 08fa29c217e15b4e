"""Writes docs/specs.md: every promise of tests/specs, under its specification, with the file that holds it."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "specs.md"

_HEAD = """\
# Specifications

<!-- Written by `python setup/specs_page.py`; a test fails when it is stale. -->

Each line is a promise of a specification as Sluis keeps it, and the name of the test that holds it. The tests run
against a whole Sluis, on SQLite and on PostgreSQL. What Sluis does differently, and why, is in
[divergences.md](divergences.md).
"""

_SPELLED = (
    "HTTP", "ID token", "ID tokens", "JSON", "JWK", "PKCE", "RFC", "RS256", "S256", "SQLite", "TLS", "URL",
)  # fmt: skip
_SPELLING = {word.lower(): word for word in _SPELLED}


def page() -> str:
    """The page as the tests say it today."""
    return "\n".join([_HEAD, *sorted(_sections())])


def _sections() -> Iterator[str]:
    for file in (ROOT / "tests" / "specs").glob("test_*.py"):
        tree = ast.parse(file.read_text("utf-8"))
        place = file.relative_to(ROOT).as_posix()
        if lines := list(_lines(tree)):
            yield "\n".join([f"## {_first_line(tree)}", "", f"[{place}](../{place})", "", *lines, ""])


def _lines(tree: ast.Module) -> Iterator[str]:
    """Promises that share a section of their specification stand under it, further in."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            if promises := [line for test in node.body for line in _promise(test, "  - ")]:
                yield f"- {_first_line(node)}"
                yield from promises
        else:
            yield from _promise(node, "- ")


def _promise(node: ast.stmt, mark: str) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
        yield f"{mark}{_sentence(re.sub(r'^test_(al_[0-9]+_)?', '', node.name))}"


def _sentence(name: str) -> str:
    """The name as it is written where more than small letters can be."""
    words = re.sub(r"_s(?=_|$)", "'s", name).replace("_", " ")
    words = re.sub(r"\b(an?|by) (get|post|put|patch)\b", lambda found: f"{found[1]} {found[2].upper()}", words)
    words = re.sub("|".join(rf"\b{word.lower()}\b" for word in _SPELLED), lambda found: _SPELLING[found[0]], words)
    return words[0].upper() + words[1:]


def _first_line(node: ast.Module | ast.ClassDef) -> str:
    return (ast.get_docstring(node) or "").partition("\n")[0].rstrip(".")


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
    sys.stdout.write(f"Wrote {PAGE}.\n")
