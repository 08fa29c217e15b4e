"""What a client is told goes out in the characters OAuth has for it, and not with a question mark for some of them."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

APP = Path(__file__).parents[2] / "app"
SHOWN_TO_PEOPLE = APP / "services" / "fact_values"
ROOMS = ("domain", "crypto", "services", "protocol")
FILES = [
    path for room in ROOMS for path in sorted((APP / room).rglob("*.py")) if not path.is_relative_to(SHOWN_TO_PEOPLE)
]


def texts(path: Path) -> Iterator[str]:
    """Every text of a module, and no docstring."""
    tree = ast.parse(path.read_text("utf-8"))
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(APP)))
def test_every_text_that_may_be_an_error_description_is_ascii(path: Path) -> None:
    """RFC 6749 §5.2; whatever one of these rooms says may end there, by way of a refusal or a fault in a document."""
    assert [text for text in texts(path) if not text.isascii()] == []
