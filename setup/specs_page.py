"""Writes docs/specs.md: every promise of tests/specs, by specification and section, with its test."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "specs.md"

_HEAD = """\
# Specifications

<!-- Written by `python setup/specs_page.py`; a test fails when it is stale. -->

Each line is a promise of a specification as Sluis keeps it, and the test that holds it. Tests run against a whole
Sluis, on SQLite and on PostgreSQL. What Sluis does differently, and why, is in [divergences.md](divergences.md).
"""


def page() -> str:
    """The page as the tests say it today."""
    parts = [_HEAD]
    for file in sorted((ROOT / "tests" / "specs").glob("test_*.py")):
        tree = ast.parse(file.read_text("utf-8"))
        title = (ast.get_docstring(tree) or file.stem).splitlines()[0].rstrip(".")
        rows = list(_rows(tree, file.relative_to(ROOT).as_posix()))
        if rows:
            parts += [f"\n## {title}\n", "| promise | section | test |", "|---|---|---|", *rows]
    return "\n".join(parts) + "\n"


def _rows(tree: ast.Module, file: str) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            section = (ast.get_docstring(node) or "").splitlines()[0:1]
            for test in node.body:
                yield from _row(test, " ".join(section), f"{file}::{node.name}")
        else:
            yield from _row(node, "", file)


def _row(node: ast.stmt, section: str, place: str) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
        words = node.name.removeprefix("test_").replace("_", " ")
        own = (ast.get_docstring(node) or "").splitlines()[0:1]
        about = " ".join(own) if own and "§" in own[0] else section
        yield f"| {words[0].upper()}{words[1:]} | {about.replace('|', '/')} | `{place.rpartition('/')[2]}` |"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
    sys.stdout.write(f"Wrote {PAGE}.\n")
