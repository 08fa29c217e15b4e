"""Time is an argument below the doors: a rule that reads the clock cannot be tested at another hour."""

import ast
from pathlib import Path

import pytest

APP = Path(__file__).parents[2] / "app"
ROOMS_WITHOUT_A_CLOCK = ["domain", "crypto", "storage", "services"]
CLOCKS = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns"}


@pytest.mark.parametrize("room", ROOMS_WITHOUT_A_CLOCK)
def test_no_module_below_the_doors_reads_the_clock(room: str) -> None:
    readers = {
        f"{path.relative_to(APP)}:{node.lineno}"
        for path in (APP / room).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(tuple(CLOCKS))
    }
    assert readers == set()
