"""Every test runs, on every run: none is skipped, expected to fail, or made to wait for a clock."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
WAYS_OUT = {"skip", "skipif", "xfail", "importorskip", "SkipTest", "skipTest", "expectedFailure", "sleep"}


def _names(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Attribute(attr=name) | ast.Name(id=name) | ast.alias(name=name):
                yield name


def test_no_test_has_a_way_out() -> None:
    found = {
        path.relative_to(TESTS).as_posix(): ways
        for path in TESTS.rglob("*.py")
        if (ways := WAYS_OUT.intersection(_names(path.read_text())))
    }
    assert found == {}


@pytest.mark.parametrize(
    "source",
    ["import pytest\n@pytest.mark.skip\ndef test_x(): ...", "from time import sleep", "pytest.xfail()"],
)
def test_a_way_out_is_seen(source: str) -> None:
    assert WAYS_OUT.intersection(_names(source))
